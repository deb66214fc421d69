import { lineChanges } from '../../manifest/edit/line-changes.ts';
import type { SideDecision } from '../../model/decision.ts';
import { portCount } from '../../model/port-set.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { CauseContext } from '../cause-context.ts';
import type { End } from '../ends.ts';
import { decide, type Judged, kindsOf, refusingSide } from '../judged.ts';
import { changedBy, WORLDS } from '../opened.ts';
import { firstDifference } from '../order.ts';
import { type State, stateOf, withFiles } from '../state.ts';
import type { Cause, Fix, FixKind, FixStep, NoFix, Opened, Proof } from '../types.ts';
import type { Attempt } from './attempt.ts';
import { accessLabelAttempts, profileAttempts } from './labels.ts';
import { portAttempts } from './port.ts';
import { ruleAttempts } from './rule.ts';
import { warningsOf } from './warnings.ts';

export type Proposal = { readonly fix: Fix; readonly proof: Proof } | { readonly noFix: NoFix };

export interface ProposeContext extends CauseContext {
  readonly ends: readonly End[];
  readonly nameOf: (id: string) => string;
  /** Worlds after one change of the files, by that change: findings of one cause try the same ones. */
  readonly states: Map<string, State>;
}

/** Both ends, and a profile beside an access label: no chain of changes that makes sense is longer. */
const STEPS_MAX = 3;

/** Edges of one cause between the same parties on the same port: one fix is for all of them. */
export type Members = readonly [Judged, ...Judged[]];

/**
 * Looks for the smallest change that admits all edges of a finding at both ends: a label, then a profile, then a
 * rule. Each step is made in the text of its file, the files are read again, and the edges are judged again. What
 * cannot be shown to work is not proposed.
 */
export function proposeFix(members: Members, cause: Cause, context: ProposeContext): Proposal {
  const hopeless = noFixFor(cause);
  if (hopeless !== undefined) return { noFix: hopeless };
  if (members[0].decision === undefined) return { noFix: NOTHING };
  const search: Search = { steps: [], state: context.state, tried: new Set(), refused: undefined };
  for (let round = 0; round <= STEPS_MAX; round += 1) {
    const left = leftOver(members, search.state);
    if (left === 'nothing') return proved(members, { search, context });
    if (left === 'uncertain' || round === STEPS_MAX) break;
    const { judged, side } = left;
    if (side.reason !== 'default-deny' && side.reason !== 'enforced-always') {
      return { noFix: side.reason === 'deny-rule' ? { code: 'deny-is-deliberate' } : NOTHING };
    }
    const task: Task = { members, judged, side, search, context };
    if (!takeStep(task)) return { noFix: noFixAfter(task) };
  }
  return { noFix: { code: 'not-provable', tried: [...search.tried] } };
}

/** Whether all edges of a finding are admitted for certain. */
export function isAdmitted(members: Members, state: State): boolean {
  return leftOver(members, state) === 'nothing';
}

/** The first edge that is still refused, and by which side. */
function leftOver(
  members: Members,
  state: State,
): 'nothing' | 'uncertain' | { readonly judged: Judged; readonly side: SideDecision } {
  let isCertain = true;
  for (const judged of kindsOf(members, state)) {
    const decision = decide(judged.edge, judged, state);
    const side = decision === undefined ? undefined : refusingSide(decision, judged.edge.direction);
    if (side !== undefined) return { judged, side };
    if (decision?.isCertain !== true) isCertain = false;
  }
  return isCertain ? 'nothing' : 'uncertain';
}

const NOTHING: NoFix = { code: 'nothing-to-change' };

interface Search {
  steps: readonly FixStep[];
  state: State;
  readonly tried: Set<FixKind>;
  refused: Extract<Attempt, { readonly kind: 'refused' }> | undefined;
}

