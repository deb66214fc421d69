/** A document as the edits see it: what is written where. Offsets are UTF-16 units into the whole text. */
export type TreeNode = MapNode | SequenceNode | ScalarNode | AliasNode;

interface NodeBase {
  /** Where the value itself begins, after its anchor and tag. */
  readonly start: number;
  /** Where its contents end: no comment, no white space, no line end after it belongs to it. */
  readonly end: number;
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly layout: Layout;
  /** The column of its keys, from 0; of a flow map, that of the line's block. */
  readonly indent: number;
  readonly entries: readonly MapEntry[];
}

export interface SequenceNode extends NodeBase {
  readonly kind: 'sequence';
  readonly layout: Layout;
  /** The column of its dashes, from 0. */
  readonly indent: number;
  readonly items: readonly SequenceItem[];
}

/** `pair` is the one-entry map without braces in `[a: b]`. */
export type Layout = 'block' | 'flow' | 'pair';

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  readonly style: 'plain' | 'single' | 'double' | 'block' | 'empty';
  /** The content after unquoting and folding; what a plain one means depends on the reader's schema. */
  readonly content: string;
}

export interface AliasNode extends NodeBase {
  readonly kind: 'alias';
  readonly name: string;
}

/** What entries and items share: the place that they take in their collection. */
export interface Member {
  /** Where it begins: the key or its anchor, the dash, the item of a flow sequence. */
  readonly start: number;
  readonly end: number;
  /** In flow collections, the comma after it. */
  readonly comma: number | undefined;
  readonly value: TreeNode;
}

export interface MapEntry extends Member {
  readonly key: TreeNode;
  /** Just after the colon; `undefined` where no colon is written. */
  readonly colonEnd: number | undefined;
  /** Written with `?`. */
  readonly explicit: boolean;
}

export type SequenceItem = Member;

export interface TreeDocument {
  readonly contents: TreeNode | undefined;
  /** From the end of the document before to the end of this one, comments in front included. */
  readonly start: number;
  readonly end: number;
}

export interface Tree {
  readonly text: string;
  /** In order of appearance; empty ones count too. */
  readonly documents: readonly TreeDocument[];
  /** Where comments begin, in order. */
  readonly comments: readonly number[];
}

/** The key's text, where the key is a scalar. */
export function keyText(entry: MapEntry): string | undefined {
  return entry.key.kind === 'scalar' ? entry.key.content : undefined;
}

export function findEntry(map: MapNode, key: string): MapEntry | undefined {
  return map.entries.find((entry) => keyText(entry) === key);
}

/** All nodes below and including this one, in the order of the text; keys come before their values. */
export function* walk(node: TreeNode): Generator<TreeNode> {
  yield node;
  if (node.kind === 'map') {
    for (const entry of node.entries) {
      yield* walk(entry.key);
      yield* walk(entry.value);
    }
  } else if (node.kind === 'sequence') {
    for (const item of node.items) yield* walk(item.value);
  }
}
