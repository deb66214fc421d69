import type { HouseStyle } from './house-style.ts';
import {
  beginsItsLine,
  endBefore,
  endOfOwnLines,
  hasCommentIn,
  lineBreakAt,
  lineEnd,
  lineStart,
  nextLine,
} from './layout.ts';
import { Refused } from './refuse.ts';
import type { MapEntry, MapNode, Member, SequenceNode, Tree } from './tree.ts';
import type { TextEdit } from './types.ts';

/** Inserts whole lines below a member of a block collection, or below a key without a value. */
export function insertLines(
  tree: Tree,
  end: number,
  outer: number,
  lines: readonly string[],
): readonly TextEdit[] {
  const { text } = tree;
  const at = endOfOwnLines(tree, end, outer);
  const lineBreak = lineBreakAt(text, at === text.length ? Math.max(0, at - 1) : at);
  const atLineStart = at > 0 && text[at - 1] === '\n';
  const block = lines.join(lineBreak);
  return [{ start: at, end: at, text: atLineStart ? block + lineBreak : lineBreak + block }];
}

/**
 * Deletes a member's lines, a comment at their end included, from the end of the line before it.
 * A member that shares its first line with a dash gives its place to the next one.
 */
export function deleteMember(
  tree: Tree,
  collection: MapNode | SequenceNode,
  members: readonly Member[],
  index: number,
): readonly TextEdit[] {
  const { text } = tree;
  const member = members[index] as Member;
  // A block scalar that keeps its last line ends: which of them go is not clear.
  if (member.end > member.start && text[member.end - 1] === '\n') {
    throw new Refused('unsure', member.start, 'kept-line-ends');
  }
  const end = lineEnd(text, member.end);
  if (beginsItsLine(text, member.start)) {
    const start = lineStart(text, member.start);
    if (start <= 1) return [{ start, end: nextLine(text, end), text: '' }];
    return [{ start: lineEnd(text, lineStart(text, start - 1)), end, text: '' }];
  }
  const next = members[index + 1];
  if (index > 0 || next === undefined || hasCommentIn(tree, member.end, next.start)) {
    throw new Refused('unsure', member.start, `${collection.kind}-layout`);
  }
  return [{ start: member.start, end: next.start, text: '' }];
}

/** Replaces a value written on the key's line by lines below it, or fills an empty one. */
export function replaceByLines(
  tree: Tree,
  map: MapNode,
  entry: MapEntry,
  lines: readonly string[],
): readonly TextEdit[] {
  const { value, colonEnd } = entry;
  if (colonEnd === undefined || entry.explicit) throw new Refused('unsure', entry.start, 'key-layout');
  if (value.kind === 'scalar' && value.style === 'empty') {
    return insertLines(tree, Math.max(colonEnd, value.end), map.indent, lines);
  }
  const drop: TextEdit = { start: endBefore(tree.text, value.start), end: value.end, text: '' };
  return [drop, ...insertLines(tree, value.end, map.indent, lines)];
}

/** Replaces a block of lines by a value on the key's own line. Comments in the block are never lost. */
export function replaceByInline(tree: Tree, entry: MapEntry, text: string): readonly TextEdit[] {
  const { colonEnd, value } = entry;
  if (colonEnd === undefined || entry.explicit || value.anchor !== undefined || value.tag !== undefined) {
    throw new Refused('unsure', entry.start, 'key-layout');
  }
  const start = lineEnd(tree.text, colonEnd);
  const end = lineEnd(tree.text, value.end);
  if (hasCommentIn(tree, start, end)) throw new Refused('unsure', entry.start, 'comment');
  return [
    { start: colonEnd, end: colonEnd, text: ` ${text}` },
    { start, end, text: '' },
  ];
}

/** The column at which keys or dashes below an entry of this map would stand. */
export function columnBelow(map: MapNode, of: 'map' | 'sequence', style: HouseStyle): number {
  return map.indent + (of === 'map' ? style.mapStep : style.dashStep);
}
