import type { Tree } from './tree.ts';

/** Where the line of an offset begins. A byte order mark is no part of the first line. */
export function lineStart(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && text.startsWith('\ufeff') ? 1 : start;
}

/** Where the contents of an offset's line end: in front of `\r\n` or `\n`, or at the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  if (newline === -1) return text.length;
  return newline > offset && text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** Where the line after begins; the end of the text on the last one. */
export function nextLine(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}

/** The line end used at an offset: that of its line, else of the line before, else of the text, else `\n`. */
export function lineBreakAt(text: string, offset: number): string {
  let newline = text.indexOf('\n', offset);
  if (newline === -1) newline = text.lastIndexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}

/** The end of the last thing before an offset that is no white space and no line end. */
export function endBefore(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && isSpace(text[at - 1])) at -= 1;
  return at;
}

/** The first offset from here that is neither a space nor a tab. */
export function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** Whether nothing but white space stands before an offset on its line. */
export function beginsItsLine(text: string, offset: number): boolean {
  const start = lineStart(text, offset);
  return skipBlanks(text, start) >= offset;
}

/** Whether nothing but white space and a comment stands between an offset and the end of its line. */
export function endsItsLine(tree: Tree, offset: number): boolean {
  const { text } = tree;
  const at = skipBlanks(text, offset);
  return at >= lineEnd(text, offset) || (text[at] === '#' && hasCommentIn(tree, at, at + 1));
}

export function hasCommentIn(tree: Tree, start: number, end: number): boolean {
  const { comments } = tree;
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle] as number) < start) low = middle + 1;
    else high = middle;
  }
  return low < comments.length && (comments[low] as number) < end;
}

/**
 * Where the lines of a member of a block collection end, with the comment lines that follow at once and are
 * indented more than `outer`: those are about the member or about a left-out neighbour, not about what comes next.
 */
export function endOfOwnLines(tree: Tree, end: number, outer: number): number {
  const { text } = tree;
  // A block scalar that keeps its last line ends ends at the start of a line.
  if (end > 0 && text[end - 1] === '\n') return end;
  let last = lineEnd(text, end);
  for (;;) {
    const start = nextLine(text, last);
    if (start >= text.length) return last;
    const mark = skipBlanks(text, start);
    if (text[mark] !== '#' || mark - start <= outer || !hasCommentIn(tree, mark, mark + 1)) return last;
    last = lineEnd(text, mark);
  }
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r';
}
