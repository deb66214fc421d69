import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  ENFORCEMENT_DISABLED,
  enforcementLabel,
  isPlatform,
  profileLabel,
} from '../../catalog/index.ts';
import { readAssumptions } from '../../manifest/assumptions.ts';
import { readRepository } from '../../manifest/read.ts';
import { NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import type { RepositoryRead } from '../../model/repository.ts';
import { labelsOf } from '../cause-context.ts';
import { withClusterName } from '../cluster-name.ts';
import { diagnoseSummary } from '../diagnose.ts';
import { type End, Ends } from '../ends.ts';
import { namespaceOf } from '../flow-namespace.ts';
import { foldOf, isDrop } from '../fold.ts';
import { compareText } from '../order.ts';
import { type Inputs, stateOfRead } from '../state.ts';
import type { Edge, FlowSummary } from '../summarize.ts';
import type { Finding } from '../types.ts';
import { checksOf } from './checks.ts';
import {
  joined,
  NOTHING,
  outcomeOf,
  type PairOutcome,
  type PairSeen,
  type Settling,
  see,
} from './evidence.ts';
import { assumedPeers, expectationOf, expectationOfSeen } from './expect.ts';
import { isBefore } from './final.ts';
import { isAbout } from './matches.ts';
import type { Check, CheckResult, Evidence, LastChange, Outcome, Span, Verification } from './types.ts';

export interface VerifyQuestion {
  readonly namespace: string;
  readonly inputs: Inputs;
  /** Milliseconds since 1970: what ages are counted from. */
  readonly nowMs: number;
  /** What was changed last, where that is known. */
  readonly change?: LastChange;
  /** How long enforcement may take to follow a change. */
  readonly graceMs?: number;
  /** How often we were not listening. */
  readonly gaps?: number;
}

/** Cilium computes policies anew within seconds of a change; a node that is busy may take longer. */
export const GRACE_MS = 30_000;

/**
 * Says of everything that a namespace's labels promise whether it was seen to work. The flows must have gone through
 * {@link telling}, so that what was seen before a policy was asked is no evidence.
 */
export function verify(summary: FlowSummary, question: VerifyQuestion): Verification {
  const { namespace, nowMs, change, graceMs = GRACE_MS, gaps = 0 } = question;
  const inputs = withClusterName(question.inputs, summary.edges);
  const read = readRepository(inputs.files, inputs.readOptions);
  const known = labelsKnown(namespace, read, summary);
  const checks = checksOf(inputs.catalog, { namespace, labels: known.labels });
  const ends = new Ends(read, inputs.options);
  const pairs = pairsOf(summary.edges, ends);
  const others = assumedPeers(checks, read, inputs.options);
  const state = stateOfRead(inputs, { files: inputs.files, read, ends: ends.all, others });
  const matching = {
    namespace,
    version: inputs.options.version,
    labelsOf: (end: End) => labelsOf(end, { state }),
  };
  const settling: Settling = { change, graceMs };
  const expecting = { namespace, catalog: inputs.catalog, state };
  const outcomes = new Map(pairs.map((pair) => [pair, outcomeOf(pair, settling)]));
  const found = checks.map((check) => {
    const own = pairs.filter((pair) => isAbout(check, pair, matching));
    return { check, own };
  });
  const diagnosed = diagnosis(question, summary, { found, outcomes, ends });
  const isSubject = new Set(found.flatMap(({ own }) => own));
  return {
    namespace,
    labels: { ...labelsOfModel(inputs.catalog, known.labels, namespace), from: known.from },
    window: {
      ...(summary.fromMs === undefined ? {} : { fromMs: summary.fromMs }),
      ...(summary.toMs === undefined ? {} : { toMs: summary.toMs }),
      flows: summary.flows,
      lost: summary.counts.lost,
      skipped: summary.counts.skipped.reduce((sum, { count }) => sum + count, 0),
      gaps,
    },
    nowMs,
    ...(change === undefined ? {} : { change }),
    graceMs,
    results: found.map(({ check, own }): CheckResult => {
      const judged = own.map((pair) => ({ pair, ...(outcomes.get(pair) ?? NOT_SEEN) }));
      const outcome = worstOf(judged.map((one) => one.outcome));
      const evidence = evidenceOf(check, judged);
      return {
        check,
        outcome,
        evidence,
        isBeforeChange: change !== undefined && isBefore(change.timeMs, outcome, evidence),
        expected:
          own.length === 0 || outcome === 'fail'
            ? expectationOf(check, expecting)
            : expectationOfSeen(own, expecting),
        findings: diagnosed(check),
      };
    }),
    otherDrops: pairs
      .filter((pair) => !isSubject.has(pair))
      .flatMap((pair) => outcomes.get(pair)?.failing ?? [])
      .reduce((sum, { count }) => sum + count, 0),
    assumptions: readAssumptions(read, inputs.options.version),
    counts: summary.counts,
    isSeen: summary.edges.length > 0,
    isDeclared: read.namespaces.some(({ name }) => name === namespace),
  };
}

const NOT_SEEN: PairOutcome = { outcome: 'no-traffic', failing: [], outdated: [] };

interface LabelsKnown {
  readonly labels: Readonly<Record<string, string>>;
  readonly from: Verification['labels']['from'];
}

/** The labels that files or cluster give the namespace; where they do not declare it, those that flows recorded. */
function labelsKnown(namespace: string, read: RepositoryRead, { edges }: FlowSummary): LabelsKnown {
  const declared = read.namespaces.find(({ name }) => name === namespace);
  if (declared !== undefined && declared.form.kind !== 'implied')
    return { labels: declared.labels, from: 'files' };
  // The newest flow has the labels of today.
  let newest = -1;
  let recorded: readonly string[] = [];
  for (const { source, destination, lastMs } of edges) {
    for (const end of [source, destination]) {
      if (namespaceOf(end) !== namespace || end.labels.length === 0 || lastMs <= newest) continue;
      newest = lastMs;
      recorded = end.labels;
    }
  }
  if (newest === -1) return { labels: declared?.labels ?? {}, from: 'nowhere' };
  const prefix = `k8s:${NAMESPACE_LABELS_PREFIX}`;
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const label of recorded) {
    if (!label.startsWith(prefix)) continue;
    const [key = '', ...value] = label.slice(prefix.length).split('=');
    labels[key] = value.join('=');
  }
  return { labels, from: 'flows' };
}

