import type { HouseStyle } from './house-style.ts';
import { plainText, quotedText } from './scalar-text.ts';
import type { PlainValue } from './types.ts';

/** The lines, without line ends, of `key: value` in a block map whose keys stand at `column`. */
export function entryLines(
  key: string,
  value: PlainValue,
  column: number,
  style: HouseStyle,
): readonly string[] {
  const head = `${' '.repeat(column)}${keyLiteral(key, 'block', style)}:`;
  if (isInline(value)) return [`${head} ${inlineText(value, key, style)}`];
  return [head, ...blockLines(key, value, column, style)];
}

/** The lines of a list or map below its key, which stands at `column`. */
export function blockLines(
  key: string,
  value: PlainValue,
  column: number,
  style: HouseStyle,
): readonly string[] {
  if (isList(value)) return value.flatMap((item) => itemLines(key, item, column + style.dashStep, style));
  return mapLines(value, column + style.mapStep, style);
}

/** The lines of `- item` in a block list whose dashes stand at `column`. */
export function itemLines(
  key: string,
  item: PlainValue,
  column: number,
  style: HouseStyle,
): readonly string[] {
  const dash = `${' '.repeat(column)}-${' '.repeat(style.dashGap - 1)}`;
  if (isInline(item)) return [dash + inlineText(item, key, style)];
  const inner = column + style.dashGap;
  const lines = isList(item)
    ? item.flatMap((each) => itemLines('', each, inner, style))
    : mapLines(item, inner, style);
  return lines.map((line, index) => (index === 0 ? dash + line.slice(inner) : line));
}

/** A value on one line, as it stands in a flow collection. */
export function flowText(key: string, value: PlainValue, style: HouseStyle): string {
  if (isInline(value))
    return isCollection(value) ? inlineText(value, key, style) : scalarLiteral(value, key, 'flow', style);
  const comma = `,${style.commaGap}`;
  if (isList(value)) {
    return `[${style.padding}${value.map((item) => flowText(key, item, style)).join(comma)}${style.padding}]`;
  }
  const texts = entriesOf(value).map(([name, each]) => flowEntryText(name, each, style));
  return `{${style.padding}${texts.join(comma)}${style.padding}}`;
}

export function flowEntryText(key: string, value: PlainValue, style: HouseStyle): string {
  const name = keyLiteral(key, 'flow', style);
  // Without a space, only a quoted key ends at its colon.
  const wide = style.colonGap === '' ? ' ' : style.colonGap;
  const gap = name.startsWith('"') || name.startsWith("'") ? style.colonGap : wide;
  return `${name}:${gap}${flowText(key, value, style)}`;
}

/** A value spread over lines, as formatted JSON has it. */
export function spreadText(key: string, value: PlainValue, layout: Spread, style: HouseStyle): string {
  if (isInline(value)) return flowText(key, value, style);
  const { step, indent, lineBreak } = layout;
  const inner = { ...layout, indent: indent + step };
  const lines = isList(value)
    ? value.map((item) => inner.indent + spreadText(key, item, inner, style))
    : entriesOf(value).map(([name, each]) => inner.indent + spreadEntryText(name, each, inner, style));
  const [open, close] = isList(value) ? ['[', ']'] : ['{', '}'];
  return `${open}${lineBreak}${lines.join(`,${lineBreak}`)}${lineBreak}${indent}${close}`;
}

export function spreadEntryText(key: string, value: PlainValue, layout: Spread, style: HouseStyle): string {
  return `${keyLiteral(key, 'flow', style)}:${style.colonGap}${spreadText(key, value, layout, style)}`;
}

/** Data of one line. */
export type Scalar = string | number | boolean | null;

/** How formatted JSON breaks its lines. */
export interface Spread {
  /** What one level adds. */
  readonly step: string;
  /** What stands in front of the line on which the value begins. */
  readonly indent: string;
  readonly lineBreak: string;
}

export function scalarLiteral(
  value: Scalar,
  key: string,
  where: 'block' | 'flow',
  style: HouseStyle,
): string {
  if (typeof value !== 'string') return String(value);
  const plain = style.quotesValues(key) ? undefined : plainText(value, where);
  return plain ?? quotedText(value, style.quote);
}

function keyLiteral(key: string, where: 'block' | 'flow', style: HouseStyle): string {
  const plain = style.quotesKeys ? undefined : plainText(key, where);
  return plain ?? quotedText(key, style.quote);
}

function mapLines(value: PlainValue, column: number, style: HouseStyle): readonly string[] {
  return entriesOf(value).flatMap(([key, each]) => entryLines(key, each, column, style));
}

function inlineText(value: PlainValue, key: string, style: HouseStyle): string {
  if (isList(value)) return style.emptySequence;
  return value !== null && typeof value === 'object'
    ? style.emptyMap
    : scalarLiteral(value, key, 'block', style);
}

/** Scalars, and empty lists and maps, which have no block form. */
export function isInline(value: PlainValue): boolean {
  return !isCollection(value) || Object.keys(value).length === 0;
}

export function isCollection(value: PlainValue): value is Exclude<PlainValue, Scalar> {
  return value !== null && typeof value === 'object';
}

function entriesOf(value: PlainValue): readonly [string, PlainValue][] {
  return Object.entries(value as { readonly [key: string]: PlainValue });
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}
