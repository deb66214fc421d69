import type { Place } from '../model/place.ts';
import type { Fix, ObjectRef, Severity } from './rule.ts';
import type { FindingFields, RuleId } from './rules.ts';

/** What one rule found in one place. Data only: `report/lint/words` says it. */
export interface FindingOf<Id extends RuleId> {
  readonly rule: Id;
  readonly severity: Severity;
  readonly place: Place;
  readonly object?: ObjectRef;
  /** As `spec.ingress[0].fromCIDR[1]`; empty for a whole object or file. */
  readonly field: string;
  readonly fields: FindingFields[Id];
  readonly related: readonly Place[];
  readonly fix?: Fix;
  /** Further objects that one text makes, each with the same fault. */
  readonly also: readonly Also[];
  /** The same as long as the rule finds the same fault in the same object, wherever that moves. 16 hex digits. */
  readonly fingerprint: string;
}

/** An object that one text makes besides the first. */
export interface Also {
  readonly object: ObjectRef;
  readonly fingerprint: string;
}

export type Finding = { readonly [Id in RuleId]: FindingOf<Id> }[RuleId];
