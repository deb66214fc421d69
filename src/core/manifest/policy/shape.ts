import type { TextRule } from './text-rule.ts';

/**
 * What a field may hold, as a table. One table serves both gates that an object goes through: the API server
 * checks all of it, the agent's JSON decoder only the types.
 */
export type Shape =
  | { readonly kind: 'text'; readonly rule?: TextRule }
  | { readonly kind: 'integer'; readonly range: Range; readonly width: Range }
  | { readonly kind: 'boolean' }
  /** `x-kubernetes-int-or-string`; `rule` is for the text. */
  | { readonly kind: 'integer-or-text'; readonly rule?: TextRule }
  | ListShape
  | { readonly kind: 'map'; readonly values: TextShape }
  | ObjectShape
  /** A label in a rule's `labels`: an object in the CRD, or text for the decoder. */
  | { readonly kind: 'label'; readonly object: ObjectShape }
  | { readonly kind: 'anything' };

export interface Range {
  readonly min: number;
  readonly max: number;
}

type TextShape = Extract<Shape, { readonly kind: 'text' }>;

export interface ListShape {
  readonly kind: 'list';
  readonly items: Shape;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** `x-kubernetes-list-type: set` */
  readonly unique?: boolean;
}

export interface ObjectShape {
  readonly kind: 'object';
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly exactlyOne?: readonly string[];
  readonly atLeastOne?: readonly string[];
  /** Fields that are not listed are none of our business: passed over, never reported. */
  readonly open?: boolean;
  /** The decoder of label selectors turns `null` into `{}`, which selects everything. */
  readonly nullIsEmpty?: boolean;
}

export const TEXT: TextShape = { kind: 'text' };
export const BOOLEAN: Shape = { kind: 'boolean' };
export const ANYTHING: Shape = { kind: 'anything' };

const INT32: Range = { min: -(2 ** 31), max: 2 ** 31 - 1 };

export function text(rule: TextRule): TextShape {
  return { kind: 'text', rule };
}

/** `width` is what the Go type of the field can hold. */
export function integer(min: number, max: number, width: Range = INT32): Shape {
  return { kind: 'integer', range: { min, max }, width };
}

export function list(items: Shape, limits: Omit<ListShape, 'kind' | 'items'> = {}): ListShape {
  return { kind: 'list', items, ...limits };
}

export function map(values: TextShape = TEXT): Shape {
  return { kind: 'map', values };
}

export function object(
  fields: Readonly<Record<string, Shape>>,
  limits: Omit<ObjectShape, 'kind' | 'fields'> = {},
): ObjectShape {
  return { kind: 'object', fields, ...limits };
}

/** What a value of this shape is called in "must be …". */
export function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case 'text':
      return shape.rule?.expected ?? 'a string';
    case 'integer':
      return `a whole number from ${shape.range.min} to ${shape.range.max}`;
    case 'boolean':
      return 'true or false';
    case 'integer-or-text':
      return shape.rule?.expected ?? 'a number or a name';
    case 'list':
      return 'a list';
    case 'map':
    case 'object':
    case 'label':
      return 'an object';
    case 'anything':
      return 'any value';
  }
}
