import type { Path } from '../../../model/place.ts';
import type { Fields } from '../convert.ts';
import { MAX_DEPTH } from '../nesting.ts';
import { AND, DASH, GREATER, HASH, lineEnd, PERCENT, PIPE, SPACE, skipSpaces } from './characters.ts';
import { readInline } from './inline.ts';
import { readKey } from './key.ts';
import type { Content, Reader, Spot, Spots } from './reader.ts';
import { readText } from './text-block.ts';

/** A document with its offsets. */
export interface PlainDocument {
  readonly value: unknown;
  readonly root: Spot;
}

/**
 * Reads the YAML that nearly all manifests are written in: block maps and lists, scalars on one line, literal blocks
 * of text, and flow style on one line. That takes a quarter of the time of a full parser, and a command starts anew
 * for each question.
 *
 * @returns undefined for everything else (anchors of collections, tags, plain text on several lines, tabs, mistakes),
 * which the full parser then reads. What this returns is what the full parser would return; a test holds the two together.
 */
export function readPlainDocument(text: string): PlainDocument | undefined {
  // A tab, a carriage return, any other control character or line separator: not plain.
  if (/[^\n\x20-\x7e\u00a0-\u2027\u2030-\ufefe\uff00-\ufffd]/.test(text)) return undefined;
  const reader: Reader = { text, line: 0, depth: 0, value: undefined, inside: undefined, anchors: new Map() };
  if (!skipMarker(reader)) return undefined;
  const first = nextContent(reader);
  if (first === undefined || first.indent !== 0) return undefined;
  if (!readBlock(reader, first, 0)) return undefined;
  if (nextContent(reader) !== undefined) return undefined;
  return { value: reader.value, root: { at: first.at, inside: reader.inside } };
}

/** The offset of a field, as `offsetAt` gives it for a document of the full parser. */
export function spotOffset(root: Spot, path: Path): number {
  let spot = root;
  for (const step of path) {
    const next = stepInto(spot.inside, step);
    if (next === undefined) return spot.at;
    spot = next;
  }
  return spot.at;
}

function stepInto(inside: Spots, step: string | number): Spot | undefined {
  if (inside === undefined) return undefined;
  if ('get' in inside) return inside.get(String(step));
  return typeof step === 'number' ? inside[step] : undefined;
}

function skipMarker(reader: Reader): boolean {
  const { text } = reader;
  for (;;) {
    const end = lineEnd(text, reader.line);
    const at = skipSpaces(text, reader.line, end);
    if (at < end && text.charCodeAt(at) !== HASH) {
      if (!text.startsWith('---', at) || at !== reader.line) return text.charCodeAt(at) !== PERCENT;
      const rest = skipSpaces(text, at + 3, end);
      if (rest < end && (text.charCodeAt(rest) !== HASH || rest === at + 3)) return false;
      reader.line = end + 1;
      return true;
    }
    if (end >= text.length) return true;
    reader.line = end + 1;
  }
}

/** The next line with contents, which stays the next one to read. */
function nextContent(reader: Reader): Content | undefined {
  const { text } = reader;
  while (reader.line < text.length) {
    const end = lineEnd(text, reader.line);
    const at = skipSpaces(text, reader.line, end);
    if (at < end && text.charCodeAt(at) !== HASH) return { at, indent: at - reader.line, end };
    reader.line = end + 1;
  }
  return undefined;
}

/** Reads a block map or list whose entries all begin in the column of `first`. */
function readBlock(reader: Reader, first: Content, indent: number): boolean {
  if (reader.depth >= MAX_DEPTH) return false;
  reader.depth += 1;
  const isRead = isDash(reader.text, first)
    ? readList(reader, first, indent)
    : readMap(reader, first, indent);
  reader.depth -= 1;
  return isRead;
}

function readMap(reader: Reader, first: Content, indent: number): boolean {
  const fields = Object.create(null) as Fields;
  const spots = new Map<string, Spot>();
  let content: Content | undefined = first;
  while (content !== undefined && content.indent === indent && !isDash(reader.text, content)) {
    const { at } = content;
    const key = readKey(reader.text, content);
    if (key === undefined || spots.has(key.name)) return false;
    if (!readEntry(reader, { at: key.valueAt, indent, end: content.end }, indent)) return false;
    fields[key.name] = reader.value;
    spots.set(key.name, { at, inside: reader.inside });
    content = nextContent(reader);
  }
  if (content !== undefined && content.indent > indent) return false;
  // A list may stand in the column of its key, but only where a key waits for it.
  if (content !== undefined && content.indent === indent) return false;
  reader.value = fields;
  reader.inside = spots;
  return true;
}

