import type { Path } from '../../model/place.ts';
import { Refused } from './refuse.ts';
import { stringOf } from './scalar-text.ts';
import {
  keyText,
  type MapNode,
  type ScalarNode,
  type SequenceNode,
  type Tree,
  type TreeNode,
} from './tree.ts';
import type { PlainValue } from './types.ts';

/** What an edit is meant to do to a node; all that it does not name must stay as it is. */
export type Intent =
  | { readonly kind: 'becomes'; readonly value: PlainValue }
  | { readonly kind: 'entries'; readonly changes: ReadonlyMap<string, Intent | 'deleted'> }
  | {
      readonly kind: 'items';
      readonly deleted: ReadonlySet<number>;
      /** At the end. */
      readonly added: readonly PlainValue[];
      readonly changes: ReadonlyMap<number, Intent>;
    };

/** The intent for a root whose node at a path is to change. */
export function within(path: Path, intent: Intent): Intent {
  return path.reduceRight<Intent>((inner, step) => {
    if (typeof step === 'string') return { kind: 'entries', changes: new Map([[step, inner]]) };
    return { kind: 'items', deleted: new Set(), added: [], changes: new Map([[step, inner]]) };
  }, intent);
}

/**
 * Compares the edited text, read again, node by node with the original: values, quoting (which decides what a plain
 * scalar means), order, anchors, aliases and tags of everything outside the intent. Throws `unsure` on a difference.
 */
export function prove(before: Tree, after: Tree, documentIndex: number, intent: Intent): void {
  const was = before.documents;
  const is = after.documents;
  const holds =
    was.length === is.length &&
    was.every((document, index) => {
      const expected = index === documentIndex ? intent : undefined;
      return sameContents(document.contents, is[index]?.contents, expected);
    });
  if (!holds) throw new Refused('unsure', was[documentIndex]?.contents?.start ?? 0, 'not-proved');
}

function sameContents(
  was: TreeNode | undefined,
  is: TreeNode | undefined,
  intent: Intent | undefined,
): boolean {
  if (was === undefined || is === undefined) return was === is && intent === undefined;
  return agrees(was, is, intent);
}

function agrees(was: TreeNode, is: TreeNode, intent: Intent | undefined): boolean {
  if (intent?.kind === 'becomes') return readsAs(is, intent.value);
  if (was.anchor !== is.anchor || was.tag !== is.tag) return false;
  if (intent?.kind === 'entries')
    return was.kind === 'map' && is.kind === 'map' && mapsAgree(was, is, intent.changes);
  if (intent?.kind === 'items')
    return was.kind === 'sequence' && is.kind === 'sequence' && listsAgree(was, is, intent);
  switch (was.kind) {
    case 'map':
      return is.kind === 'map' && mapsAgree(was, is, new Map());
    case 'sequence':
      return is.kind === 'sequence' && listsAgree(was, is, NO_ITEMS);
    case 'scalar':
      return is.kind === 'scalar' && was.style === is.style && was.content === is.content;
    case 'alias':
      return is.kind === 'alias' && was.name === is.name;
  }
}

const NO_ITEMS = {
  kind: 'items',
  deleted: new Set<number>(),
  added: [],
  changes: new Map<number, Intent>(),
} as const;

/** Entries without a change agree in their old order; new ones may stand anywhere. */
function mapsAgree(was: MapNode, is: MapNode, changes: ReadonlyMap<string, Intent | 'deleted'>): boolean {
  const old = new Set(was.entries.map(keyText));
  const kept = was.entries.filter((entry) => changes.get(keyText(entry) ?? '') !== 'deleted');
  const stayed = is.entries.filter((entry) => {
    const key = keyText(entry);
    return key === undefined || old.has(key) || !changes.has(key);
  });
  if (kept.length !== stayed.length) return false;
  const keptAgree = kept.every((entry, index) => {
    const now = stayed[index];
    if (now === undefined || !agrees(entry.key, now.key, undefined)) return false;
    const change = changes.get(keyText(entry) ?? '');
    return agrees(entry.value, now.value, change === 'deleted' ? undefined : change);
  });
  if (!keptAgree) return false;
  for (const [key, change] of changes) {
    if (old.has(key)) continue;
    const fresh = is.entries.filter((entry) => keyText(entry) === key);
    if (change === 'deleted' ? fresh.length !== 0 : !isFresh(fresh, key, change)) return false;
  }
  return true;
}

function isFresh(entries: MapNode['entries'], key: string, change: Intent): boolean {
  const [entry] = entries;
  if (entries.length !== 1 || entry === undefined || change.kind !== 'becomes') return false;
  return readsAs(entry.key, key) && readsAs(entry.value, change.value);
}

function listsAgree(
  was: SequenceNode,
  is: SequenceNode,
  intent: Extract<Intent, { kind: 'items' }>,
): boolean {
  const kept = was.items
    .map((item, index) => ({ item, index }))
    .filter(({ index }) => !intent.deleted.has(index));
  if (is.items.length !== kept.length + intent.added.length) return false;
  const keptAgree = kept.every(({ item, index }, at) => {
    const now = is.items[at];
    return now !== undefined && agrees(item.value, now.value, intent.changes.get(index));
  });
  return keptAgree && intent.added.every((value, at) => readsAs(is.items[kept.length + at]?.value, value));
}

/** Whether every reader, YAML 1.1 or 1.2, takes the node for exactly this value. */
export function readsAs(node: TreeNode | undefined, value: PlainValue): boolean {
  if (node === undefined || node.kind === 'alias') return false;
  if (node.kind === 'scalar') return scalarReadsAs(node, value);
  if (value === null || typeof value !== 'object') return false;
  if (node.kind === 'sequence') {
    return (
      Array.isArray(value) &&
      node.items.length === value.length &&
      node.items.every((item, index) => readsAs(item.value, value[index] as PlainValue))
    );
  }
  if (Array.isArray(value)) return false;
  const wanted = new Map(Object.entries(value as { readonly [key: string]: PlainValue }));
  return (
    node.entries.length === wanted.size &&
    node.entries.every((entry) => {
      const key = keyText(entry);
      const expected = key === undefined ? undefined : wanted.get(key);
      return (
        key !== undefined &&
        expected !== undefined &&
        readsAs(entry.key, key) &&
        readsAs(entry.value, expected)
      );
    })
  );
}

function scalarReadsAs(node: ScalarNode, value: PlainValue): boolean {
  if (typeof value === 'string') return stringOf(node) === value;
  if (node.tag !== undefined || (value !== null && typeof value === 'object')) return false;
  if (value === null && node.style === 'empty') return true;
  return node.style === 'plain' && node.content === String(value);
}
