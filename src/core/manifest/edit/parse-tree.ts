import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Parser,
  type Scalar,
  Schema,
} from 'yaml';
import { nestsTooDeep } from '../yaml/nesting.ts';
import { commentsIn } from './comments.ts';
import { Refused } from './refuse.ts';
import type {
  AliasNode,
  MapEntry,
  MapNode,
  ScalarNode,
  SequenceItem,
  SequenceNode,
  Tree,
  TreeDocument,
  TreeNode,
} from './tree.ts';

/** Longer texts are refused: an edit reads a text several times. In UTF-16 units. */
export const LONGEST_TEXT: number = 4 * 1024 * 1024;

/**
 * Reads a text into the tree that edits work on. Scalars stay text, so that no schema changes them.
 * Throws `Refused` for what is no YAML and for a key that stands twice.
 */
export function parseTree(text: string): Tree {
  if (text.length > LONGEST_TEXT) throw new Refused('unsure', 0, 'too-long');
  if (nestsTooDeep(text)) throw new Refused('unsure', 0, 'too-deep');
  const tokens = [...new Parser().parse(text)];
  const composer = new Composer(OPTIONS);
  const documents: TreeDocument[] = [];
  let start = 0;
  for (const document of composer.compose(tokens, false, text.length)) {
    const fault = document.errors[0];
    if (fault !== undefined) throw new Refused('unsure', fault.pos[0], fault.code);
    documents.push(documentOf(document, start));
    start = document.range[2];
  }
  return { text, documents, comments: commentsIn(tokens) };
}

// Building a schema is slow, so it is shared. The parser's own search for equal keys is quadratic.
const OPTIONS = {
  schema: new Schema({ schema: 'failsafe' }),
  uniqueKeys: false,
  keepSourceTokens: true,
  logLevel: 'silent',
  prettyErrors: false,
} as const;

function documentOf(document: Document.Parsed, start: number): TreeDocument {
  const { contents } = document;
  const [, , end] = document.range;
  if (contents === null) return { contents: undefined, start, end };
  return { contents: nodeOf(contents, contents.srcToken, contents.range[0]), start, end };
}

/**
 * @param token the node's source, absent where nothing is written and for a pair in a flow sequence
 * @param at where an unwritten node would stand
 */
function nodeOf(node: unknown, token: CST.Token | undefined, at: number): TreeNode {
  if (isAlias(node)) {
    const start = node.range?.[0] ?? at;
    const alias: AliasNode = {
      kind: 'alias',
      name: node.source,
      start,
      end: start + node.source.length + 1,
      anchor: undefined,
      tag: undefined,
    };
    return alias;
  }
  if (isScalar(node)) return scalarOf(node, token, at);
  if (isMap(node)) {
    if (token?.type === 'block-map' || token?.type === 'flow-collection') {
      const entries = node.items.map((pair, index) => entryOf(pair, pair.srcToken, commaAfter(token, index)));
      return mapOf(node, token, entries);
    }
  }
  if (isSeq(node) && (token?.type === 'block-seq' || token?.type === 'flow-collection')) {
    return sequenceOf(node, token);
  }
  throw new Refused('unsure', at, 'unknown-node');
}

function scalarOf(node: Scalar, token: CST.Token | undefined, at: number): ScalarNode {
  const props = propsOf(node);
  const content = typeof node.value === 'string' ? node.value : '';
  if (token === undefined || !('source' in token)) {
    return { kind: 'scalar', style: 'empty', content: '', start: at, end: at, ...props };
  }
  const start = token.offset;
  switch (token.type) {
    case 'block-scalar':
      return {
        kind: 'scalar',
        style: 'block',
        content: blockContent(token, content),
        start,
        end: blockScalarEnd(token),
        ...props,
      };
    case 'single-quoted-scalar':
      return { kind: 'scalar', style: 'single', content, start, end: start + token.source.length, ...props };
    case 'double-quoted-scalar':
      return { kind: 'scalar', style: 'double', content, start, end: start + token.source.length, ...props };
    default: {
      if (token.source === '')
        return { kind: 'scalar', style: 'empty', content: '', start, end: start, ...props };
      return { kind: 'scalar', style: 'plain', content, start, end: start + token.source.length, ...props };
    }
  }
}

/** At the end of a text without a last line end, YAML 1.2 (8.1.1.2) and libyaml give the scalar none either. */
function blockContent(token: CST.BlockScalar, content: string): string {
  const cut = token.source !== '' && !token.source.endsWith('\n') && content.endsWith('\n');
  return cut ? content.slice(0, -1) : content;
}

/** Blank lines at its end belong to a block scalar only where the header says so (`|+`). */
function blockScalarEnd(token: CST.BlockScalar): number {
  const header = token.props.find((prop) => prop.type === 'block-scalar-header');
  const kept = header !== undefined && 'source' in header && header.source.includes('+');
  let start = token.offset;
  for (const prop of token.props) if ('source' in prop) start = prop.offset + prop.source.length;
  if (kept) return start + token.source.length;
  const length = token.source.trimEnd().length;
  return length === 0 ? endOfParts(token.props.filter(isSourceToken), token.offset) : start + length;
}

function isSourceToken(token: CST.Token): token is CST.SourceToken {
  return 'source' in token && token.type !== 'error';
}

