import type { Fields } from '../convert.ts';
import { MAX_DEPTH } from '../nesting.ts';
import { resolvePlain } from '../scalar.ts';
import {
  CLOSE_LIST,
  CLOSE_MAP,
  COLON,
  COMMA,
  DOUBLE,
  HASH,
  NEWLINE,
  OPEN_LIST,
  OPEN_MAP,
  SINGLE,
  SPACE,
  skipSpaces,
} from './characters.ts';
import { readKey } from './key.ts';
import type { Reader, Spot } from './reader.ts';
import { readQuoted, startsPlain } from './scalars.ts';

/** A flow collection on one line. @returns the offset behind it */
export function readFlow(reader: Reader, at: number, end: number): number | undefined {
  if (reader.depth >= MAX_DEPTH) return undefined;
  reader.depth += 1;
  const stop =
    reader.text.charCodeAt(at) === OPEN_LIST
      ? readFlowList(reader, at + 1, end)
      : readFlowMap(reader, at + 1, end);
  reader.depth -= 1;
  return stop;
}

function readFlowList(reader: Reader, from: number, end: number): number | undefined {
  const { text } = reader;
  const items: unknown[] = [];
  const spots: Spot[] = [];
  let at = skipSpaces(text, from, end);
  while (text.charCodeAt(at) !== CLOSE_LIST) {
    const stop = readFlowValue(reader, at, end);
    if (stop === undefined) return undefined;
    items.push(reader.value);
    spots.push({ at, inside: reader.inside });
    const next = afterFlowItem(text, stop, end, CLOSE_LIST);
    if (next === undefined) return undefined;
    at = next;
  }
  reader.value = items;
  reader.inside = spots;
  return at + 1;
}

function readFlowMap(reader: Reader, from: number, end: number): number | undefined {
  const { text } = reader;
  const fields = Object.create(null) as Fields;
  const spots = new Map<string, Spot>();
  let at = skipSpaces(text, from, end);
  while (text.charCodeAt(at) !== CLOSE_MAP) {
    const key = at < end ? readKey(text, { at, indent: 0, end }) : undefined;
    if (key === undefined || spots.has(key.name)) return undefined;
    const stop = readFlowValue(reader, key.valueAt, end);
    if (stop === undefined) return undefined;
    fields[key.name] = reader.value;
    spots.set(key.name, { at, inside: reader.inside });
    const next = afterFlowItem(text, stop, end, CLOSE_MAP);
    if (next === undefined) return undefined;
    at = next;
  }
  reader.value = fields;
  reader.inside = spots;
  return at + 1;
}

/** Where the next item begins, or where the collection closes. */
function afterFlowItem(text: string, from: number, end: number, close: number): number | undefined {
  const at = skipSpaces(text, from, end);
  if (at >= end) return undefined;
  const code = text.charCodeAt(at);
  if (code === close) return at;
  if (code !== COMMA) return undefined;
  const next = skipSpaces(text, at + 1, end);
  return next < end ? next : undefined;
}

function readFlowValue(reader: Reader, at: number, end: number): number | undefined {
  const { text } = reader;
  if (at >= end) return undefined;
  const code = text.charCodeAt(at);
  if (code === OPEN_LIST || code === OPEN_MAP) return readFlow(reader, at, end);
  reader.inside = undefined;
  if (code === DOUBLE || code === SINGLE) return readQuoted(reader, at, end);
  if (!startsPlain(text, at, end)) return undefined;
  let stop = at;
  for (let i = at; i < end; i += 1) {
    const here = text.charCodeAt(i);
    if (here === SPACE) continue;
    if (here === COMMA || here === CLOSE_LIST || here === CLOSE_MAP) break;
    // Brackets, comments and colons within a flow scalar are for the full parser.
    if (here === OPEN_LIST || here === OPEN_MAP || here === HASH) return undefined;
    if (here === COLON && isFlowEnd(text.charCodeAt(i + 1))) return undefined;
    stop = i + 1;
  }
  if (stop === at) return undefined;
  reader.value = resolvePlain(text.slice(at, stop));
  return stop;
}

function isFlowEnd(code: number): boolean {
  return (
    Number.isNaN(code) ||
    code === SPACE ||
    code === NEWLINE ||
    code === COMMA ||
    code === CLOSE_LIST ||
    code === CLOSE_MAP ||
    code === OPEN_LIST ||
    code === OPEN_MAP
  );
}
