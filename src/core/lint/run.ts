import { type LintInputs, lintContext } from './context.ts';
import type { Finding } from './finding.ts';
import { fingerprints } from './fingerprint.ts';
import type { Draft, Report, Rule } from './rule.ts';
import { RULE_IDS, RULES, type RuleId } from './rules.ts';
import { type Suppressed, suppress } from './suppress.ts';

export interface LintOptions {
  /** Only these rules. Absent: all. */
  readonly only?: readonly RuleId[];
  /** All but these. */
  readonly skip?: readonly RuleId[];
}

export interface LintResult {
  /** By file and line. */
  readonly findings: readonly Finding[];
  /** Those that a comment in the files sets aside, with its reason. */
  readonly suppressed: readonly Suppressed[];
  /** The rules that ran. */
  readonly rules: readonly RuleId[];
}

/** Runs the rules over a repository. Findings are data; the words for them are in `report/lint`. */
export function lint(inputs: LintInputs, { only = RULE_IDS, skip = [] }: LintOptions = {}): LintResult {
  const context = lintContext(inputs);
  const rules = RULE_IDS.filter((id) => only.includes(id) && !skip.includes(id));
  const fingerprint = fingerprints();
  const found: Finding[] = [];
  const reporter =
    (id: RuleId): Report<unknown> =>
    (draft) =>
      found.push(findingOf(id, draft, fingerprint(id, draft)));
  for (const id of rules) (RULES[id] as Rule<string, unknown>).check(context, reporter(id));
  const { kept, suppressed } = suppress(found, {
    files: inputs.files,
    rules,
    report: reporter('bad-suppression'),
  });
  return { findings: [...merge(kept)].sort(byPlace), suppressed, rules };
}

function findingOf(rule: RuleId, draft: Draft<unknown>, fingerprint: string): Finding {
  const { at, fields, severity, related = [], fix } = draft;
  const finding = {
    rule,
    severity: severity ?? RULES[rule].severity,
    ...at,
    fields,
    related,
    also: [],
    fingerprint,
    ...(fix === undefined ? {} : { fix }),
  };
  // A rule reports its own fields only: its type holds that, which is lost where all rules are in one list.
  return finding as unknown as Finding;
}

/** A component puts one text into many namespaces; its fault is shown once. */
function merge(findings: readonly Finding[]): readonly Finding[] {
  const byText = new Map<string, Finding>();
  for (const finding of findings) {
    const { rule, place, field, object, fingerprint } = finding;
    const key = [rule, place.file, place.line, place.column, field, object?.kind, object?.name].join('\n');
    const first = byText.get(key);
    if (first === undefined) byText.set(key, finding);
    else if (object === undefined || first.object?.namespace === object.namespace) {
      byText.set(`${key}\n${fingerprint}`, finding);
    } else byText.set(key, { ...first, also: [...first.also, { object, fingerprint }] });
  }
  return [...byText.values()];
}

function byPlace(a: Finding, b: Finding): number {
  const differences = [
    compare(a.place.file, b.place.file),
    a.place.line - b.place.line,
    a.place.column - b.place.column,
    compare(a.rule, b.rule),
    compare(a.field, b.field),
  ];
  return differences.find((difference) => difference !== 0) ?? 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
