import type { TextEdit } from '../manifest/edit/types.ts';
import type { Place } from '../model/place.ts';
import type { LintContext } from './context.ts';

/** From worst to mildest. An error is wrong by itself; a warning is very likely so; info is worth knowing. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a rule is about, in the order of the documentation. */
export const RULE_GROUPS = [
  'objects',
  'model',
  'platform',
  'selectors',
  'rules',
  'contents',
  'both-ends',
  'surroundings',
] as const;
export type RuleGroup = (typeof RULE_GROUPS)[number];

/** Files of a small repository, by path. `propolis.yaml` among them is its catalog. */
export type ExampleFiles = Readonly<Record<string, string>>;

/** The object that a finding is about. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Where a finding stands. */
export interface At {
  readonly place: Place;
  readonly object?: ObjectRef;
  /** As `spec.ingress[0].fromCIDR[1]`; empty for a whole object or file. */
  readonly field: string;
}

/** A change of one file that no verdict depends on. */
export interface Fix {
  readonly file: string;
  readonly edits: readonly TextEdit[];
}

/** Facts that the words are made from: data that JSON can hold. */
export type FieldValue =
  | string
  | number
  | boolean
  | readonly FieldValue[]
  | { readonly [name: string]: FieldValue };

export interface Draft<Fields> {
  readonly at: At;
  readonly fields: Fields;
  /** Absent: the rule's own. */
  readonly severity?: Severity;
  /** Tells two findings of one rule about one object apart, however the file changes around them. */
  readonly key?: string;
  /** Other places that have to do with it. */
  readonly related?: readonly Place[];
  readonly fix?: Fix;
}

export type Report<Fields> = (draft: Draft<Fields>) => void;

/** One thing that lint knows to be wrong. The words are in `report/lint/words`. */
export interface Rule<Id extends string, Fields> {
  readonly id: Id;
  /** In a few words, as a heading. */
  readonly name: string;
  readonly severity: Severity;
  readonly group: RuleGroup;
  /** A repository that the rule finds fault with, and the same put right. Tests run both, the documentation shows them. */
  readonly examples: { readonly wrong: ExampleFiles; readonly right: ExampleFiles };
  check(context: LintContext, report: Report<Fields>): void;
}

export function defineRule<const Id extends string, Fields>(rule: Rule<Id, Fields>): Rule<Id, Fields> {
  return rule;
}
