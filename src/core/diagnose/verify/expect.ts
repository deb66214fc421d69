import type { Catalog, CatalogPort, Pods } from '../../catalog/index.ts';
import { withoutHatch } from '../../catalog/near-misses.ts';
import { decideUnknowing, type EndpointIndex, type KnownLabels, worldName } from '../../engine/index.ts';
import { formatCidr, parseCidr } from '../../model/cidr.ts';
import type { Decision } from '../../model/decision.ts';
import { podIdentityLabels } from '../../model/identity.ts';
import { kubernetesLabel } from '../../model/label.ts';
import type { AgentOptions } from '../../model/options.ts';
import type { Protocol } from '../../model/port.ts';
import { type PortSet, pairsOf, protocolIndex } from '../../model/port-set.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import type { Endpoint } from '../../model/world.ts';
import { decide } from '../judged.ts';
import type { State } from '../state.ts';
import type { Pair } from './matches.ts';
import type { Check, CheckPeer, Expectation } from './types.ts';

/** Endpoints for everybody that the checks are about and that neither files nor flows have. */
export function assumedPeers(
  checks: readonly Check[],
  read: RepositoryRead,
  options: AgentOptions,
): readonly Endpoint[] {
  const peers = checks.flatMap((check) => check.peers);
  return peers.flatMap((peer) => assumedPeer(peer, read, options) ?? []);
}

function assumedPeer(peer: CheckPeer, read: RepositoryRead, options: AgentOptions): Endpoint | undefined {
  const id = assumedId(peer);
  switch (peer.kind) {
    case 'pods':
      return peer.role === 'beside' ? undefined : { id, labels: podLabels(peer.pods, read, options) };
    case 'entity':
      return undefined;
    case 'cidr': {
      const cidr = parseCidr(peer.cidr);
      if (cidr === undefined) return undefined;
      const world = `reserved:${worldName(cidr.family, options)}`;
      return { id, labels: [`cidr:${formatCidr(cidr)}`, world] };
    }
    case 'fqdn':
      return {
        id,
        labels: [`fqdn:${peer.pattern}`, `reserved:${worldName(options.ipv4 ? 4 : 6, options)}`],
      };
  }
}

/** No endpoint of files or flows has such an id. */
function assumedId(peer: CheckPeer): string {
  switch (peer.kind) {
    case 'pods':
      return `${peer.pods.namespace}/(${Object.entries(peer.pods.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')})`;
    case 'entity':
      return peer.entity;
    case 'cidr':
      return `world ${peer.cidr}`;
    case 'fqdn':
      return `world ${peer.pattern}`;
  }
}

function podLabels(
  { namespace, labels }: Pods,
  { namespaces }: RepositoryRead,
  { clusterName }: AgentOptions,
): readonly string[] {
  const declared = namespaces.find(({ name }) => name === namespace);
  const namespaceLabels = declared?.labels ?? { 'kubernetes.io/metadata.name': namespace };
  return podIdentityLabels({ namespace, podLabels: labels, namespaceLabels, cluster: clusterName });
}

export interface Expecting {
  readonly namespace: string;
  readonly catalog: Catalog;
  readonly state: State;
}

interface Far {
  readonly index: EndpointIndex;
  readonly known: KnownLabels;
  readonly isAssumed: boolean;
}

/** More pairs than this are not asked about: the first of each stand for them. */
const ENDS_MAX = 40;

/** What the policies say to a check: every pod of the namespace must be able to reach one of the peers. */
export function expectationOf(check: Check, expecting: Expecting): Expectation {
  const { state, namespace, catalog } = expecting;
  const { engine } = state;
  const subjects = podsOf(namespace, state).slice(0, ENDS_MAX);
  const peers = check.peers.flatMap((peer) => farEnds(peer, expecting)).slice(0, ENDS_MAX);
  const isPeerAssumed = peers.length > 0 && peers.every(({ isAssumed }) => isAssumed);
  const answers = subjects.flatMap((subject) => {
    const decisions = peers.flatMap((peer) => {
      const own = { index: subject, known: knownOf(subject, state) };
      const [from, to] = check.direction === 'egress' ? [own, peer] : [peer, own];
      const passing = engine.portsBetween(from.index, to.index);
      return sampledPorts(check, { subject, passing }, state).map(([protocol, port]) => {
        const question = { from: from.index, to: to.index, protocol, port };
        const decision = decideUnknowing(engine, question, { from: from.known, to: to.known });
        return withoutHatch(decision, catalog);
      });
    });
    return decisions.length === 0 ? [] : [best(decisions)];
  });
  return summed(answers, isPeerAssumed);
}

/** What the policies say to what was seen, which is more than they say to the check as a whole. */
export function expectationOfSeen(pairs: readonly Pair[], { state, catalog }: Expecting): Expectation {
  const answers = pairs.slice(0, ENDS_MAX).flatMap((pair) => {
    const decision = decide({ ...pair, l7: undefined }, pair, state);
    return decision === undefined ? [] : [withoutHatch(decision, catalog)];
  });
  return summed(answers, false);
}

