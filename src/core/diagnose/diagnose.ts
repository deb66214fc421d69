import type { Catalog } from '../catalog/index.ts';
import { withoutHatch } from '../catalog/near-misses.ts';
import { readRepository } from '../manifest/read.ts';
import type { Decision } from '../model/decision.ts';
import type { FlowSource } from '../ports/flow-source.ts';
import { assumptionsOf } from './assumptions.ts';
import { causeOf } from './cause.ts';
import type { CauseContext } from './cause-context.ts';
import { withClusterName } from './cluster-name.ts';
import { decidedBySide } from './decided-by.ts';
import { type End, Ends } from './ends.ts';
import { type ProposeContext, proposeFix } from './fix/propose.ts';
import { namespaceOf } from './flow-namespace.ts';
import { foldOf, isDrop } from './fold.ts';
import { type Judged, judge } from './judged.ts';
import { compareText, firstDifference } from './order.ts';
import { passedEdges, passedThoughDenied, withEnds } from './passed.ts';
import { declaredName, type Inputs, recordedState, type State, stateOf } from './state.ts';
import { type Edge, type FlowSummary, summarizeFlows } from './summarize.ts';
import type { DecidedBy, Diagnosis, Finding, Folded, NoFix, Party } from './types.ts';

export interface DiagnoseQuestion {
  readonly namespace: string;
  readonly inputs: Inputs;
  readonly flows: FlowSource;
  /** For how many findings fixes are sought, the most frequent first; each costs a reading of the files. */
  readonly fixesMax?: number;
}

const FIXES_MAX = 50;

/** Reads the flows, names what blocks a namespace, and proposes proven fixes. */
export async function diagnose({ flows, ...question }: DiagnoseQuestion): Promise<Diagnosis> {
  return diagnoseSummary(await summarizeFlows(flows, question.namespace), question);
}

/** What findings are made of: flows by cause, and the worlds to judge them in. */
export interface Grounds {
  readonly inputs: Inputs;
  readonly groups: readonly Group[];
  readonly folded: readonly Folded[];
  readonly passed: ReturnType<typeof withEnds>;
  readonly proposing: ProposeContext;
}

export function groundsOf(
  summary: FlowSummary,
  { namespace, inputs: given }: Pick<DiagnoseQuestion, 'namespace' | 'inputs'>,
): Grounds {
  const inputs = withClusterName(given, summary.edges);
  const ends = new Ends(readRepository(inputs.files, inputs.readOptions), inputs.options);
  const dropped = summary.edges.filter(isDrop);
  const edges = dropped.filter((edge) => foldOf(edge) === undefined);
  const pairs = edges.map((edge) => ({ edge, from: ends.sourceOf(edge), to: ends.destinationOf(edge) }));
  const passed = withEnds(passedEdges(summary.edges), ends);
  const state = stateOf(inputs, inputs.files, ends.all);
  const context: CauseContext = {
    inputs,
    state,
    recorded: once(() => recordedState(inputs, state, ends.all)),
    namespace,
    podAt: podsByAddress(summary.edges),
  };
  const judged = pairs.map(({ edge, from, to }) => judge(edge, { from, to }, state));
  const names = new Map(ends.all.map(({ id, party }) => [id, party.name]));
  return {
    inputs,
    groups: [...grouped(judged, context)].sort((a, b) => countOf(b) - countOf(a)),
    folded: fold(dropped),
    passed,
    proposing: {
      ...context,
      ends: ends.all,
      nameOf: (id) => names.get(id) ?? declaredName(id),
      states: new Map(),
    },
  };
}

/** The same from flows that were read before: pure. */
export function diagnoseSummary(summary: FlowSummary, question: Omit<DiagnoseQuestion, 'flows'>): Diagnosis {
  return examine(summary, question).diagnosis;
}

/** A diagnosis, and what it was made from, for those who ask further about the same flows. */
export interface Examined extends Pick<Grounds, 'inputs' | 'passed' | 'proposing'> {
  readonly diagnosis: Diagnosis;
  /** The drops behind each finding. */
  readonly membersOf: ReadonlyMap<Finding, readonly Judged[]>;
}

export function examine(
  summary: FlowSummary,
  { namespace, inputs: given, fixesMax = FIXES_MAX }: Omit<DiagnoseQuestion, 'flows'>,
): Examined {
  const { inputs, groups, folded, passed, proposing } = groundsOf(summary, { namespace, inputs: given });
  const membersOf = new Map<Finding, readonly Judged[]>();
  for (const [i, group] of groups.entries()) {
    const fixing = i < fixesMax ? proposing : ({ code: 'not-searched', most: fixesMax } as const);
    membersOf.set(findingOf(group, fixing, inputs.catalog), group);
  }
  const findings = [...membersOf.keys()];
  const count = findings.reduce((sum, finding) => sum + finding.count, 0);
  const diagnosis: Diagnosis = {
    namespace,
    window: {
      ...(summary.fromMs === undefined ? {} : { fromMs: summary.fromMs }),
      ...(summary.toMs === undefined ? {} : { toMs: summary.toMs }),
      flows: summary.flows,
      dropped: count + droppedOf(folded),
      lost: summary.counts.lost,
      skipped: summary.counts.skipped.reduce((sum, { count: each }) => sum + each, 0),
    },
    findings: findings.sort((a, b) =>
      firstDifference(
        b.count - a.count,
        compareText(a.from.name, b.from.name),
        compareText(a.to.name, b.to.name),
        a.port - b.port,
        compareText(a.protocol, b.protocol),
        compareText(a.direction, b.direction),
        compareText(JSON.stringify(a.cause), JSON.stringify(b.cause)),
      ),
    ),
    folded,
    assumptions: assumptionsOf({
      inputs,
      state: proposing.state,
      summary,
      ends: proposing.ends,
      findings,
      passed: passedThoughDenied(passed, proposing.state),
    }),
    counts: summary.counts,
    isSeen: summary.edges.length > 0,
  };
  return { diagnosis, inputs, passed, proposing, membersOf };
}

