import { columnBelow, deleteMember, insertLines, replaceByInline, replaceByLines } from './edit-block.ts';
import { deleteFlowMember, type FlowText, insertFlowMember } from './edit-flow.ts';
import { type HouseStyle, houseStyle } from './house-style.ts';
import {
  beginsItsLine,
  endOfOwnLines,
  endsItsLine,
  hasCommentIn,
  lineBreakAt,
  lineEnd,
  lineStart,
} from './layout.ts';
import {
  blockLines,
  entryLines,
  flowEntryText,
  flowText,
  isCollection,
  isInline,
  itemLines,
  type Spread,
  scalarLiteral,
  spreadEntryText,
  spreadText,
} from './print-value.ts';
import { Refused } from './refuse.ts';
import type { Quote } from './scalar-text.ts';
import { refuseShared, type Target } from './target.ts';
import {
  keyText,
  type MapEntry,
  type MapNode,
  type Member,
  type SequenceNode,
  type TreeNode,
} from './tree.ts';
import type { PlainValue, TextEdit } from './types.ts';

/**
 * Adds an entry to a map in the style of its neighbours.
 *
 * @param after the entry comes behind the last of these keys that the map has, else at the end
 */
export function insertEntry(
  target: Target,
  map: MapNode,
  {
    key,
    value,
    after,
  }: { readonly key: string; readonly value: PlainValue; readonly after?: readonly string[] },
): readonly TextEdit[] {
  const { tree } = target;
  const style = styleNear(target, map);
  if (map.layout === 'flow') {
    const spread = spreadOf(target);
    const text: FlowText = {
      commaGap: style.commaGap,
      spread,
      text: (indent) =>
        spread === undefined
          ? flowEntryText(key, value, style)
          : spreadEntryText(key, value, { ...spread, indent }, style),
    };
    return insertFlowMember({ tree, node: map, members: map.entries }, text);
  }
  const neighbour = neighbourOf(map, after ?? []);
  if (map.layout === 'pair' || neighbour === undefined) throw new Refused('unsure', map.start, 'map-layout');
  // Behind the last entry, comments in its column are the map's; elsewhere they are about the next entry.
  const outer = neighbour === map.entries.at(-1) ? Math.max(0, map.indent - 1) : map.indent;
  return insertLines(tree, neighbour.end, outer, entryLines(key, value, map.indent, style));
}

/** Gives an entry of a map another value. */
export function replaceValue(
  target: Target,
  map: MapNode,
  { entry, value }: { readonly entry: MapEntry; readonly value: PlainValue },
): readonly TextEdit[] {
  const { tree } = target;
  const old = entry.value;
  refuseShared(target, old);
  const key = keyText(entry) ?? '';
  const style = styleNear(target, map);
  if (map.layout === 'block' && !isInline(value)) {
    if (isBlock(old)) throw new Refused('unsure', entry.start, 'block-value');
    return replaceByLines(tree, map, entry, blockLines(key, value, map.indent, style));
  }
  if (isBlock(old)) return replaceByInline(tree, entry, inlineLiteral(key, value, style));
  const where = map.layout === 'block' ? 'block' : 'flow';
  const text = isCollection(value)
    ? flowText(key, value, style)
    : scalarLiteral(value, key, where, likeOld(old, style));
  if (entry.colonEnd === undefined) throw new Refused('unsure', entry.start, 'key-layout');
  if (old.kind === 'scalar' && old.style === 'empty') {
    return [{ start: entry.colonEnd, end: entry.colonEnd, text: ` ${text}` }];
  }
  return [{ start: old.start, end: old.end, text }];
}

/** Deletes an entry with its lines. */
export function deleteEntry(target: Target, map: MapNode, entry: MapEntry): readonly TextEdit[] {
  refuseShared(target, entry.key);
  refuseShared(target, entry.value);
  const { tree } = target;
  const index = map.entries.indexOf(entry);
  if (map.layout === 'flow') return deleteFlowMember({ tree, node: map, members: map.entries }, index);
  if (map.layout === 'pair' || entry.explicit) throw new Refused('unsure', entry.start, 'map-layout');
  return deleteMember(tree, map, map.entries, index);
}

