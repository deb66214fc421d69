import { type Catalog, type CatalogPort, gatewayOf, type Pods } from '../../catalog/index.ts';
import { type End, Ends } from '../../diagnose/ends.ts';
import { foldOf, isDrop } from '../../diagnose/fold.ts';
import type { FlowSummary, Inputs } from '../../diagnose/index.ts';
import { decide } from '../../diagnose/judged.ts';
import { compareText, firstDifference } from '../../diagnose/order.ts';
import { passedEdges } from '../../diagnose/passed.ts';
import { type State, stateOf } from '../../diagnose/state.ts';
import type { Edge } from '../../diagnose/summarize.ts';
import type { Decision } from '../../model/decision.ts';
import { type LabelText, NAMESPACE_KEY } from '../../model/label.ts';
import type { AgentOptions } from '../../model/options.ts';
import { DIRECTIONS, type Direction } from '../../model/policy.ts';
import type { RepositoryRead, SourceFile } from '../../model/repository.ts';
import type { OwnRule } from './own-rule.ts';
import { knownLabel, tellingLabels } from './telling.ts';

/** Connections of one namespace that were recorded, with both ends known. */
export interface Recorded {
  readonly namespace: string;
  readonly passed: readonly RecordedEdge[];
  readonly dropped: readonly RecordedEdge[];
  readonly ends: readonly End[];
}

export interface RecordedEdge {
  readonly edge: Edge;
  readonly from: End;
  readonly to: End;
}

export function recordedIn(
  summary: FlowSummary,
  namespace: string,
  { read, options }: { readonly read: RepositoryRead; readonly options: AgentOptions },
): Recorded {
  const ends = new Ends(read, options);
  const withEnds = (edges: readonly Edge[]): readonly RecordedEdge[] =>
    edges
      .map((edge) => ({ edge, from: ends.sourceOf(edge), to: ends.destinationOf(edge) }))
      .filter((one) => sidesOf(one, namespace).length > 0);
  const passed = withEnds(passedEdges(summary.edges));
  const dropped = withEnds(summary.edges.filter((edge) => isDrop(edge) && foldOf(edge) === undefined));
  return { namespace, passed, dropped, ends: ends.all };
}

/** What the flows need of the namespace's own policy, beyond what the files admit already. */
export interface Proposals {
  /** One for each peer and direction, those with the most flows first. */
  readonly rules: readonly OwnRule[];
  /** Flows that no rule of this form can admit, for want of labels or of a port. */
  readonly inexpressible: number;
}

/** @param files with the policy in them as far as it goes without flows */
export function proposeRules(recorded: Recorded, inputs: Inputs, files: readonly SourceFile[]): Proposals {
  const state = stateOf(inputs, files, recorded.ends);
  const found = new Map<string, OwnRule>();
  let inexpressible = 0;
  const add = (one: RecordedEdge, kind: 'passed' | 'dropped'): void => {
    const decision = decide(one.edge, one, state);
    for (const direction of sidesOf(one, recorded.namespace)) {
      if (decision?.[direction].verdict !== 'denied') continue;
      const rule = ruleFor(one, direction, inputs.catalog, state);
      if (rule === undefined) inexpressible += one.edge.count;
      else merge(found, rule, { kind, count: one.edge.count });
    }
  };
  for (const one of recorded.passed) add(one, 'passed');
  for (const one of recorded.dropped) add(one, 'dropped');
  return { rules: sorted(joinPorts([...found.values()])), inexpressible };
}

/** What became of the recorded connections that passed, were the files applied. */
export interface FlowProof {
  readonly stillPass: number;
  /** Denied by the namespace's own side. */
  readonly lost: readonly LostFlow[];
  /** Denied at the other end, where the files deny it without the change too. */
  readonly deniedElsewhere: number;
}

export interface LostFlow {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
  readonly count: number;
  readonly direction: Direction;
}

export function proveFlows(recorded: Recorded, inputs: Inputs, files: readonly SourceFile[]): FlowProof {
  const state = stateOf(inputs, files, recorded.ends);
  let stillPass = 0;
  let deniedElsewhere = 0;
  const lost: LostFlow[] = [];
  for (const one of recorded.passed) {
    const { edge, from, to } = one;
    const decision = decide(edge, one, state);
    const direction = sidesOf(one, recorded.namespace).find((side) => isLost(decision, side));
    if (direction !== undefined) {
      const { protocol, port, count } = edge;
      lost.push({ from: from.party.name, to: to.party.name, protocol, port, count, direction });
    } else if (decision?.verdict === 'allowed') stillPass += edge.count;
    else deniedElsewhere += edge.count;
  }
  return { stillPass, lost, deniedElsewhere };
}

function isLost(decision: Decision | undefined, side: Direction): boolean {
  return decision?.[side].verdict === 'denied';
}

