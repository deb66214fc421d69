import type { LineHunk } from './diff-lines.ts';

/**
 * An insertion between lines that repeat may stand in several places: of `a b` after `a b`, either pair is new. It is
 * moved to where its first line is indented least, which is where a reader would have put it; the lowest of those.
 * The same for deletions. Hunks that touch another one stay.
 */
export function slideHunks(
  hunks: readonly LineHunk[],
  before: readonly string[],
  after: readonly string[],
): readonly LineHunk[] {
  return hunks.map((hunk, i) => {
    const room = { from: hunks[i - 1]?.beforeEnd ?? 0, to: hunks[i + 1]?.beforeStart ?? before.length };
    if (hunk.beforeStart === hunk.beforeEnd) return slid(hunk, after, [hunk.afterStart, hunk.afterEnd], room);
    if (hunk.afterStart === hunk.afterEnd)
      return slid(hunk, before, [hunk.beforeStart, hunk.beforeEnd], room);
    return hunk;
  });
}

/** @param lines the text that has the hunk's lines @param at where they stand in it */
function slid(
  hunk: LineHunk,
  lines: readonly string[],
  [start, end]: readonly [start: number, end: number],
  room: { readonly from: number; readonly to: number },
): LineHunk {
  let up = 0;
  while (hunk.beforeStart - up > room.from && lines[start - up - 1] === lines[end - up - 1]) up += 1;
  let down = 0;
  while (
    hunk.beforeEnd + down < room.to &&
    end + down < lines.length &&
    lines[start + down] === lines[end + down]
  ) {
    down += 1;
  }
  let best = down;
  for (let by = down; by >= -up; by -= 1) {
    if (indentOf(lines[start + by]) < indentOf(lines[start + best])) best = by;
  }
  return {
    beforeStart: hunk.beforeStart + best,
    beforeEnd: hunk.beforeEnd + best,
    afterStart: hunk.afterStart + best,
    afterEnd: hunk.afterEnd + best,
  };
}

/** Blank lines make a poor beginning. */
function indentOf(line: string | undefined): number {
  if (line === undefined || line.trim() === '') return Number.MAX_SAFE_INTEGER;
  return line.length - line.trimStart().length;
}
