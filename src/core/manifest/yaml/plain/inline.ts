import { resolvePlain } from '../scalar.ts';
import {
  AND,
  COLON,
  DOUBLE,
  GREATER,
  HASH,
  isKeyCode,
  OPEN_LIST,
  OPEN_MAP,
  PIPE,
  SINGLE,
  SPACE,
  STAR,
  skipSpaces,
} from './characters.ts';
import { readFlow } from './flow.ts';
import type { Content, Reader } from './reader.ts';
import { readQuoted, startsPlain } from './scalars.ts';

/** A scalar or a flow collection on one line. @returns the offset behind it */
export function readInline(reader: Reader, { at, end }: Content): number | undefined {
  const { text } = reader;
  const code = text.charCodeAt(at);
  if (code === OPEN_LIST || code === OPEN_MAP) return readFlow(reader, at, end);
  reader.inside = undefined;
  if (code === DOUBLE || code === SINGLE) return readQuoted(reader, at, end);
  if (code === AND) return readAnchored(reader, at, end);
  if (code === STAR) return readAlias(reader, at, end);
  const stop = plainEnd(text, at, end);
  if (stop === undefined) return undefined;
  reader.value = resolvePlain(text.slice(at, stop));
  return stop;
}

/** `&name value`, where the value is a scalar on the line. */
function readAnchored(reader: Reader, at: number, end: number): number | undefined {
  const { text } = reader;
  const stop = nameEnd(text, at + 1, end);
  const value = skipSpaces(text, stop, end);
  if (stop === at + 1 || value === stop || value >= end) return undefined;
  const code = text.charCodeAt(value);
  const isCollection = code === OPEN_LIST || code === OPEN_MAP || code === AND || code === STAR;
  if (isCollection || code === PIPE || code === GREATER) return undefined;
  const after = readInline(reader, { at: value, indent: 0, end });
  if (after !== undefined) reader.anchors.set(text.slice(at + 1, stop), reader.value);
  return after;
}

/** `*name`, where the anchor is one of a scalar. */
function readAlias(reader: Reader, at: number, end: number): number | undefined {
  const stop = nameEnd(reader.text, at + 1, end);
  const name = reader.text.slice(at + 1, stop);
  if (!reader.anchors.has(name)) return undefined;
  reader.value = reader.anchors.get(name);
  return stop;
}

function nameEnd(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isKeyCode(text.charCodeAt(at))) at += 1;
  return at;
}

/** The end of a plain scalar in block style, without the blanks behind it. */
function plainEnd(text: string, at: number, end: number): number | undefined {
  if (!startsPlain(text, at, end)) return undefined;
  let stop = at;
  for (let i = at; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code === SPACE) continue;
    if (code === HASH && text.charCodeAt(i - 1) === SPACE) return stop;
    if (code === COLON && (i + 1 >= end || text.charCodeAt(i + 1) === SPACE)) return undefined;
    stop = i + 1;
  }
  return stop;
}
