import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { resolvePlain } from './scalar.ts';

/** A map of a manifest. It has no prototype, so a key such as `__proto__` is an ordinary one. */
export type Fields = Record<string, unknown>;

/** What could not be taken over as it is written. */
export interface Oddity {
  readonly kind:
    | 'duplicate-key'
    | 'collection-as-key'
    | 'unknown-alias'
    | 'cyclic-alias'
    | 'too-many-aliases';
  readonly offset: number;
  /** The key, or the alias's name. */
  readonly text: string;
}

export interface Converted {
  readonly value: unknown;
  readonly oddities: readonly Oddity[];
}

/** How deep aliases may lead to aliases, which bounds the depth of the value. */
const MAX_ALIAS_DEPTH = 20;

/** How many nodes aliases may add to a document: enough for shared labels, not for a "billion laughs". */
export const MAX_ALIASED_NODES = 20_000;

/**
 * Turns a parsed document (failsafe schema: every scalar is text) into data. Plain scalars get the type that
 * Kubernetes' readers give them, aliases are expanded, and `<<` merges: a key written in the map itself wins, and
 * of several merged maps the first (YAML 1.1, "merge key").
 */
export function convertDocument(document: Document.Parsed): Converted {
  const state: State = { anchors: new Map(), open: new Set(), aliased: 0, inAlias: 0, oddities: [] };
  return { value: convert(document.contents, state), oddities: state.oddities };
}

interface State {
  readonly anchors: Map<string, Node>;
  /** Nodes that are being expanded, to see an alias inside of itself. */
  readonly open: Set<Node>;
  aliased: number;
  inAlias: number;
  readonly oddities: Oddity[];
}

function convert(node: unknown, state: State): unknown {
  if (state.inAlias > 0) state.aliased += 1;
  if (isScalar(node)) {
    if (node.anchor !== undefined) state.anchors.set(node.anchor, node);
    return scalarValue(node);
  }
  if (isMap(node)) {
    if (node.anchor !== undefined) state.anchors.set(node.anchor, node);
    return convertMap(node, state);
  }
  if (isSeq(node)) {
    if (node.anchor !== undefined) state.anchors.set(node.anchor, node);
    return convertSeq(node, state);
  }
  if (isAlias(node)) return convertAlias(node, state);
  return null;
}

function scalarValue(node: {
  readonly value: unknown;
  readonly type?: string;
  readonly tag?: string;
}): string | number | boolean | null {
  const text = typeof node.value === 'string' ? node.value : '';
  if (node.tag === undefined || node.tag === '?') return node.type === 'PLAIN' ? resolvePlain(text) : text;
  const core = CORE_TAGS.has(node.tag);
  return core ? resolvePlain(text) : text;
}

/** Tags that say which type a quoted scalar has; all others leave it text. */
const CORE_TAGS: ReadonlySet<string> = new Set(
  ['int', 'float', 'bool', 'null'].map((name) => `tag:yaml.org,2002:${name}`),
);

function convertSeq(node: YAMLSeq, state: State): unknown[] {
  const list: unknown[] = [];
  state.open.add(node);
  for (const item of node.items) list.push(convert(item, state));
  state.open.delete(node);
  return list;
}

function convertMap(node: YAMLMap, state: State): Fields {
  const fields: Fields = Object.create(null) as Fields;
  const merges: unknown[] = [];
  state.open.add(node);
  for (const { key, value } of node.items) {
    if (isMergeKey(key)) {
      merges.push(convert(value, state));
      continue;
    }
    const name = keyText(key, state);
    if (name === undefined) continue;
    if (Object.hasOwn(fields, name)) {
      state.oddities.push({ kind: 'duplicate-key', offset: offsetOf(key), text: name });
    }
    fields[name] = convert(value, state);
  }
  state.open.delete(node);
  for (const merged of merges.flat()) addMissing(fields, merged);
  return fields;
}

/** `<<` merges only where it is plain and stands for itself. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && key.tag === undefined;
}

/** The key as JSON has it: numbers and booleans in Go's spelling. Undefined where a collection is the key. */
function keyText(key: unknown, state: State): string | undefined {
  const target = isAlias(key) ? state.anchors.get(key.source) : key;
  if (!isScalar(target)) {
    state.oddities.push({ kind: 'collection-as-key', offset: offsetOf(key), text: '' });
    return undefined;
  }
  if (target.anchor !== undefined) state.anchors.set(target.anchor, target);
  return keyOf(target);
}

export function keyOf(key: {
  readonly value: unknown;
  readonly type?: string;
  readonly tag?: string;
}): string {
  const value = scalarValue(key);
  return value === null ? 'null' : String(value);
}

function convertAlias(node: { readonly source: string }, state: State): unknown {
  const target = state.anchors.get(node.source);
  const offset = offsetOf(node);
  const refuse = (kind: Oddity['kind']): null => {
    state.oddities.push({ kind, offset, text: node.source });
    return null;
  };
  if (target === undefined) return refuse('unknown-alias');
  if (state.open.has(target)) return refuse('cyclic-alias');
  if (state.aliased > MAX_ALIASED_NODES || state.inAlias >= MAX_ALIAS_DEPTH) {
    // One report is enough: there may be a billion of them.
    return state.oddities.some((oddity) => oddity.kind === 'too-many-aliases')
      ? null
      : refuse('too-many-aliases');
  }
  state.inAlias += 1;
  const value = convert(target, state);
  state.inAlias -= 1;
  return value;
}

function addMissing(fields: Fields, merged: unknown): void {
  if (typeof merged !== 'object' || merged === null || Array.isArray(merged)) return;
  for (const [key, value] of Object.entries(merged)) {
    if (!Object.hasOwn(fields, key)) fields[key] = value;
  }
}

function offsetOf(node: unknown): number {
  const range = (node as { readonly range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}
