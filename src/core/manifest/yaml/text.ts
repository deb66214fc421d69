import type { Place } from '../../model/place.ts';

/** A file's text that can say where an offset is. */
export interface TextSource {
  readonly file: string;
  readonly text: string;
  /** The place of an offset into the text, in UTF-16 units; a byte order mark has no column. */
  place(offset: number): Place;
}

export function textSource(file: string, text: string): TextSource {
  let starts: readonly number[] | undefined;
  return {
    file,
    text,
    place(offset) {
      // Most texts are never asked for a place, so the lines are counted at the first question.
      starts ??= lineStarts(text);
      const line = lastAtMost(starts, offset);
      return { file, line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
    },
  };
}

function lineStarts(text: string): readonly number[] {
  const starts = [text.startsWith('\uFEFF') ? 1 : 0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The index of the last number that is not above `limit`; 0 where all are. */
function lastAtMost(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
