import { lineChanges } from '../../manifest/edit/line-changes.ts';
import type { Decision, SideDecision } from '../../model/decision.ts';
import { portCount } from '../../model/port-set.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { CauseContext } from '../cause.ts';
import type { End } from '../ends.ts';
import { decide, type Judged, protocolOf, refusingSide } from '../judged.ts';
import { openedBy } from '../opened.ts';
import { type State, stateOf, withFiles } from '../state.ts';
import type { Cause, Fix, FixKind, FixStep, FixWarning, NoFix, Opened, Proof } from '../types.ts';
import type { Attempt } from './attempt.ts';
import { accessLabelAttempts, profileAttempts } from './labels.ts';
import { portAttempts } from './port.ts';
import { ruleAttempts } from './rule.ts';

export type Proposal = { readonly fix: Fix; readonly proof: Proof } | { readonly noFix: NoFix };

export interface ProposeContext extends CauseContext {
  readonly ends: readonly End[];
  readonly nameOf: (id: string) => string;
  /** Worlds after one change of the files, by that change: findings of one cause try the same ones. */
  readonly states: Map<string, State>;
}

/** Both ends, and a profile beside an access label: no chain of changes that makes sense is longer. */
const STEPS_MAX = 3;

/**
 * Looks for the smallest change that admits an edge at both ends: a label, then a profile, then a rule. Each step
 * is made in the text of its file, the files are read again, and the flow is judged again. What cannot be shown
 * to work is not proposed.
 */
