import { formatPath, type Path } from '../../model/place.ts';
import { parseTree } from './parse-tree.ts';
import { Refused } from './refuse.ts';
import {
  type AliasNode,
  findEntry,
  keyText,
  type MapEntry,
  type MapNode,
  type Tree,
  type TreeDocument,
  type TreeNode,
  walk,
} from './tree.ts';

/** One document of a text, checked to be of a kind that edits can be sure about. */
export interface Target {
  readonly tree: Tree;
  readonly document: TreeDocument;
  readonly root: TreeNode;
  readonly aliases: Aliases;
}

interface Aliases {
  readonly targets: ReadonlyMap<AliasNode, TreeNode>;
  /** Nodes with an anchor that an alias points at. */
  readonly shared: ReadonlySet<TreeNode>;
}

/**
 * Picks a document. Throws `Refused`: `not-found` without it or without contents, `templated`, `duplicate-key`.
 *
 * @param allowed whether templates may stand in the document, as in the texts of a ResourceSet
 */
export function openTarget(
  tree: Tree,
  documentIndex: number,
  allowed: 'no-templates' | 'templates' = 'no-templates',
): Target {
  const document = tree.documents[documentIndex];
  if (document?.contents === undefined) throw new Refused('not-found', document?.start ?? 0, 'document');
  if (allowed === 'no-templates') refuseTemplates(tree.text, document.start, document.end);
  const root = document.contents;
  refuseDuplicateKeys(root);
  return { tree, document, root, aliases: resolveAliases(root) };
}

/** As `parseTree`. Templates often break the syntax; then they, and not the syntax, are the reason to give. */
export function readTree(text: string): Tree {
  try {
    return parseTree(text);
  } catch (reason) {
    if (reason instanceof Refused) refuseTemplates(text, 0, text.length);
    throw reason;
  }
}

/** `<<` before a colon is YAML's merge key, anything else the delimiter of Flux ResourceSets. */
const TEMPLATE = /\{\{|<<(?!["']?[ \t]*:)/;

function refuseTemplates(text: string, start: number, end: number): void {
  const found = TEMPLATE.exec(text.slice(start, end));
  if (found !== null) throw new Refused('templated', start + found.index, found[0]);
}

function refuseDuplicateKeys(root: TreeNode): void {
  for (const node of walk(root)) {
    if (node.kind !== 'map') continue;
    const seen = new Set<string>();
    for (const entry of node.entries) {
      const key = keyText(entry);
      if (key === undefined) continue;
      if (seen.has(key)) throw new Refused('duplicate-key', entry.start, key);
      seen.add(key);
    }
  }
}

function resolveAliases(root: TreeNode): Aliases {
  const byName = new Map<string, TreeNode>();
  const targets = new Map<AliasNode, TreeNode>();
  const shared = new Set<TreeNode>();
  for (const node of walk(root)) {
    if (node.kind !== 'alias') {
      if (node.anchor !== undefined) byName.set(node.anchor, node);
      continue;
    }
    const target = byName.get(node.name);
    if (target === undefined) throw new Refused('unsure', node.start, 'unknown-alias');
    targets.set(node, target);
    shared.add(target);
  }
  return { targets, shared };
}

/**
 * Follows a path to a node that may be changed without changing anything else.
 * Throws `Refused`: `not-found`, `not-a-map`, `shared-anchor`, `merge-key`.
 */
export function nodeAt(target: Target, path: Path): TreeNode {
  let node = ownNode(target, target.root);
  for (const [depth, step] of path.entries()) {
    const field = formatPath(path.slice(0, depth + 1));
    const next = typeof step === 'number' ? itemAt(node, step) : entryAt(target, node, step, field)?.value;
    if (next === undefined) throw new Refused('not-found', node.start, field);
    node = ownNode(target, next);
  }
  return node;
}

export function mapAt(target: Target, path: Path): MapNode {
  const node = nodeAt(target, path);
  if (node.kind !== 'map') throw new Refused('not-a-map', node.start, formatPath(path));
  return node;
}

/** The entry of a map, `undefined` where the key is absent. Throws `merge-key` where only a merge has it. */
export function ownEntry(target: Target, map: MapNode, key: string): MapEntry | undefined {
  const entry = findEntry(map, key);
  if (entry === undefined && mergedValue(target, map, key, new Set()) !== undefined) {
    throw new Refused('merge-key', map.start, key);
  }
  return entry;
}

/** What a key of a map is by `<<` alone. The first of several merged maps wins. */
export function mergedValue(
  target: Target,
  map: MapNode,
  key: string,
  seen: Set<TreeNode>,
): TreeNode | undefined {
  seen.add(map);
  for (const entry of map.entries) {
    if (entry.key.kind !== 'scalar' || entry.key.content !== '<<') continue;
    const sources =
      entry.value.kind === 'sequence' ? entry.value.items.map((item) => item.value) : [entry.value];
    for (const source of sources) {
      const merged = source.kind === 'alias' ? target.aliases.targets.get(source) : source;
      if (merged?.kind !== 'map' || seen.has(merged)) continue;
      const value = findEntry(merged, key)?.value ?? mergedValue(target, merged, key, seen);
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

/** Throws `shared-anchor` where a node, or anything in it, is also seen elsewhere through an alias. */
export function refuseShared(target: Target, node: TreeNode): void {
  for (const each of walk(node)) ownAnchor(target, each);
}

function ownNode(target: Target, node: TreeNode): TreeNode {
  if (node.kind === 'alias') throw new Refused('shared-anchor', node.start, node.name);
  ownAnchor(target, node);
  return node;
}

function ownAnchor(target: Target, node: TreeNode): void {
  if (target.aliases.shared.has(node)) throw new Refused('shared-anchor', node.start, node.anchor ?? '');
}

function entryAt(target: Target, node: TreeNode, key: string, field: string): MapEntry | undefined {
  if (node.kind !== 'map') throw new Refused('not-a-map', node.start, field);
  return ownEntry(target, node, key);
}

function itemAt(node: TreeNode, index: number): TreeNode | undefined {
  return node.kind === 'sequence' ? node.items[index]?.value : undefined;
}
