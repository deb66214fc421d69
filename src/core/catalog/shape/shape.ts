import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { formatPath, type Path, type Place } from '../../model/place.ts';
import type { Problem, ProblemCode } from '../../model/repository.ts';

/**
 * What a part of the file must look like: its JSON Schema for editors, and how to read it.
 * Both come from one object, so that what editors accept and what the reader accepts cannot drift apart.
 */
export interface Shape<T> {
  readonly schema: JsonSchema;
  /**
   * Reads a node on top of what stands there by default. What is wrong is reported, and the default kept;
   * undefined means that nothing usable is there and no default either.
   */
  readonly read: (spot: Spot, base: T | undefined) => T | undefined;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonSchema = { readonly [key: string]: Json };

/** A node of the file and where it stands. */
export interface Spot {
  readonly reading: Reading;
  readonly node: Node | null;
  readonly path: Path;
}

/** What one reading shares. */
export interface Reading {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly problems: Problem[];
  /** How many more nodes may be read: aliases can make a small file large. */
  nodesLeft: number;
}

const VALUE_MAX = 60;
const ALIAS_COST = 100;

/** Reports what is wrong at a spot. `value` is shortened. */
export function report(
  spot: Spot,
  code: ProblemCode,
  what: { readonly value: string; readonly expected: string },
): void {
  spot.reading.problems.push({
    code,
    place: placeOf(spot),
    field: formatPath(spot.path),
    value: shorten(what.value),
    expected: what.expected,
  });
}

/** Reports a node that is not what it must be, and shows it as it is written. */
export function refuse(spot: Spot, expected: string): void {
  report(spot, 'schema', { value: sourceOf(spot), expected });
}

/** The spot of a child, aliases followed. Its value is null once the budget of nodes is spent. */
export function child(spot: Spot, step: string | number, node: Node | null): Spot {
  const { reading } = spot;
  const path = [...spot.path, step];
  if (reading.nodesLeft <= 0) return { reading, node: null, path };
  // What an alias means is found by a walk through the file, so it counts for many.
  reading.nodesLeft -= isAlias(node) ? ALIAS_COST : 1;
  if (!isAlias(node)) return { reading, node, path };
  return { reading, node: node.resolve(reading.document) ?? null, path };
}

function placeOf({ reading, node }: Spot): Place {
  const offset = node?.range?.[0] ?? 0;
  const { line, col } = reading.lines.linePos(offset);
  return { file: reading.file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** A scalar as it is written, and collections by their kind. */
function sourceOf({ node }: Spot): string {
  if (isMap(node)) return 'a map';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node)) return '';
  return node.source ?? String(node.value);
}

function shorten(text: string): string {
  return text.length <= VALUE_MAX ? text : `${text.slice(0, VALUE_MAX - 1)}…`;
}
