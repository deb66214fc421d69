import type { Decision } from '../model/decision.ts';
import { type DiagnoseQuestion, type Grounds, type Group, groundsOf } from './diagnose.ts';
import { changedFiles, editsOf, isAdmitted, proposeFix } from './fix/propose.ts';
import { decide } from './judged.ts';
import { changedBy } from './opened.ts';
import { type State, stateOf, withFiles } from './state.ts';
import type { FlowSummary } from './summarize.ts';
import type { Finding, Fix, FixStep, FixWarning, Opened } from './types.ts';

/** Fixes of several findings made as one change, which is proven as a whole. */
export interface Composed {
  readonly fixed: readonly Fixed[];
  readonly files: Fix['files'];
  readonly edits: Fix['edits'];
  readonly warnings: readonly FixWarning[];
  /** All of it, the findings' own pairs too. */
  readonly opens: readonly Opened[];
  readonly closes: readonly Opened[];
}

export interface Fixed {
  readonly finding: Finding;
  /** What it takes after those before it; empty where they admit it already. */
  readonly steps: readonly FixStep[];
  /** The finding judged with the whole change made. */
  readonly after: Decision;
}

export type ComposeOutcome =
  | { readonly kind: 'composed'; readonly composed: Composed }
  | { readonly kind: 'refused'; readonly refusal: ComposeRefusal };

/** Why fixes that are each proven cannot be made together. */
export interface ComposeRefusal {
  readonly code: ComposeRefusalCode;
  /** The one that does not go with the others. */
  readonly finding: Finding;
}

export type ComposeRefusalCode =
  /** With the others made, no change was found that admits it. */
  | 'no-fix-left'
  /** With the others made, it would take another change than the one that was shown. */
  | 'other-fix'
  /** It was admitted, and one of those after it took that away. */
  | 'undone';

/**
 * Makes fixes one after the other, each in the files as those before have left them, and judges every finding again
 * in the end. Two labels of one namespace, or two rules of one policy, are edits of one text, which only the second
 * search can place. A fix that those before have made unneeded adds nothing.
 *
 * @param findings of the diagnosis of the same flows and question, each with a fix
 */
export function composeFixes(
  findings: readonly Finding[],
  summary: FlowSummary,
  question: Pick<DiagnoseQuestion, 'namespace' | 'inputs'>,
): ComposeOutcome {
  const grounds = groundsOf(summary, question);
  const tasks = findings.map((finding) => ({ finding, group: groupOf(finding, grounds) }));
  const begun: Begun = { state: grounds.proposing.state, steps: [], warnings: [] };
  const taken: { readonly finding: Finding; readonly group: Group; readonly steps: readonly FixStep[] }[] =
    [];
  for (const { finding, group } of tasks) {
    const outcome = take(finding, group, { begun, grounds });
    if (typeof outcome === 'string') return refused(outcome, finding);
    taken.push({ finding, group, steps: outcome });
  }
  const { state } = begun;
  const fixed: Fixed[] = [];
  for (const { finding, group, steps } of taken) {
    const after = decide(group[0].edge, group[0], state);
    if (after === undefined || !isAdmitted(group, state)) return refused('undone', finding);
    fixed.push({ finding, steps, after });
  }
  const files = changedFiles(grounds.proposing.state.files, state.files);
  const { opens, closes } = changedBy(grounds.proposing.state, state, grounds.proposing.nameOf);
  return {
    kind: 'composed',
    composed: { fixed, files, edits: editsOf(files), warnings: begun.warnings, opens, closes },
  };
}

function refused(code: ComposeRefusalCode, finding: Finding): ComposeOutcome {
  return { kind: 'refused', refusal: { code, finding } };
}

/** Who a finding is about, whatever it was counted from. */
function groupOf(finding: Finding, { groups }: Grounds): Group {
  const key = keyOf(finding);
  const group = groups.find(([{ cause, edge, from, to }]) => {
    const { protocol, port, direction } = edge;
    return keyOf({ cause, protocol, port, direction, from: from.party, to: to.party }) === key;
  });
  if (group === undefined) throw new Error('a finding of another diagnosis');
  return group;
}

function keyOf({
  cause,
  from,
  to,
  protocol,
  port,
  direction,
}: Pick<Finding, 'cause' | 'from' | 'to' | 'protocol' | 'port' | 'direction'>): string {
  return JSON.stringify([cause, from.name, to.name, protocol, port, direction]);
}

interface Begun {
  state: State;
  steps: readonly FixStep[];
  warnings: readonly FixWarning[];
}

/** Takes the finding's fix on top of what is begun. @returns its steps, or why it cannot be */
function take(
  finding: Finding,
  group: Group,
  { begun, grounds: { inputs, proposing } }: { readonly begun: Begun; readonly grounds: Grounds },
): readonly FixStep[] | ComposeRefusalCode {
  if (isAdmitted(group, begun.state)) return [];
  const isFirst = begun.state === proposing.state;
  const context = isFirst
    ? proposing
    : { ...proposing, state: begun.state, states: new Map<string, State>() };
  const proposal = proposeFix(group, finding.cause, context);
  if (!('fix' in proposal)) return 'no-fix-left';
  const { steps, files, warnings } = proposal.fix;
  const shown = finding.fix?.steps ?? [];
  if (!steps.every((step) => shown.some((one) => isSameStep(one, step, begun.steps)))) return 'other-fix';
  begun.state = stateOf(inputs, withFiles(begun.state.files, files), proposing.ends);
  begun.steps = [...begun.steps, ...steps];
  const known = new Set(begun.warnings.map((warning) => JSON.stringify(warning)));
  begun.warnings = [...begun.warnings, ...warnings.filter((warning) => !known.has(JSON.stringify(warning)))];
  return steps;
}

/** Whether a step does what was shown. A namespace whose profile those before have changed may need a wider one. */
function isSameStep(shown: FixStep, step: FixStep, before: readonly FixStep[]): boolean {
  switch (step.kind) {
    case 'access-label':
      return (
        shown.kind === 'access-label' && shown.namespace === step.namespace && shown.label === step.label
      );
    case 'profile': {
      if (shown.kind !== 'profile' || shown.namespace !== step.namespace) return false;
      const isMoved = before.some((one) => one.kind === 'profile' && one.namespace === step.namespace);
      return isMoved || shown.to === step.to;
    }
    case 'port':
      return (
        shown.kind === 'port' &&
        isSamePolicy(shown.policy, step.policy) &&
        shown.from === step.from &&
        shown.to === step.to
      );
    case 'rule':
      return shown.kind === 'rule' && isSamePolicy(shown.policy, step.policy) && shown.list === step.list;
  }
}

function isSamePolicy(
  a: Extract<FixStep, { readonly kind: 'rule' }>['policy'],
  b: Extract<FixStep, { readonly kind: 'rule' }>['policy'],
): boolean {
  return a.kind === b.kind && a.namespace === b.namespace && a.name === b.name;
}