const FOLDED_KINDS = ['reply', 'noise', 'audit'] as const;

function fold(edges: readonly Edge[]): readonly Folded[] {
  const counts = new Map<Folded['kind'], number>();
  for (const edge of edges) {
    const kind = foldOf(edge);
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + edge.count);
  }
  return FOLDED_KINDS.flatMap((kind) => {
    const count = counts.get(kind);
    return count === undefined ? [] : [{ kind, count }];
  });
}

/** What audit mode reports was let through. */
function droppedOf(folded: readonly Folded[]): number {
  return folded.reduce((sum, { kind, count }) => (kind === 'audit' ? sum : sum + count), 0);
}

/** Pods by the addresses at which any flow shows them. */
function podsByAddress(edges: readonly Edge[]): (ip: string) => string | undefined {
  const pods = new Map<string, string>();
  for (const { source, destination, sourceIp, destinationIp } of edges) {
    for (const [end, ip] of [
      [source, sourceIp],
      [destination, destinationIp],
    ] as const) {
      const namespace = namespaceOf(end);
      if (namespace !== '' && ip !== '')
        pods.set(ip, `${namespace}/${end.workloads[0]?.name ?? end.podName}`);
    }
  }
  return (ip) => pods.get(ip);
}

interface WithCause extends Judged {
  readonly cause: Finding['cause'];
}
/** Edges that are one finding, the most frequent first. */
export type Group = readonly [first: WithCause, ...rest: WithCause[]];

/** Edges of one cause between the same parties on one port are one finding, whatever the addresses. */
function grouped(judged: readonly Judged[], context: CauseContext): readonly Group[] {
  const groups = new Map<string, [WithCause, ...WithCause[]]>();
  for (const one of judged) {
    const cause = causeOf(one, context);
    const { edge, from, to } = one;
    const key = JSON.stringify([
      'request' in cause ? { ...cause, request: '' } : cause,
      from.party.name,
      to.party.name,
      edge.protocol,
      edge.port,
      edge.direction,
    ]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ ...one, cause }]);
    else group.push({ ...one, cause });
  }
  // The most frequent edge of a finding speaks for it.
  return [...groups.values()].map((group) => group.sort((a, b) => b.edge.count - a.edge.count));
}

/** The cause of a group: of several requests the first, and how many others. */
function causeOfGroup([{ cause }, ...rest]: Group): Finding['cause'] {
  if (!('request' in cause)) return cause;
  const others = new Set(rest.map((one) => ('request' in one.cause ? one.cause.request : '')));
  others.delete(cause.request);
  return { ...cause, others: others.size };
}

function findingOf(group: Group, fixing: ProposeContext | NoFix, catalog: Catalog): Finding {
  const [first] = group;
  const { edge, decision } = first;
  const cause = causeOfGroup(group);
  const proposal = 'code' in fixing ? { noFix: fixing } : proposeFix(group, cause, fixing);
  return {
    cause,
    direction: edge.direction,
    from: partyOf([first.from, ...group.map(({ from }) => from)]),
    to: partyOf([first.to, ...group.map(({ to }) => to)]),
    protocol: edge.protocol,
    port: edge.port,
    count: countOf(group),
    ...seenOf(group),
    dropReason: edge.dropReason,
    decidedBy: decision === undefined || cause.code === 'not-policy' ? [] : decidedBy(decision),
    assumptions:
      decision === undefined ? [] : [...decision.egress.assumptions, ...decision.ingress.assumptions],
    ...(decision === undefined ? {} : { decision: withoutHatch(decision, catalog) }),
    ...proposal,
  };
}

/** When, where any of the flows had a time. */
function seenOf(group: Group): Pick<Finding, 'firstSeenMs' | 'lastSeenMs'> {
  let [first, last] = [0, 0];
  for (const { edge } of group) {
    if (edge.firstMs > 0 && (first === 0 || edge.firstMs < first)) first = edge.firstMs;
    last = Math.max(last, edge.lastMs);
  }
  return first === 0 ? {} : { firstSeenMs: first, lastSeenMs: last };
}

function countOf(group: Group): number {
  return group.reduce((sum, { edge }) => sum + edge.count, 0);
}

const SEEN_MAX = 5;

/** One party for ends that differ by address, or by pod. */
function partyOf([first, ...rest]: readonly [End, ...End[]]): Party {
  const seen = new Set([first, ...rest].flatMap(({ party }) => party.seenAs));
  return { ...first.party, seenAs: [...seen].slice(0, SEEN_MAX), seenCount: seen.size };
}

/** The rules that refuse, or the policies that made the refusing side default-deny. */
function decidedBy({ egress, ingress }: Decision): readonly DecidedBy[] {
  const sides = [egress, ingress].filter(({ verdict }) => verdict === 'denied');
  return (sides.length === 0 ? [egress, ingress] : sides).flatMap(decidedBySide);
}

function once(make: () => State): () => State {
  let made: State | undefined;
  return () => (made ??= make());
}
