import type { TextEdit } from './types.ts';

/**
 * The text after all edits. They are sorted by start; several at one offset keep their order.
 * Throws a RangeError where two overlap or one lies outside the text.
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const edit of sortEdits(edits)) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      throw new RangeError(`edit [${edit.start}, ${edit.end}) overlaps another or is outside the text`);
    }
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/** Edits in order, those that touch made one, those that do nothing left out. */
export function normalizeEdits(text: string, edits: readonly TextEdit[]): readonly TextEdit[] {
  const merged: TextEdit[] = [];
  for (const edit of sortEdits(edits)) {
    const last = merged.at(-1);
    if (last !== undefined && last.end === edit.start) {
      merged[merged.length - 1] = { start: last.start, end: edit.end, text: last.text + edit.text };
    } else {
      merged.push(edit);
    }
  }
  return merged.filter((edit) => text.slice(edit.start, edit.end) !== edit.text);
}

function sortEdits(edits: readonly TextEdit[]): readonly TextEdit[] {
  return edits.toSorted((a, b) => (a.start === b.start ? a.end - b.end : a.start - b.start));
}
