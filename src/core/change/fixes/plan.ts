import { composeFixes } from '../../diagnose/compose.ts';
import type {
  Cause,
  Composed,
  ComposeRefusal,
  Diagnosis,
  Finding,
  FixKind,
  FlowSummary,
  Inputs,
} from '../../diagnose/index.ts';
import { withFiles } from '../../diagnose/state.ts';
import type { PolicyRef } from '../../model/policy.ts';
import { compareReads } from '../compare-reads.ts';
import { type Effect, effectOf } from '../effect.ts';
import { type ReadScope, readScopes, scopesOf } from '../scope.ts';
import { fixBranchName } from './branch-name.ts';

/** Which of a diagnosis' fixes to make. Nothing said: all of them. */
export interface FixChoice {
  /** From 1, in the order of the diagnosis. */
  readonly numbers?: readonly number[];
  /** Kinds of fixes or codes of causes. */
  readonly only?: readonly (FixKind | Cause['code'])[];
}

export interface FixQuestion {
  readonly choice: FixChoice;
  readonly inputs: Inputs;
  /** Of the flows that the diagnosis was made of. */
  readonly summary: FlowSummary;
}

export type FixPlan =
  | { readonly kind: 'change'; readonly change: FixChange }
  /** No finding has a fix. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly refusal: FixRefusal };

/** Fixes of one diagnosis as one change of the files. */
export interface FixChange extends Composed {
  readonly namespace: string;
  /** The cluster that was diagnosed; empty where the repository has none. */
  readonly cluster: string;
  /** Findings that stay: without a fix, or not chosen. */
  readonly left: readonly Finding[];
  /** In other clusters that read the same files. */
  readonly elsewhere: readonly Effect[];
  /** What a branch of it is called where nobody named one. */
  readonly branch: string;
}

/** Why the fixes are not made. The wording is in `report/`. */
export type FixRefusal =
  | { readonly code: 'no-such-finding'; readonly number: number; readonly count: number }
  | { readonly code: 'finding-without-fix'; readonly number: number; readonly finding: Finding }
  /** No finding with a fix is of these kinds. */
  | { readonly code: 'none-chosen'; readonly only: readonly string[]; readonly kinds: readonly string[] }
  | ComposeRefusal
  /** Another cluster that reads the same files would refuse a policy, or could not be read any more. */
  | {
      readonly code: 'breaks-elsewhere';
      readonly cluster: string;
      readonly policy: PolicyRef | undefined;
    };

/** Plans fixes as one change: composed, proven again as a whole, and looked at in every cluster of the repository. */
export function planFixes(diagnosis: Diagnosis, { choice, inputs, summary }: FixQuestion): FixPlan {
  const chosen = chosenOf(diagnosis, choice);
  if ('code' in chosen) return { kind: 'refused', refusal: chosen };
  if (chosen.length === 0) return { kind: 'nothing' };
  const { namespace, findings } = diagnosis;
  const outcome = composeFixes(chosen, summary, { namespace, inputs });
  if (outcome.kind === 'refused') return outcome;
  const { composed } = outcome;
  const cluster = clusterOf(diagnosis, inputs);
  const elsewhere = effectsElsewhere(composed, inputs, cluster);
  if ('code' in elsewhere) return { kind: 'refused', refusal: elsewhere };
  return {
    kind: 'change',
    change: {
      ...composed,
      namespace,
      cluster,
      left: findings.filter((finding) => !chosen.includes(finding)),
      elsewhere,
      branch: fixBranchName(namespace, composed.fixed),
    },
  };
}

function chosenOf(
  { findings }: Diagnosis,
  { numbers = [], only = [] }: FixChoice,
): readonly Finding[] | FixRefusal {
  for (const number of numbers) {
    const finding = findings[number - 1];
    if (finding === undefined) return { code: 'no-such-finding', number, count: findings.length };
    if (finding.fix === undefined) return { code: 'finding-without-fix', number, finding };
  }
  const numbered =
    numbers.length === 0 ? findings : findings.filter((_, index) => numbers.includes(index + 1));
  const fixable = numbered.filter(({ fix }) => fix !== undefined);
  if (only.length === 0) return fixable;
  const kept = fixable.filter(({ fix, cause }) =>
    only.some((one) => one === fix?.kind || one === cause.code),
  );
  if (kept.length > 0 || fixable.length === 0) return kept;
  const kinds = fixable.flatMap(({ fix }) => (fix === undefined ? [] : [fix.kind]));
  return { code: 'none-chosen', only, kinds: [...new Set(kinds)] };
}

/** The cluster that was asked for, or taken where nobody asked. */
function clusterOf({ assumptions }: Diagnosis, { readOptions }: Inputs): string {
  if (readOptions.environment !== undefined) return readOptions.environment;
  for (const one of assumptions) {
    if (one.code !== 'approximation' || one.approximation.code !== 'environment-chosen') continue;
    return one.approximation.detail;
  }
  return '';
}

/** The diagnosed cluster is in the proof; the others read the same files, perhaps. */
function effectsElsewhere({ files }: Composed, inputs: Inputs, own: string): readonly Effect[] | FixRefusal {
  const others = scopesOf(inputs).filter(({ name }) => name !== own);
  const scopes: readonly ReadScope[] = readScopes(others, inputs.files);
  const after = readScopes(scopes, withFiles(inputs.files, files));
  const effects: Effect[] = [];
  for (const scope of scopes) {
    const now = after.find(({ name }) => name === scope.name);
    if (now === undefined) return { code: 'breaks-elsewhere', cluster: scope.name, policy: undefined };
    const known = new Set(scope.read.refused.map(nameOf));
    const broken = now.read.refused.find((policy) => !known.has(nameOf(policy)));
    if (broken !== undefined) {
      const { kind, namespace, name } = broken;
      return { code: 'breaks-elsewhere', cluster: scope.name, policy: { kind, namespace, name } };
    }
    const { namespaces, others } = compareReads(scope.read, now.read);
    if (namespaces.length + others.length > 0) effects.push(effectOf(scope, scope.read, now.read));
  }
  return effects;
}

function nameOf({ kind, namespace, name }: PolicyRef): string {
  return `${kind} ${namespace} ${name}`;
}
