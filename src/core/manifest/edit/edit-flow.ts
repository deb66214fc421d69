import {
  beginsItsLine,
  endBefore,
  endsItsLine,
  hasCommentIn,
  lineBreakAt,
  lineEnd,
  lineStart,
  skipBlanks,
} from './layout.ts';
import { Refused } from './refuse.ts';
import type { MapNode, Member, SequenceNode, Tree } from './tree.ts';
import type { TextEdit } from './types.ts';

/** A flow collection with what it holds. */
export interface FlowCollection {
  readonly tree: Tree;
  readonly node: MapNode | SequenceNode;
  readonly members: readonly Member[];
}

/** What is to be inserted, for one line and, where the neighbours have lines of their own, for several. */
export interface FlowText {
  readonly commaGap: string;
  /** The text of a new member whose first line is indented like this. */
  text(indent: string): string;
  /** How to spread an empty collection over lines; absent, it stays on one. */
  readonly spread: { readonly step: string } | undefined;
}

/** Adds a member at the end, on a line of its own if the last one has one. */
export function insertFlowMember(flow: FlowCollection, member: FlowText): readonly TextEdit[] {
  const { tree, node, members } = flow;
  const { text } = tree;
  const last = members.at(-1);
  if (last === undefined) return fillEmpty(flow, member);
  const begin = members.at(-2)?.end ?? node.start;
  const onOwnLine = text.slice(begin, last.start).includes('\n') && beginsItsLine(text, last.start);
  if (!onOwnLine) {
    return [insert(last.end, `,${member.commaGap}${member.text(indentOf(text, last.start))}`)];
  }
  const indent = indentOf(text, last.start);
  const line = `${lineBreakAt(text, last.start)}${indent}${member.text(indent)}`;
  if (last.comma !== undefined) {
    const after = last.comma + 1;
    return [insert(endOfLine(tree, after), `${line},`)];
  }
  return [insert(last.end, ','), insert(endOfLine(tree, last.end), line)];
}

/** Deletes a member with its comma, and with its line where it has one. */
export function deleteFlowMember(flow: FlowCollection, index: number): readonly TextEdit[] {
  const { tree, node, members } = flow;
  const { text } = tree;
  const member = members[index] as Member;
  const previous = members[index - 1];
  const next = members[index + 1];
  const ownLine = beginsItsLine(text, member.start) && lineStart(text, member.start) > node.start;
  const end = member.comma === undefined ? member.end : member.comma + 1;
  const sharesEnd = next !== undefined && next.start < lineEnd(text, end);
  if (!ownLine && next !== undefined && sharesEnd) {
    if (hasCommentIn(tree, member.start, next.start)) throw new Refused('unsure', member.start, 'comment');
    return [{ start: member.start, end: next.start, text: '' }];
  }
  if (ownLine && sharesEnd) return [{ start: member.start, end: next.start, text: '' }];
  const stop = ownLine ? endOfLine(tree, end) : end;
  if (previous === undefined && next === undefined && !ownLine) {
    return [{ start: member.start, end: skipBlanks(text, stop), text: '' }];
  }
  const start = endBefore(text, member.start);
  const drop = { start, end: stop, text: '' };
  // The last one leaves no comma behind, unless it had one itself.
  if (next === undefined && member.comma === undefined && previous?.comma !== undefined) {
    return [{ start: previous.comma, end: previous.comma + 1, text: '' }, drop];
  }
  if (previous === undefined && !ownLine) return [{ start: member.start, end: stop, text: '' }];
  return [drop];
}

function fillEmpty({ tree, node }: FlowCollection, member: FlowText): readonly TextEdit[] {
  const { text } = tree;
  const open = node.start + 1;
  const close = node.end - 1;
  const inside = text.slice(open, close);
  const indent = indentOf(text, close);
  const lineBreak = lineBreakAt(text, open);
  if (inside.includes('\n')) {
    const inner = `${indent}${member.spread?.step ?? '  '}`;
    return [insert(endBefore(text, close), `${lineBreak}${inner}${member.text(inner)}`)];
  }
  if (member.spread !== undefined) {
    const inner = `${indent}${member.spread.step}`;
    const spread = `${lineBreak}${inner}${member.text(inner)}${lineBreak}${indent}`;
    return [{ start: open, end: close, text: spread }];
  }
  return [insert(close, `${member.text(indent)}${inside}`)];
}

/** After the comment that ends the line; without one, right here. */
function endOfLine(tree: Tree, offset: number): number {
  const end = lineEnd(tree.text, offset);
  return endsItsLine(tree, offset) && hasCommentIn(tree, offset, end) ? end : offset;
}

function indentOf(text: string, offset: number): string {
  const start = lineStart(text, offset);
  return text.slice(start, skipBlanks(text, start));
}

function insert(at: number, text: string): TextEdit {
  return { start: at, end: at, text };
}