function labelsOfModel(
  catalog: Catalog,
  labels: LabelsKnown['labels'],
  namespace: string,
): Omit<Verification['labels'], 'from'> {
  const valueOf = (key: string): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return {
    profile: valueOf(profileLabel(catalog)) ?? '',
    access: catalog.resources
      .map(({ name }) => name)
      .filter((name) => valueOf(accessLabel(catalog, name)) === ACCESS_GRANTED),
    isPlatform: isPlatform(catalog, namespace),
    isHatchOpen: valueOf(enforcementLabel(catalog)) === ENFORCEMENT_DISABLED,
  };
}

/** What was seen, by ends and port. Answers are told with the request that they are due to. */
function pairsOf(edges: readonly Edge[], ends: Ends): readonly PairSeen[] {
  const pairs = new Map<string, PairSeen>();
  const answers: { readonly key: string; readonly edge: Edge }[] = [];
  for (const edge of edges) {
    const [from, to] = [ends.sourceOf(edge), ends.destinationOf(edge)];
    const { protocol, port } = edge;
    if (edge.isReply) {
      const isForwarded = edge.verdict === 'FORWARDED' || edge.verdict === 'REDIRECTED';
      if (isForwarded) answers.push({ key: keyOf({ from: to, to: from, protocol, port }), edge });
      continue;
    }
    if (isDrop(edge) && edge.verdict !== 'AUDIT' && foldOf(edge) !== undefined) continue;
    const key = keyOf({ from, to, protocol, port });
    let pair = pairs.get(key);
    if (pair !== undefined && edge.lastMs > newestMs(pair)) pairs.set(key, (pair = { ...pair, from, to }));
    if (pair === undefined) {
      const blank = {
        left: NOTHING,
        arrived: NOTHING,
        answered: NOTHING,
        accepted: NOTHING,
        audited: NOTHING,
      };
      pairs.set(key, (pair = { from, to, protocol, port, ...blank, drops: [] }));
    }
    see(pair, edge);
  }
  for (const { key, edge } of answers) {
    const pair = pairs.get(key);
    if (pair !== undefined) pair.answered = joined(pair.answered, edge);
  }
  return [...pairs.values()];
}

function keyOf({ from, to, protocol, port }: Pick<PairSeen, 'from' | 'to' | 'protocol' | 'port'>): string {
  return JSON.stringify([endKey(from), endKey(to), protocol, port]);
}