function readList(reader: Reader, first: Content, indent: number): boolean {
  const items: unknown[] = [];
  const spots: Spot[] = [];
  let content: Content | undefined = first;
  while (content !== undefined && content.indent === indent && isDash(reader.text, content)) {
    const { end } = content;
    const at = skipSpaces(reader.text, content.at + 1, end);
    const inner: Content = { at, indent: indent + (at - content.at), end };
    const start = readItem(reader, inner, indent);
    if (start === undefined) return false;
    items.push(reader.value);
    spots.push({ at: start, inside: reader.inside });
    content = nextContent(reader);
  }
  if (content !== undefined && content.indent > indent) return false;
  reader.value = items;
  reader.inside = spots;
  return true;
}

/** @returns where the item begins, or undefined where it could not be read */
function readItem(reader: Reader, inner: Content, indent: number): number | undefined {
  const { text } = reader;
  if (inner.at >= inner.end || text.charCodeAt(inner.at) === HASH) {
    reader.line = inner.end + 1;
    const nested = nextContent(reader);
    // An empty item is rare, and where it begins is the full parser's business.
    if (nested === undefined || nested.indent <= indent) return undefined;
    return readBlockOrScalar(reader, nested) ? nested.at : undefined;
  }
  // Where an item with an anchor begins is the full parser's business.
  if (isDash(text, inner) || text.charCodeAt(inner.at) === AND) return undefined;
  const startsMap = readKey(text, inner) !== undefined;
  if (startsMap) return readBlock(reader, inner, inner.indent) ? inner.at : undefined;
  return readValue(reader, inner, indent) ? inner.at : undefined;
}

/** The value behind `key:`: on the line, or in the lines below it. */
function readEntry(reader: Reader, inner: Content, indent: number): boolean {
  const { text } = reader;
  if (inner.at < inner.end && text.charCodeAt(inner.at) !== HASH) return readValue(reader, inner, indent);
  reader.line = inner.end + 1;
  const nested = nextContent(reader);
  const isListHere = nested !== undefined && nested.indent === indent && isDash(text, nested);
  if (nested === undefined || (nested.indent <= indent && !isListHere)) {
    reader.value = null;
    reader.inside = undefined;
    return true;
  }
  if (isListHere) return readListHere(reader, nested, indent);
  return readBlockOrScalar(reader, nested);
}

/** A list in the column of its key ends at the first line of that column that is no item. */
function readListHere(reader: Reader, first: Content, indent: number): boolean {
  if (reader.depth >= MAX_DEPTH) return false;
  reader.depth += 1;
  const isRead = readList(reader, first, indent);
  reader.depth -= 1;
  return isRead;
}

/** A value on lines of its own: only collections are plain there. */
function readBlockOrScalar(reader: Reader, nested: Content): boolean {
  if (isDash(reader.text, nested) || readKey(reader.text, nested) !== undefined) {
    return readBlock(reader, nested, nested.indent);
  }
  return false;
}

/**
 * A value that begins on this line; `indent` is the column of what holds it. If a deeper line follows, the map or list
 * that holds it will stumble over that.
 */
function readValue(reader: Reader, inner: Content, indent: number): boolean {
  const { text } = reader;
  const code = text.charCodeAt(inner.at);
  if (code === PIPE || code === GREATER) return readText(reader, inner, indent);
  const end = readInline(reader, inner);
  if (end === undefined) return false;
  const rest = skipSpaces(text, end, inner.end);
  const isComment = text.charCodeAt(rest) === HASH && rest > end;
  if (rest < inner.end && !isComment) return false;
  reader.line = inner.end + 1;
  return true;
}

function isDash(text: string, { at, end }: Content): boolean {
  return text.charCodeAt(at) === DASH && (at + 1 >= end || text.charCodeAt(at + 1) === SPACE);
}