/** Causes that no label, profile or added rule should answer. */
function noFixFor(cause: Cause): NoFix | undefined {
  switch (cause.code) {
    case 'denied-by-rule':
      return { code: 'deny-is-deliberate' };
    case 'missing-dns-baseline':
      return { code: 'restore-baseline', baseline: 'dns-egress', isInFiles: cause.isInFiles };
    case 'missing-scrape-baseline':
      return { code: 'restore-baseline', baseline: 'prometheus-scrape', isInFiles: cause.isInFiles };
    case 'not-policy':
    case 'disagreement':
    case 'unknown-peer':
    case 'undecidable':
    case 'endpoint-starting':
    case 'identity-lost':
    case 'service-address':
    case 'search-domain':
    case 'l7-refused':
    case 'proxy-error':
    case 'authentication':
      return NOTHING;
    case 'missing-access-label':
    case 'profile-without-egress':
    case 'profile-without-gateway':
    case 'missing-platform-rule':
    case 'no-rule':
    case 'other-end-refuses':
    case 'service-port':
    case 'cidr-on-cluster-peer':
      return undefined;
  }
}

interface Task {
  readonly members: Members;
  /** The edge that is refused now, and by which side. */
  readonly judged: Judged;
  readonly side: SideDecision;
  readonly search: Search;
  readonly context: ProposeContext;
}

/**
 * Takes the first kind of change that admits the side; among changes of a kind, the one that closes and opens
 * least. What closes something that was open comes last of all.
 */
function takeStep(task: Task): boolean {
  const { members, judged, side, search, context } = task;
  const labelContext = { inputs: context.inputs, state: search.state };
  const kinds = [
    ['access-label', () => accessLabelAttempts(judged, labelContext)],
    ['profile', () => profileAttempts(judged, side, labelContext)],
    ['port', () => portAttempts(judged, side, labelContext)],
    ['rule', () => ruleAttempts(members, { judged, side }, labelContext)],
  ] as const;
  let closing: Best | undefined;
  for (const [kind, attemptsOf] of kinds) {
    const attempts = attemptsOf();
    const best = bestOf(attempts, task);
    if (attempts.length > 0) search.tried.add(kind);
    // The label is the way; that its file cannot be edited is no reason to write a rule instead.
    if (kind === 'access-label' && attempts.length > 0 && attempts.every((one) => one.kind === 'refused'))
      return false;
    if (best === undefined) continue;
    // The port that a changed rule no longer names is the Service's, on which no pod listens.
    if (best.closes === 0 || kind === 'port') return take(best, search);
    if (closing === undefined || best.closes < closing.closes) closing = best;
  }
  return closing !== undefined && take(closing, search);
}

function take({ step, state }: Best, search: Search): true {
  search.steps = [...search.steps, step];
  search.state = state;
  return true;
}

interface Best {
  readonly step: FixStep;
  readonly state: State;
  /** Kinds of edges that the side would still refuse. */
  readonly left: number;
  readonly closes: number;
  readonly opens: number;
}

function bestOf(attempts: readonly Attempt[], task: Task): Best | undefined {
  const { members, judged, side, search, context } = task;
  let best: Best | undefined;
  for (const attempt of attempts) {
    if (attempt.kind === 'refused') {
      search.refused ??= attempt;
      continue;
    }
    const state = stateAfter(attempt, search.state, context);
    // A change that puts a policy out of force would open everything, and prove anything.
    if (state.read.refused.length > search.state.read.refused.length) continue;
    if (isRefused(judged, side, state)) continue;
    const left = kindsOf(members, state).filter((member) => isRefused(member, side, state)).length;
    const { opens, closes } = changedBy(search.state, state, context.nameOf);
    const found = { step: attempt.step, state, left, closes: sizeOf(closes), opens: sizeOf(opens) };
    if (best === undefined || isBetter(found, best)) best = found;
  }
  return best;
}