/** Adds an item at the end of a list in the style of its neighbours. */
export function insertItem(
  target: Target,
  parent: MapNode,
  { entry, item }: { readonly entry: MapEntry; readonly item: PlainValue },
): readonly TextEdit[] {
  const { tree } = target;
  const list = entry.value;
  const key = keyText(entry) ?? '';
  const style = styleNear(target, list.kind === 'sequence' && list.items.length > 0 ? list : parent, parent);
  if (
    list.kind === 'sequence' &&
    list.layout === 'flow' &&
    (list.items.length > 0 || parent.layout === 'flow')
  ) {
    const spread = spreadOf(target);
    const text: FlowText = {
      commaGap: style.commaGap,
      spread,
      text: (indent) =>
        spread === undefined
          ? flowText(key, item, style)
          : spreadText(key, item, { ...spread, indent }, style),
    };
    return insertFlowMember({ tree, node: list, members: list.items }, text);
  }
  if (list.kind === 'sequence' && list.layout === 'block') {
    const last = list.items.at(-1);
    return insertLines(tree, last?.end ?? list.end, parent.indent, itemLines(key, item, list.indent, style));
  }
  if (parent.layout !== 'block') throw new Refused('unsure', entry.start, 'map-layout');
  const column = columnBelow(parent, 'sequence', style);
  return replaceByLines(tree, parent, entry, itemLines(key, item, column, style));
}

export function deleteItem(target: Target, list: SequenceNode, index: number): readonly TextEdit[] {
  const { tree } = target;
  const item = list.items[index];
  if (item === undefined) throw new Refused('not-found', list.start, String(index));
  refuseShared(target, item.value);
  if (list.layout === 'flow') return deleteFlowMember({ tree, node: list, members: list.items }, index);
  return deleteMember(tree, list, list.items, index);
}

/** How a collection is left when its last member goes. */
export type Emptied = 'entry-deleted' | 'empty-flow' | 'null-with-comments';

/**
 * What becomes of a collection with one member when that is deleted: in block style nothing can stand for an empty
 * one, so the whole entry goes, unless comments would go with it. `{}` stays where the map around is in block style.
 */
export function emptiedForm(target: Target, parent: MapNode, entry: MapEntry): Emptied {
  const { tree } = target;
  const { value, colonEnd } = entry;
  if (colonEnd === undefined || (value.kind !== 'map' && value.kind !== 'sequence')) {
    throw new Refused('unsure', entry.start, 'key-layout');
  }
  if (value.layout === 'flow' && parent.layout === 'block') return 'empty-flow';
  const only: Member | undefined = value.kind === 'map' ? value.entries[0] : value.items[0];
  if (only === undefined) throw new Refused('unsure', entry.start, 'key-layout');
  const from = beginsItsLine(tree.text, only.start) ? lineStart(tree.text, only.start) : only.start;
  const ownEnd = endsItsLine(tree, only.end) ? lineEnd(tree.text, only.end) : only.end;
  const until = value.layout === 'flow' ? value.end : endOfOwnLines(tree, entry.end, parent.indent);
  if (!hasCommentIn(tree, colonEnd, from) && !hasCommentIn(tree, ownEnd, until)) return 'entry-deleted';
  return parent.layout === 'block' ? 'null-with-comments' : 'empty-flow';
}

function neighbourOf(map: MapNode, after: readonly string[]): MapEntry | undefined {
  const isNamed = (entry: MapEntry): boolean => after.includes(keyText(entry) ?? '');
  return map.entries.findLast(isNamed) ?? map.entries.at(-1);
}

function styleNear(target: Target, ...nearest: readonly TreeNode[]): HouseStyle {
  const others = target.tree.documents.flatMap(({ contents }) => (contents === undefined ? [] : [contents]));
  return houseStyle(target.tree.text, [
    ...nearest,
    target.root,
    ...others.filter((each) => each !== target.root),
  ]);
}

/** The text's own line steps, where the whole document is formatted JSON. */
function spreadOf({ tree, root }: Target): Omit<Spread, 'indent'> | undefined {
  const first = root.kind === 'map' && root.layout === 'flow' ? root.entries[0] : undefined;
  if (first === undefined || first.key.kind !== 'scalar' || first.key.style !== 'double') return undefined;
  const start = lineStart(tree.text, first.start);
  if (start <= root.start || !beginsItsLine(tree.text, first.start)) return undefined;
  return { step: tree.text.slice(start, first.start), lineBreak: lineBreakAt(tree.text, root.start) };
}

function inlineLiteral(key: string, value: PlainValue, style: HouseStyle): string {
  if (!isCollection(value)) return scalarLiteral(value, key, 'block', style);
  return Array.isArray(value) ? style.emptySequence : style.emptyMap;
}

/** A new value keeps the quotes of the old one. */
function likeOld(old: TreeNode, style: HouseStyle): HouseStyle {
  if (old.kind !== 'scalar' || (old.style !== 'single' && old.style !== 'double')) return style;
  const quote: Quote = old.style === 'single' ? "'" : '"';
  return { ...style, quote, quotesValues: () => true };
}

function isBlock(node: TreeNode): boolean {
  if (node.kind === 'map' || node.kind === 'sequence') return node.layout === 'block';
  return node.kind === 'scalar' && node.style === 'block';
}
