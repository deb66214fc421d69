import type { BaselineEntry, Finding, RuleId, Severity, Suppressed } from '../../lint/index.ts';
import type { Approximation, SourceFile } from '../../model/repository.ts';

/** All that there is to show of one run of lint. */
export interface LintReport {
  /** What counts: not suppressed, not in the baseline, in the paths that were asked for. By file and line. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Suppressed[];
  /** Findings that the baseline has. */
  readonly baselined: readonly Finding[];
  /** Entries of the baseline that are found no more. */
  readonly stale: readonly BaselineEntry[];
  /** Rules that ran. */
  readonly rules: readonly RuleId[];
  /** What was not built or rendered, so that rules about it kept silent. */
  readonly approximations: readonly Approximation[];
  readonly counts: { readonly files: number; readonly policies: number; readonly namespaces: number };
  /** Texts for excerpts. */
  readonly files: readonly SourceFile[];
}

/** The page of a rule in the documentation, from the root of the repository. */
export function docsPage(rule: RuleId): string {
  return `docs/lint/${rule}.md`;
}

export function countBySeverity(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** `CNP shop/web`, `Namespace shop`; empty where a finding is about no object. */
export function objectText({ object }: Finding): string {
  if (object === undefined) return '';
  const { kind, namespace, name } = object;
  const short = SHORT_KINDS.get(kind) ?? kind;
  return namespace === '' ? `${short} ${name}` : `${short} ${namespace}/${name}`;
}

const SHORT_KINDS: ReadonlyMap<string, string> = new Map([
  ['CiliumNetworkPolicy', 'CNP'],
  ['CiliumClusterwideNetworkPolicy', 'CCNP'],
  ['NetworkPolicy', 'NP'],
]);