function isRefused(judged: Judged, { direction }: SideDecision, state: State): boolean {
  const decision = decide(judged.edge, judged, state);
  return decision === undefined || decision[direction].verdict === 'denied';
}

function isBetter(a: Best, b: Best): boolean {
  return firstDifference(a.left - b.left, a.closes - b.closes, a.opens - b.opens) < 0;
}

/** The world with a change made. Labels are shared between findings, rules hardly ever. */
function stateAfter(
  { step, file }: Extract<Attempt, { readonly kind: 'change' }>,
  before: State,
  { inputs, ends, states, state: first }: ProposeContext,
): State {
  const isShared = before === first && (step.kind === 'access-label' || step.kind === 'profile');
  const key = `${file.path}\n${file.text}`;
  const known = isShared ? states.get(key) : undefined;
  const after = known ?? stateOf(inputs, withFiles(before.files, [file]), ends);
  if (isShared) states.set(key, after);
  return after;
}

/** How much is opened: pairs of names, and ports of each. All of the world is more than any list of names. */
function sizeOf(opened: readonly Opened[]): number {
  return opened.reduce((sum, { from, to, ports }) => {
    const pairs = WORLDS.includes(from) || WORLDS.includes(to) ? WORLD_SIZE : 1;
    return sum + pairs * (1_000_000 + portCount(ports));
  }, 0);
}

const WORLD_SIZE = 1000;

function proved(
  members: Members,
  { search, context }: { readonly search: Search; readonly context: ProposeContext },
): Proposal {
  const [first] = members;
  const after = decide(first.edge, first, search.state);
  const last = search.steps.at(-1);
  if (first.decision === undefined || after === undefined || last === undefined) return { noFix: NOTHING };
  const changed = changedBy(context.state, search.state, context.nameOf);
  const opens = changed.opens.filter((opened) => !isOwn(opened, members));
  const files = changedFiles(context.state.files, search.state.files);
  const edits = editsOf(files);
  const fix: Fix = {
    kind: last.kind === 'rule' && search.steps.length > 1 ? (search.steps[0]?.kind ?? last.kind) : last.kind,
    steps: search.steps,
    edits,
    files,
    warnings: warningsOf(members, { steps: search.steps, opens, closes: changed.closes }),
  };
  return { fix, proof: { before: first.decision, after, opens, closes: changed.closes } };
}

/** Whether an opening is exactly the finding's own pairs and port. */
function isOwn({ from, to, ports }: Opened, members: Members): boolean {
  if (portCount(ports) !== 1) return false;
  return members.some((member) => isEnd(from, member.from) && isEnd(to, member.to));
}

/** Who is outside was seen at an address, by a name: neither is the whole world. */
function isEnd(name: string, { id, party, names }: End): boolean {
  if (party.kind !== 'outside') return name === id || name === party.name;
  return name === id || names.some((one) => name === `world ${one}`);
}

export function editsOf(files: Fix['files']): Fix['edits'] {
  return files.flatMap(({ path, before, text }) =>
    lineChanges(before, text).map((change) => ({ file: path, ...change })),
  );
}

export function changedFiles(before: readonly SourceFile[], after: readonly SourceFile[]): Fix['files'] {
  const texts = new Map(before.map(({ path, text }) => [path, text]));
  return after.flatMap(({ path, text }) => {
    const old = texts.get(path) ?? '';
    return old === text ? [] : [{ path, before: old, text }];
  });
}

function noFixAfter({ judged, side, search: { tried, refused } }: Task): NoFix {
  if (refused !== undefined) {
    const { file, line, code } = refused.refusal;
    return { code: 'edit-refused', file, line, why: code };
  }
  const { namespace } = (side.direction === 'egress' ? judged.from : judged.to).party;
  // No rule was tried: no policy of the namespace's own is there to add one to.
  return !tried.has('rule') && namespace !== ''
    ? { code: 'needs-own-policy', namespace }
    : { code: 'not-provable', tried: [...tried] };
}
