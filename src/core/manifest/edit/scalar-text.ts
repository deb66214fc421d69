import { isMap, isScalar, parseDocument, Schema } from 'yaml';
import type { ScalarNode } from './tree.ts';

export type Quote = '"' | "'";

/**
 * The string that a scalar is for every reader, YAML 1.1 and 1.2; `undefined` where a reader may see something
 * else (a number, a boolean, null) or where it has a tag of its own.
 */
export function stringOf(node: ScalarNode): string | undefined {
  if (node.tag !== undefined) return node.tag === 'tag:yaml.org,2002:str' ? node.content : undefined;
  if (node.style === 'empty') return undefined;
  return node.style === 'plain' && !isAlwaysString(node.content) ? undefined : node.content;
}

/** Nothing written, or a word for null. */
export function isNull(node: ScalarNode): boolean {
  return node.style === 'empty' || (node.style === 'plain' && NULLS.has(node.content));
}

const NULLS: ReadonlySet<string> = new Set(['~', 'null', 'Null', 'NULL']);

/** A string as a plain scalar where every reader gets the same string back, otherwise `undefined`. */
export function plainText(text: string, where: 'block' | 'flow'): string | undefined {
  if (isPlainWord(text)) return text;
  if (text === '' || !PRINTABLE.test(text) || !isAlwaysString(text)) return undefined;
  return readsBack(text, where) ? text : undefined;
}

/** Whether a string is one of those that hardly anyone quotes, because they need no quotes anywhere. */
export function isPlainWord(text: string): boolean {
  return SIMPLE.test(text) && isAlwaysString(text);
}

export function quotedText(text: string, quote: Quote): string {
  if (quote === "'" && PRINTABLE.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, escapeUnit);
}

/** One line of characters that no reader takes for a line end or refuses. */
const PRINTABLE = /^[\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]*$/;
/** Label keys, label values, names: no need to ask a parser. */
const SIMPLE = /^[A-Za-z0-9_][A-Za-z0-9_./-]*$/;

/** `0X1F` and `0O17` are integers for go-yaml (`strconv.ParseInt` with base 0), which Kubernetes uses. */
const GO_INTEGER = /^[-+]?0[xXbBoO]/;
const NUMBER_LIKE = /^[-+.0-9]/;

const TAGS_BY_READER = [
  new Schema({ schema: 'core' }).tags,
  new Schema({ schema: 'yaml-1.1', merge: true }).tags,
];

function isAlwaysString(content: string): boolean {
  // `=` is YAML 1.1's default value, which the `yaml` package does not know.
  if (content === '=' || GO_INTEGER.test(content)) return false;
  // Go's reader takes underscores out of what looks like a number before it looks again.
  if (NUMBER_LIKE.test(content) && content.includes('_')) return isAlwaysString(content.replaceAll('_', ''));
  return !TAGS_BY_READER.some((tags) =>
    tags.some(
      (tag) => tag.collection === undefined && tag.default !== undefined && tag.test?.test(content) === true,
    ),
  );
}

const FAILSAFE = new Schema({ schema: 'failsafe' });

function readsBack(text: string, where: 'block' | 'flow'): boolean {
  const document = parseDocument(where === 'flow' ? `{k: ${text}}` : `k: ${text}`, { schema: FAILSAFE });
  const { contents } = document;
  if (document.errors.length > 0 || !isMap(contents) || contents.items.length !== 1) return false;
  const value = contents.items[0]?.value;
  if (!isScalar(value) || value.type !== 'PLAIN' || value.value !== text) return false;
  // As a key it must not be read in two parts, and as an item not as a pair.
  const item = parseDocument(where === 'flow' ? `[${text}]` : `- ${text}`, { schema: FAILSAFE });
  return item.errors.length === 0 && JSON.stringify(item.toJS()) === JSON.stringify([text]);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