function summed(answers: readonly Decision[], isPeerAssumed: boolean): Expectation {
  const [worst] = [...answers].sort((a, b) => rank(b) - rank(a));
  if (worst === undefined) return { verdict: 'undecidable', isPeerAssumed };
  const isMixed = rank(worst) === DENIED && answers.some((answer) => rank(answer) !== DENIED);
  return { verdict: isMixed ? 'mixed' : VERDICTS[rank(worst)], decision: worst, isPeerAssumed };
}

const DENIED = 2;
const VERDICTS = ['allowed', 'undecidable', 'denied'] as const;

function rank({ verdict, isCertain }: Decision): 0 | 1 | 2 {
  if (!isCertain) return 1;
  return verdict === 'denied' ? DENIED : 0;
}

function best(decisions: readonly Decision[]): Decision {
  return decisions.reduce((found, next) => (rank(next) < rank(found) ? next : found));
}

/** Its workloads; where no file has any, any pod of it. */
function podsOf(namespace: string, { engine }: State): readonly EndpointIndex[] {
  const all = engine.endpoints.flatMap(({ id }, i) => (id.startsWith(`${namespace}/`) ? [i] : []));
  const idOf = (index: EndpointIndex): string => engine.endpoints[index]?.id ?? '';
  const real = all.filter(
    (index) => !idOf(index).endsWith('/*') && !idOf(index).startsWith(`${namespace}/(`),
  );
  return real.length > 0 ? real : all.filter((index) => idOf(index) === `${namespace}/*`);
}

function farEnds(peer: CheckPeer, { state, namespace }: Expecting): readonly Far[] {
  const { engine } = state;
  if (peer.kind !== 'pods') return reservedOrOutside(peer, state);
  const { pods } = peer;
  const found = podsOf(pods.namespace, state).filter((index) => {
    const { id = '', labels = [] } = engine.endpoints[index] ?? {};
    return (
      (id.endsWith('/*') && Object.keys(pods.labels).length === 0) ||
      Object.entries(pods.labels).every(([key, value]) => kubernetesLabel(labels, key) === value)
    );
  });
  if (found.length > 0 || pods.namespace === namespace)
    return found.map((index) => ({ index, known: knownOf(index, state), isAssumed: false }));
  const assumed = engine.find(assumedId(peer));
  return assumed === undefined ? [] : [{ index: assumed, known: 'all', isAssumed: true }];
}

function reservedOrOutside(
  peer: Exclude<CheckPeer, { readonly kind: 'pods' }>,
  { engine }: State,
): readonly Far[] {
  const ids = peer.kind === 'entity' && peer.entity === 'world' ? WORLDS : [assumedId(peer)];
  return ids.flatMap((id) => {
    const index = engine.find(id);
    return index === undefined ? [] : [{ index, known: 'all' as const, isAssumed: false }];
  });
}

const WORLDS: readonly string[] = ['world', 'world-ipv4', 'world-ipv6'];

/** A pod that no file declares has its namespace's labels; its own are not known. */
function knownOf(index: EndpointIndex, { engine, read }: State): KnownLabels {
  const id = engine.endpoints[index]?.id ?? '';
  if (!id.endsWith('/*')) return 'all';
  const declared = read.namespaces.find(({ name }) => name === id.slice(0, -2));
  return declared === undefined || declared.form.kind === 'implied' ? 'nothing' : 'of-namespace';
}

/**
 * Ports that stand for those of a check: on ingress where the pod listens, as far as files say so; of a range else one
 * that passes, if any does.
 */
function sampledPorts(
  { direction, ports }: Check,
  { subject, passing }: { readonly subject: EndpointIndex; readonly passing: PortSet },
  { engine, read }: State,
): readonly (readonly [protocol: Protocol, port: number])[] {
  const declared = direction === 'egress' ? [] : containerPorts(engine.endpoints[subject]?.id ?? '', read);
  const inside = declared.filter(([protocol, port]) => ports.length === 0 || covers(ports, protocol, port));
  if (inside.length > 0) return inside;
  const ranges: readonly CatalogPort[] = ports.length === 0 ? [ANY_TCP] : ports;
  return ranges.map((range) => [range.protocol, portIn(range, passing)]);
}

const ANY_TCP: CatalogPort = { protocol: 'TCP', port: 1, endPort: 65_535 };

function portIn({ protocol, port, endPort = port }: CatalogPort, passing: PortSet): number {
  for (const [low, high] of pairsOf(passing[protocolIndex(protocol)] ?? [])) {
    if (low <= endPort && high >= port) return Math.max(low, port);
  }
  return port;
}

function covers(ports: readonly CatalogPort[], protocol: Protocol, port: number): boolean {
  return ports.some(
    (range) => range.protocol === protocol && range.port <= port && port <= (range.endPort ?? range.port),
  );
}

function containerPorts(
  id: string,
  { workloads }: RepositoryRead,
): readonly (readonly [protocol: Protocol, port: number])[] {
  const own = workloads.filter(({ namespace, name }) => `${namespace}/${name}` === id);
  return own.flatMap(({ containerPorts: list }) =>
    list.map((text) => {
      const [protocol = 'TCP', port = '0'] = text.split('/');
      return [protocol as Protocol, Number(port)] as const;
    }),
  );
}
