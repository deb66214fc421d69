import type { Finding, FindingFields, RuleId } from '../../../lint/index.ts';
import { BOTH_ENDS_WORDS } from './both-ends.ts';
import { CONTENT_WORDS } from './contents.ts';
import { MODEL_WORDS } from './model.ts';
import { OBJECT_WORDS } from './objects.ts';
import { PLATFORM_WORDS } from './platform.ts';
import type { RuleWords, WordsOf } from './rule-words.ts';
import { RULE_WORDS } from './rules.ts';
import { SELECTOR_WORDS } from './selectors.ts';
import { SURROUNDING_WORDS } from './surroundings.ts';

/** What each rule says. The compiler holds that none is missing. */
const LINT_WORDS: WordsOf<RuleId> = {
  ...OBJECT_WORDS,
  ...MODEL_WORDS,
  ...PLATFORM_WORDS,
  ...SELECTOR_WORDS,
  ...RULE_WORDS,
  ...CONTENT_WORDS,
  ...BOTH_ENDS_WORDS,
  ...SURROUNDING_WORDS,
};

/** What is wrong here: one sentence without a full stop. */
export function whatText(finding: Finding): string {
  return wordsFor(finding.rule).what(finding.fields);
}

/** What to do about it. */
export function fixText(finding: Finding): string {
  return wordsFor(finding.rule).fix(finding.fields);
}

/** Why a rule matters. */
export function whyText(rule: RuleId): string {
  return LINT_WORDS[rule].why;
}

/** A finding has the fields of its own rule, which is lost to the compiler where both are unions. */
function wordsFor(rule: RuleId): RuleWords<FindingFields[RuleId]> {
  return LINT_WORDS[rule] as RuleWords<FindingFields[RuleId]>;
}