/** Which sides of an edge are the namespace's. */
function sidesOf({ from, to }: RecordedEdge, namespace: string): readonly Direction[] {
  return DIRECTIONS.filter((side) => (side === 'egress' ? from : to).party.namespace === namespace);
}

function ruleFor(
  { edge, from, to }: RecordedEdge,
  direction: Direction,
  catalog: Catalog,
  state: State,
): OwnRule | undefined {
  const port = portOf(edge);
  const peer = direction === 'egress' ? to : from;
  const { endpoints } = state.engine;
  const labels = endpoints[state.engine.find(peer.id) ?? endpoints.length]?.labels ?? [];
  const { namespace, name } = peer.party;
  const others = endpoints.filter(
    ({ id }) => namespace !== '' && id.startsWith(`${namespace}/`) && !isOf(id, name),
  );
  const telling =
    tellingLabels(
      labels,
      others.map((other) => other.labels),
    ) ?? knownLabel(labels);
  const named = port === undefined ? undefined : peersOf(peer, { labels, telling }, direction, catalog);
  if (port === undefined || named === undefined) return undefined;
  return { direction, ports: [port], origin: 'flows', evidence: { passed: 0, dropped: 0 }, ...named };
}

function portOf({ protocol, port }: Edge): CatalogPort | undefined {
  const known = (['TCP', 'UDP', 'SCTP'] as const).find((one) => one === protocol);
  return known === undefined || port < 1 ? undefined : { protocol: known, port };
}

function peersOf(
  { party, names }: End,
  { labels, telling }: { readonly labels: readonly LabelText[]; readonly telling: Pods['labels'] },
  direction: Direction,
  catalog: Catalog,
): Pick<OwnRule, 'peer' | 'peers'> | undefined {
  switch (party.kind) {
    case 'pod': {
      const gateway = gatewayOf(catalog, { namespace: party.namespace, labels });
      if (gateway !== undefined) {
        const own = { [NAMESPACE_KEY]: gateway.namespace, ...gateway.labels };
        return {
          peer: `gateway:${gateway.name}`,
          peers: { kind: 'endpoints', selectors: [{ labels: own }] },
        };
      }
      const own = { [NAMESPACE_KEY]: party.namespace, ...telling };
      return { peer: party.name, peers: { kind: 'endpoints', selectors: [{ labels: own }] } };
    }
    case 'reserved':
      return { peer: party.name, peers: { kind: 'entities', entities: [party.name] } };
    case 'outside': {
      const outside = direction === 'egress' ? names.filter(isOutsideName) : [];
      const [first] = outside;
      if (first === undefined) return { peer: 'world', peers: { kind: 'entities', entities: ['world'] } };
      return { peer: `fqdn:${first}`, peers: { kind: 'names', patterns: outside.map(withoutDot) } };
    }
    case 'unknown':
      return undefined;
  }
}

/** Ends of one name whose labels differ are numbered: `shop/web (2)`. */
function isOf(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name} (`);
}

/** A name that search domains have been added to is not the one that was meant. */
function isOutsideName(name: string): boolean {
  return name.includes('.') && !/\.cluster\.local\.?$/.test(name);
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function merge(
  found: Map<string, OwnRule>,
  rule: OwnRule,
  { kind, count }: { readonly kind: 'passed' | 'dropped'; readonly count: number },
): void {
  const key = JSON.stringify([rule.direction, rule.peers, rule.ports]);
  const known = found.get(key) ?? rule;
  const evidence = known.evidence ?? { passed: 0, dropped: 0 };
  found.set(key, { ...known, evidence: { ...evidence, [kind]: evidence[kind] + count } });
}

/** One rule for the ports of a peer that were seen to pass, and one for those that only dropped. */
function joinPorts(rules: readonly OwnRule[]): readonly OwnRule[] {
  const joined = new Map<string, OwnRule>();
  for (const rule of rules) {
    const isPassed = (rule.evidence?.passed ?? 0) > 0;
    const key = JSON.stringify([rule.direction, rule.peers, isPassed]);
    const known = joined.get(key);
    joined.set(
      key,
      known === undefined
        ? rule
        : {
            ...known,
            ports: [...known.ports, ...rule.ports],
            evidence: {
              passed: (known.evidence?.passed ?? 0) + (rule.evidence?.passed ?? 0),
              dropped: (known.evidence?.dropped ?? 0) + (rule.evidence?.dropped ?? 0),
            },
          },
    );
  }
  return [...joined.values()];
}

function sorted(rules: readonly OwnRule[]): readonly OwnRule[] {
  const flows = ({ evidence }: OwnRule): number => (evidence?.passed ?? 0) + (evidence?.dropped ?? 0);
  return rules
    .map((rule) => ({ ...rule, ports: [...rule.ports].sort((a, b) => a.port - b.port) }))
    .sort((a, b) => firstDifference(flows(b) - flows(a), compareText(a.peer, b.peer)));
}
