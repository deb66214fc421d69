import { type Catalog, gatewayOf, isDns, isPrometheus, type Party, resourceAt } from '../../catalog/index.ts';
import { compile } from '../../engine/index.ts';
import type { FlowEndpoint } from '../../model/flow.ts';
import { hasReserved, kubernetesLabel, NAMESPACE_KEY } from '../../model/label.ts';
import type { AgentOptions } from '../../model/options.ts';
import type { Policy, PolicyRef } from '../../model/policy.ts';
import { isProtocol, type Protocol } from '../../model/port.ts';
import { needList } from './collect.ts';
import type { Need, Needs, OtherTraffic, OutTarget } from './types.ts';

/** Flows between two ends on one port, counted. */
export interface ObservedEdge {
  readonly source: FlowEndpoint;
  readonly destination: FlowEndpoint;
  readonly sourceIp: string;
  readonly destinationIp: string;
  readonly protocol: string;
  /** Of the destination's pod. */
  readonly port: number;
  /** Who told of it: the node of the one end or of the other. */
  readonly direction: 'ingress' | 'egress' | 'unknown';
  readonly isReply: boolean;
  readonly count: number;
  /** DNS names of the far end. */
  readonly names: readonly string[];
}

export interface FlowInputs {
  readonly catalog: Catalog;
  readonly options: AgentOptions;
  /** The repository's: those of the namespace's own say what needs no profile. */
  readonly policies: readonly Policy[];
}

/** More addresses than this are the world. */
const TARGETS_MAX = 100;

/**
 * What the flows of a namespace show that it needs. Passed or dropped is the same here: both were tried. What
 * baselines are for is left out, and so is what the namespace's own policies admit.
 */
export function needsFromFlows(
  namespace: string,
  observed: readonly ObservedEdge[],
  inputs: FlowInputs,
): Omit<Needs, 'hints'> {
  const edges = folded(observed.filter(isRequest));
  const list = needList();
  const others: OtherTraffic[] = [];
  const outside = new Map<string, OutEdges>();
  const admittedBy = ownAdmissions(namespace, edges, inputs);
  for (const edge of edges) {
    const [source, destination] = [partyOf(edge.source), partyOf(edge.destination)];
    if (source.namespace === namespace) {
      const own = admittedBy(edge, 'egress');
      const found = egressNeed(edge, destination, inputs.catalog);
      if (found === 'baseline') continue;
      if (own !== undefined) others.push(other(edge, 'egress', own));
      else if (found === 'other') others.push(other(edge, 'egress'));
      else if (found.kind === 'out') collectOutside(outside, found, edge);
      else list.add(found, { kind: 'flows', count: edge.count, example: endText(edge, 'destination') });
    }
    if (destination.namespace === namespace) {
      const own = admittedBy(edge, 'ingress');
      const found = ingressNeed(edge, source, inputs.catalog);
      if (found === 'baseline') continue;
      if (own !== undefined) others.push(other(edge, 'ingress', own));
      else if (found === 'other') others.push(other(edge, 'ingress'));
      else list.add(found, { kind: 'flows', count: edge.count, example: endText(edge, 'source') });
    }
  }
  for (const { port, protocol, targets, count, example } of outside.values()) {
    const all = [...targets.values()];
    const need: Need = { kind: 'out', port, protocol, targets: all.length > TARGETS_MAX ? [] : all };
    list.add(need, { kind: 'flows', count, example });
  }
  return { needs: list.all(), others };
}

/** Not an answer, and not what nodes and routers tell each other by ICMP. */
function isRequest({ isReply, protocol, port }: ObservedEdge): boolean {
  return !isReply && (!protocol.startsWith('ICMP') || port === ECHO.get(protocol));
}

const ECHO: ReadonlyMap<string, number> = new Map([
  ['ICMP', 8],
  ['ICMPv6', 128],
]);

/** One edge for all that two ends tell of each other on a port, whatever the verdict; both nodes tell of each flow. */
function folded(edges: readonly ObservedEdge[]): readonly ObservedEdge[] {
  const byKey = new Map<string, { readonly edge: ObservedEdge; readonly told: Map<string, number> }>();
  for (const edge of edges) {
    const ends = [endText(edge, 'source'), endText(edge, 'destination')];
    const outside = [edge.source, edge.destination].some((end) => isWorld(end.labels))
      ? edge.destinationIp
      : '';
    const key = JSON.stringify([...ends, outside, edge.port, edge.protocol]);
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, { edge, told: new Map([[edge.direction, edge.count]]) });
    else known.told.set(edge.direction, (known.told.get(edge.direction) ?? 0) + edge.count);
  }
  return [...byKey.values()].map(({ edge, told }) => ({ ...edge, count: Math.max(...told.values()) }));
}

type Found = Need | 'baseline' | 'other';