export function proposeFix(judged: Judged, cause: Cause, context: ProposeContext): Proposal {
  const hopeless = noFixFor(cause);
  if (hopeless !== undefined || judged.decision === undefined) return { noFix: hopeless ?? NOTHING };
  const search: Search = { steps: [], state: context.state, tried: new Set(), refused: undefined };
  for (let round = 0; round < STEPS_MAX; round += 1) {
    const decision = decide(judged.edge, judged, search.state);
    const side = decision === undefined ? undefined : refusingSide(decision);
    if (decision === undefined) break;
    if (side === undefined && decision.isCertain) return proved(judged, decision, { search, context });
    if (side === undefined) break;
    if (side.reason !== 'default-deny' && side.reason !== 'enforced-always') {
      return { noFix: side.reason === 'deny-rule' ? { code: 'deny-is-deliberate' } : NOTHING };
    }
    if (!takeStep(judged, side, { cause, search, context }))
      return { noFix: noFixAfter(judged, cause, search) };
  }
  const decision = decide(judged.edge, judged, search.state);
  return decision?.verdict === 'allowed' && decision.isCertain
    ? proved(judged, decision, { search, context })
    : { noFix: { code: 'not-provable', tried: [...search.tried] } };
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
    case 'l7-refused':
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

/** Takes the first kind of change that admits the side; among changes of a kind, the one that opens least. */
function takeStep(
  judged: Judged,
  side: SideDecision,
  {
    cause,
    search,
    context,
  }: { readonly cause: Cause; readonly search: Search; readonly context: ProposeContext },
): boolean {
  const labelContext = { inputs: context.inputs, state: search.state };
  const kinds = [
    ['access-label', () => accessLabelAttempts(judged, labelContext)],
    ['profile', () => profileAttempts(judged, side, labelContext)],
    ['port', () => portAttempts(judged, cause, labelContext)],
    ['rule', () => ruleAttempts(judged, side, labelContext)],
  ] as const;
  for (const [kind, attempts] of kinds) {
    const best = bestOf(attempts(), { judged, side, search, context });
    if (best === undefined) continue;
    search.tried.add(kind);
    if (best.kind === 'none') continue;
    search.steps = [...search.steps, best.step];
    search.state = best.state;
    return true;
  }
  return false;
}

type Best =
  | { readonly kind: 'none' }
  | { readonly kind: 'step'; readonly step: FixStep; readonly state: State };

function bestOf(
  attempts: readonly Attempt[],
  {
    judged,
    side,
    search,
    context,
  }: {
    readonly judged: Judged;
    readonly side: SideDecision;
    readonly search: Search;
    readonly context: ProposeContext;
  },
): Best | undefined {
  let best: { readonly step: FixStep; readonly state: State; readonly size: number } | undefined;
  for (const attempt of attempts) {
    if (attempt.kind === 'refused') {
      search.refused ??= attempt;
      continue;
    }
    const state = stateAfter(attempt, search.state, context);
    const decision = decide(judged.edge, judged, state);
    if (decision === undefined || isStillRefused(decision, side)) continue;
    const size = sizeOf(openedBy(search.state, state, context.nameOf));
    if (best === undefined || size < best.size) best = { step: attempt.step, state, size };
  }
  if (best !== undefined) return { kind: 'step', step: best.step, state: best.state };
  return attempts.length === 0 ? undefined : { kind: 'none' };
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

function isStillRefused(decision: Decision, { direction }: SideDecision): boolean {
  return decision[direction].verdict === 'denied';
}

/** How much is opened: pairs of names, and ports of each. */
function sizeOf(opened: readonly Opened[]): number {
  return opened.reduce((sum, { ports }) => sum + 1_000_000 + portCount(ports), 0);
}

function proved(
  judged: Judged,
  after: Decision,
  { search, context }: { readonly search: Search; readonly context: ProposeContext },
): Proposal {
  const before = judged.decision;
  const last = search.steps.at(-1);
  if (before === undefined || last === undefined) return { noFix: NOTHING };
  const opens = openedBy(context.state, search.state, context.nameOf).filter(
    (opened) => !isOwn(opened, judged),
  );
  const files = changedFiles(context.state.files, search.state.files);
  const edits = files.flatMap(({ path, before: old, text }) =>
    lineChanges(old, text).map((change) => ({ file: path, ...change })),
  );
  const fix: Fix = {
    kind: last.kind === 'rule' && search.steps.length > 1 ? (search.steps[0]?.kind ?? last.kind) : last.kind,
    steps: search.steps,
    edits,
    files,
    warnings: warningsOf(search.steps, opens, judged),
  };
  return { fix, proof: { before, after, opens } };
}

/** Whether an opening is exactly the finding's own pair and port. */
function isOwn({ from, to, ports }: Opened, judged: Judged): boolean {
  return from === judged.from.party.name && to === judged.to.party.name && portCount(ports) === 1;
}

function warningsOf(
  steps: readonly FixStep[],
  opens: readonly Opened[],
  { from, to }: Judged,
): readonly FixWarning[] {
  if (!steps.some(({ kind }) => kind === 'profile')) return [];
  const isSamePair = (opened: Opened): boolean =>
    portCount(opened.ports) <= 1 && sameScope(opened.from, from) && sameScope(opened.to, to);
  return opens.every(isSamePair) ? [] : [{ code: 'profile-widens', narrower: 'policy-in-namespace' }];
}

function sameScope(name: string, { party }: End): boolean {
  return name === party.name || (party.namespace !== '' && name.startsWith(`${party.namespace}/`));
}

function changedFiles(
  before: readonly SourceFile[],
  after: readonly SourceFile[],
): readonly { readonly path: string; readonly before: string; readonly text: string }[] {
  const texts = new Map(before.map(({ path, text }) => [path, text]));
  return after.flatMap(({ path, text }) => {
    const old = texts.get(path) ?? '';
    return old === text ? [] : [{ path, before: old, text }];
  });
}

function noFixAfter({ edge, from }: Judged, cause: Cause, { tried, refused }: Search): NoFix {
  if (refused !== undefined) {
    const { file, line, code } = refused.refusal;
    return { code: 'edit-refused', file, line, why: code };
  }
  if (
    cause.code === 'no-rule' ||
    cause.code === 'profile-without-egress' ||
    cause.code === 'profile-without-gateway'
  ) {
    return { code: 'needs-own-policy', namespace: cause.namespace };
  }
  if (cause.code === 'other-end-refuses') return { code: 'needs-own-policy', namespace: cause.other };
  return tried.size === 0 && protocolOf(edge) !== undefined
    ? { code: 'needs-own-policy', namespace: from.party.namespace }
    : { code: 'not-provable', tried: [...tried] };
}
