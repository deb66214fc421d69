// For those who lint and those who show what was found.
export {
  type Baseline,
  type BaselineEntry,
  baselineOf,
  compareWithBaseline,
  parseBaseline,
} from './baseline.ts';
export type { LintInputs } from './context.ts';
export type { Also, Finding, FindingOf } from './finding.ts';
export { type FixedFile, fixedFiles } from './fixes.ts';
export {
  type ExampleFiles,
  type Fix,
  type ObjectRef,
  RULE_GROUPS,
  type RuleGroup,
  SEVERITIES,
  type Severity,
} from './rule.ts';
export { type FindingFields, isRuleId, RULE_IDS, RULES, type RuleId } from './rules.ts';
export { type LintOptions, type LintResult, lint } from './run.ts';
export type { Suppressed } from './suppress.ts';