function egressNeed(
  { protocol, port, destinationIp, names }: ObservedEdge,
  to: Party,
  catalog: Catalog,
): Found {
  if (!isPorted(protocol)) return 'other';
  if (isDns(catalog, to)) return 'baseline';
  const resource = resourceAt(catalog, { ...to, port, protocol });
  if (resource !== undefined) return { kind: 'access', resource: resource.name };
  if (!isWorld(to.labels) || LINK_LOCAL.test(destinationIp)) return 'other';
  return { kind: 'out', targets: [{ address: destinationIp, names }], port, protocol };
}

function ingressNeed({ protocol, port }: ObservedEdge, from: Party, catalog: Catalog): Found {
  if (isPrometheus(catalog, from)) return 'baseline';
  if (catalog.health.entities.some((name) => hasReserved(from.labels, name))) return 'baseline';
  const gateway = gatewayOf(catalog, from);
  return gateway !== undefined && protocol === 'TCP'
    ? { kind: 'gateway', gateway: gateway.name, port }
    : 'other';
}

function isWorld(labels: readonly string[]): boolean {
  return ['world', 'world-ipv4', 'world-ipv6'].some((name) => hasReserved(labels, name));
}

/** Services of a cloud's own, such as the one that hands out credentials: no profile is for them. */
const LINK_LOCAL = /^(?:169\.254\.|fe80:)/i;

function isPorted(protocol: string): protocol is 'TCP' | 'UDP' | 'SCTP' {
  return protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP';
}

interface OutEdges {
  readonly port: number;
  readonly protocol: Protocol;
  readonly targets: Map<string, OutTarget>;
  count: number;
  readonly example: string;
}

/** All that goes outside on one port is one need. */
function collectOutside(
  outside: Map<string, OutEdges>,
  { port, protocol, targets: [target] }: Extract<Need, { readonly kind: 'out' }>,
  edge: ObservedEdge,
): void {
  const key = `${port}/${protocol}`;
  let found = outside.get(key);
  if (found === undefined) {
    const example = endText(edge, 'destination');
    outside.set(key, (found = { port, protocol, targets: new Map(), count: 0, example }));
  }
  found.count += edge.count;
  if (target !== undefined && found.targets.size <= TARGETS_MAX) found.targets.set(target.address, target);
}

function other(
  edge: ObservedEdge,
  direction: OtherTraffic['direction'],
  admittedBy?: PolicyRef,
): OtherTraffic {
  return {
    direction,
    from: endText(edge, 'source'),
    to: endText(edge, 'destination'),
    port: edge.port,
    protocol: edge.protocol,
    count: edge.count,
    ...(admittedBy === undefined ? {} : { admittedBy }),
  };
}

function endText(edge: ObservedEdge, end: 'source' | 'destination'): string {
  const { namespace, labels, podName, workloads } = { ...edge[end], ...partyOf(edge[end]) };
  const name = workloads[0]?.name ?? (podName === '' ? '*' : podName);
  if (namespace !== '') return `${namespace}/${name}`;
  const isOutside = isWorld(labels);
  const [dns] = isOutside ? edge.names : [];
  const reserved = labels.find((label) => label.startsWith('reserved:'))?.slice('reserved:'.length);
  const address = end === 'source' ? edge.sourceIp : edge.destinationIp;
  return dns ?? (isOutside || reserved === undefined ? address : reserved);
}

function partyOf({ namespace, labels }: FlowEndpoint): Party {
  return { namespace: namespace === '' ? (kubernetesLabel(labels, NAMESPACE_KEY) ?? '') : namespace, labels };
}

/** Which rule of the namespace's own policies admits an edge at its end, asked of the engine. */
function ownAdmissions(
  namespace: string,
  edges: readonly ObservedEdge[],
  { policies, options }: FlowInputs,
): (edge: ObservedEdge, direction: 'ingress' | 'egress') => PolicyRef | undefined {
  const own = policies.filter((policy) => policy.namespace === namespace);
  if (own.length === 0) return () => undefined;
  const ends = new Map<string, readonly string[]>();
  const idOf = ({ labels }: FlowEndpoint, address: string): string => {
    const all = isWorld(labels) ? [...labels, `cidr:${address}/${address.includes(':') ? 128 : 32}`] : labels;
    const id = all.join(',');
    ends.set(id, all);
    return id;
  };
  const pairs = new Map(
    edges.map((edge) => [
      edge,
      { from: idOf(edge.source, edge.sourceIp), to: idOf(edge.destination, edge.destinationIp) },
    ]),
  );
  const endpoints = [...ends].map(([id, labels]) => ({ id, labels }));
  const engine = compile({ policies: own, endpoints }, options);
  return (edge, direction) => {
    const pair = pairs.get(edge);
    if (pair === undefined || !isProtocol(edge.protocol)) return undefined;
    const [from, to] = [engine.find(pair.from), engine.find(pair.to)];
    if (from === undefined || to === undefined) return undefined;
    const { [direction]: side } = engine.decide({ from, to, protocol: edge.protocol, port: edge.port });
    return side.reason === 'allow-rule' ? side.rules[0]?.policy : undefined;
  };
}
