import type { FindingFields, RuleId } from '../../../lint/index.ts';

/** The words of one rule. Sentences come without a full stop. */
export interface RuleWords<Fields> {
  /** What is wrong here. */
  readonly what: (fields: Fields) => string;
  /** Why it matters, whatever the place. */
  readonly why: string;
  /** What to do. */
  readonly fix: (fields: Fields) => string;
}

export type WordsOf<Id extends RuleId> = { readonly [Key in Id]: RuleWords<FindingFields[Key]> };
