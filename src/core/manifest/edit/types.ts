/** A replacement in a text: `[start, end)` in UTF-16 units of the original, and what stands there afterwards. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export const EDIT_REFUSAL_CODES = [
  /** The change would show through an alias elsewhere, or the value is itself an alias. `detail`: the anchor. */
  'shared-anchor',
  /** Template actions (`{{ … }}`, `<< … >>`) stand in the document. `detail`: the delimiter. */
  'templated',
  /** No file declares it, or the document or path is no longer there. `detail`: the path. */
  'not-found',
  /** A list or map was needed and something else stands there. `detail`: the path. */
  'not-a-map',
  /** No YAML, over a limit, or a form in which the outcome could not be proved. `detail`: what was met. */
  'unsure',
  /** The ResourceSet's template has no way to write the label asked for. `detail`: the label. */
  'resource-set-template',
  /** The same key twice in one map: readers disagree on which one counts. `detail`: the key. */
  'duplicate-key',
  /** The key comes from a merge (`<<: *base`). `detail`: the key. */
  'merge-key',
] as const;
export type EditRefusalCode = (typeof EDIT_REFUSAL_CODES)[number];

/** Why a file was left alone. The wording is in `report/`. */
export interface EditRefusal {
  readonly code: EditRefusalCode;
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly detail: string;
}

export type EditResult =
  /** Edits in order, without overlap; applied together they were parsed again and proved. */
  | { readonly kind: 'edit'; readonly file: string; readonly edits: readonly TextEdit[] }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly refusal: EditRefusal };

/** Data that YAML and JSON can both hold. */
export type PlainValue =
  | string
  | number
  | boolean
  | null
  | readonly PlainValue[]
  | { readonly [key: string]: PlainValue };

/** A policy rule as it would stand in JSON, for example `{"toEntities": ["world"]}`. */
export type PlainRule = { readonly [key: string]: PlainValue };