function mapOf(
  node: unknown,
  token: CST.BlockMap | CST.FlowCollection,
  entries: readonly MapEntry[],
): MapNode {
  const props = propsOf(node);
  const { indent } = token;
  if (token.type === 'flow-collection') {
    return {
      kind: 'map',
      layout: 'flow',
      indent,
      entries,
      start: token.start.offset,
      end: flowEnd(token),
      ...props,
    };
  }
  const end = entries.at(-1)?.end ?? token.offset;
  return { kind: 'map', layout: 'block', indent, entries, start: token.offset, end, ...props };
}

function sequenceOf(
  node: { readonly items: readonly unknown[] },
  token: CST.BlockSequence | CST.FlowCollection,
): SequenceNode {
  const props = propsOf(node);
  const { indent } = token;
  const written: readonly CST.CollectionItem[] = token.items;
  if (token.type === 'flow-collection') {
    const sources = written.filter(
      (item) => item.key != null || item.sep !== undefined || item.value !== undefined,
    );
    const items = node.items.map((item, index) => flowItemOf(item, sources[index], commaAfter(token, index)));
    const { offset: start } = token.start;
    return { kind: 'sequence', layout: 'flow', indent, items, start, end: flowEnd(token), ...props };
  }
  const sources = written.filter((item) => item.start.some((part) => part.type === 'seq-item-ind'));
  const items = node.items.map((item, index) => blockItemOf(item, sources[index]));
  const start = items[0]?.start ?? token.offset;
  return {
    kind: 'sequence',
    layout: 'block',
    indent,
    items,
    start,
    end: items.at(-1)?.end ?? start,
    ...props,
  };
}

function flowItemOf(
  item: unknown,
  source: CST.CollectionItem | undefined,
  comma: number | undefined,
): SequenceItem {
  if (source === undefined) throw new Refused('unsure', 0, 'unknown-node');
  // `[a: b]` has its key and colon on the item itself.
  if (source.sep !== undefined || source.key != null) {
    const pair = isMap(item) ? item.items[0] : undefined;
    const entry = entryOf(pair, source, comma);
    const { start, end } = entry;
    const value: MapNode = {
      kind: 'map',
      layout: 'pair',
      indent: 0,
      entries: [entry],
      start,
      end,
      ...propsOf(item),
    };
    return { start, end, comma, value };
  }
  const value = nodeOf(item, source.value, endOfParts(source.start, 0));
  return { start: firstPart(source.start) ?? value.start, end: value.end, comma, value };
}

function blockItemOf(item: unknown, source: CST.CollectionItem | undefined): SequenceItem {
  const dash = source?.start.find((part) => part.type === 'seq-item-ind');
  if (source === undefined || dash === undefined) throw new Refused('unsure', 0, 'unknown-node');
  const after = endOfParts(source.start, dash.offset + 1);
  const value = nodeOf(item, source.value, after);
  return { start: dash.offset, end: Math.max(value.end, after), comma: undefined, value };
}

function entryOf(pair: unknown, source: CST.CollectionItem | undefined, comma: number | undefined): MapEntry {
  if (!isPair(pair) || source === undefined) throw new Refused('unsure', 0, 'unknown-node');
  const sep = source.sep ?? [];
  const colon = sep.find((part) => part.type === 'map-value-ind');
  const keyAt = source.key?.offset ?? endOfParts(source.start, colon?.offset ?? 0);
  const key = nodeOf(pair.key, source.key ?? undefined, keyAt);
  const start = firstPart(source.start) ?? key.start;
  const colonEnd = colon === undefined ? undefined : colon.offset + 1;
  const valueAt = endOfParts(sep, colonEnd ?? key.end);
  // A key alone (`{a}`, `? a`) has a null where its value would be.
  const value = pair.value === null ? emptyAt(valueAt) : nodeOf(pair.value, source.value, valueAt);
  const explicit = source.start.some((part) => part.type === 'explicit-key-ind');
  return { start, end: Math.max(value.end, valueAt), comma, key, value, colonEnd, explicit };
}

function emptyAt(at: number): ScalarNode {
  return {
    kind: 'scalar',
    style: 'empty',
    content: '',
    start: at,
    end: at,
    anchor: undefined,
    tag: undefined,
  };
}

/** The comma that follows member `index` of a flow collection. */
function commaAfter(token: CST.BlockMap | CST.FlowCollection, index: number): number | undefined {
  if (token.type === 'block-map') return undefined;
  return token.items[index + 1]?.start.find((part) => part.type === 'comma')?.offset;
}

function flowEnd(token: CST.FlowCollection): number {
  const close = token.end[0];
  return close === undefined ? token.start.offset + 1 : close.offset + close.source.length;
}

const BLANK: ReadonlySet<string> = new Set(['space', 'newline', 'comment', 'comma']);

function firstPart(parts: readonly CST.SourceToken[]): number | undefined {
  return parts.find((part) => !BLANK.has(part.type))?.offset;
}

/** Just after the last part that is no white space and no comment. */
function endOfParts(parts: readonly CST.SourceToken[], otherwise: number): number {
  const last = parts.findLast((part) => !BLANK.has(part.type));
  return last === undefined ? otherwise : last.offset + last.source.length;
}

function propsOf(node: unknown): { readonly anchor: string | undefined; readonly tag: string | undefined } {
  const { anchor, tag } = node as { readonly anchor?: string; readonly tag?: string };
  return { anchor, tag };
}