/**
 * A workload stays one end when labels of it or its namespace change, for that is what a fix does: what it was refused
 * before and is granted since is one story. Addresses outside have names at one end of a connection only.
 */
function endKey({ id, party, ip }: End): string {
  if (party.kind === 'pod') return party.workload === '' ? id : party.name;
  return `${party.name} ${ip}`;
}

/** The pair has the labels of the last time that anything was seen of it. */
function newestMs({ left, arrived, accepted, audited, drops }: PairSeen): number {
  return Math.max(
    ...[left, arrived, accepted, audited].map(({ lastMs }) => lastMs),
    ...drops.map(({ lastMs }) => lastMs),
  );
}

/** Of several pairs one that fails is the answer, and one that passes shows that the check can. */
const ORDER: readonly Outcome[] = ['fail', 'pass', 'half', 'audit', 'no-traffic'];

function worstOf(outcomes: readonly Outcome[]): Outcome {
  return ORDER.find((outcome) => outcomes.includes(outcome)) ?? 'no-traffic';
}

const KEPT_MAX = 4;

function evidenceOf(
  { direction }: Check,
  judged: readonly ({ readonly pair: PairSeen } & PairOutcome)[],
): Evidence {
  const pairs = judged.map(({ pair }) => pair);
  const sum = (spans: readonly Span[]): Span => spans.reduce(joined, NOTHING);
  const far = pairs.map(({ from, to }) => (direction === 'egress' ? to : from).party.name);
  const peers = [...new Set(far)].sort(compareText);
  const ports = [...new Set(pairs.map(({ port, protocol }) => `${port}/${protocol}`))].sort(compareText);
  return {
    left: sum(pairs.map((pair) => pair.left)),
    arrived: sum(pairs.map((pair) => pair.arrived)),
    answered: sum(pairs.map((pair) => pair.answered)),
    dropped: sum(judged.flatMap(({ failing }) => failing)),
    outdated: sum(judged.flatMap(({ outdated }) => outdated)),
    audited: sum(pairs.map((pair) => pair.audited)),
    peers: peers.slice(0, KEPT_MAX),
    peerCount: peers.length,
    ports: ports.slice(0, KEPT_MAX),
  };
}

interface Judging {
  readonly found: readonly { readonly check: Check; readonly own: readonly PairSeen[] }[];
  readonly outcomes: ReadonlyMap<PairSeen, PairOutcome>;
  readonly ends: Ends;
}

/**
 * Why checks fail, as `debug` says it. For what must work fixes are sought too; nobody asked for the rest to.
 *
 * @returns what was found of one check
 */
function diagnosis(
  { namespace, inputs }: VerifyQuestion,
  summary: FlowSummary,
  { found, outcomes, ends }: Judging,
): (check: Check) => readonly Finding[] {
  const passed = summary.edges.filter((edge) => !isDrop(edge));
  const dropsOf = (own: readonly PairSeen[]): readonly Edge[] =>
    own.flatMap((pair) => outcomes.get(pair)?.failing ?? []);
  const findingsFor = (isPromised: boolean, fixesMax: number): readonly Finding[] => {
    const drops = new Set(
      found
        .filter(({ check }) => (check.promised !== undefined) === isPromised)
        .flatMap(({ own }) => dropsOf(own)),
    );
    if (drops.size === 0) return [];
    const edges = [...drops, ...passed];
    return diagnoseSummary({ ...summary, edges }, { namespace, inputs, fixesMax }).findings;
  };
  const findings = { promised: findingsFor(true, FIXES_MAX), others: findingsFor(false, 0) };
  return (check) => {
    const own = found.find((one) => one.check === check)?.own ?? [];
    const keys = new Set(
      dropsOf(own).map((edge) =>
        findingKey({
          from: ends.sourceOf(edge).party.name,
          to: ends.destinationOf(edge).party.name,
          ...edge,
        }),
      ),
    );
    const all = check.promised === undefined ? findings.others : findings.promised;
    return all.filter((finding) =>
      keys.has(findingKey({ ...finding, from: finding.from.name, to: finding.to.name })),
    );
  };
}

const FIXES_MAX = 20;

function findingKey({
  from,
  to,
  protocol,
  port,
  direction,
}: Pick<Finding, 'protocol' | 'port' | 'direction'> & {
  readonly from: string;
  readonly to: string;
}): string {
  return JSON.stringify([from, to, protocol, port, direction]);
}
