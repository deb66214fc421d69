import { diffLines, splitLines } from './diff-lines.ts';
import { slideHunks } from './slide-hunks.ts';

/** One place where a text changed, for people and for JSON. */
export interface LineChange {
  /** The number, from 1, of the first changed line in the text before; an insertion stands in front of it. */
  readonly line: number;
  /** The lines without their last line end, joined by `\n`; empty for a pure insertion. */
  readonly before: string;
  /** Empty for a pure deletion. */
  readonly after: string;
}

/** What changed line by line. Line ends are not compared: `unifiedDiff` shows those. */
export function lineChanges(before: string, after: string): readonly LineChange[] {
  const beforeLines = splitLines(before).map(withoutEnd);
  const afterLines = splitLines(after).map(withoutEnd);
  const hunks = slideHunks(diffLines(beforeLines, afterLines), beforeLines, afterLines);
  return hunks.map((hunk) => ({
    line: hunk.beforeStart + 1,
    before: beforeLines.slice(hunk.beforeStart, hunk.beforeEnd).join('\n'),
    after: afterLines.slice(hunk.afterStart, hunk.afterEnd).join('\n'),
  }));
}

function withoutEnd(line: string): string {
  if (line.endsWith('\r\n')) return line.slice(0, -2);
  return line.endsWith('\n') ? line.slice(0, -1) : line;
}
