import { diffLines, type LineHunk, splitLines } from './diff-lines.ts';
import { slideHunks } from './slide-hunks.ts';

const CONTEXT = 3;

/**
 * A unified diff that `git apply` and `patch` take: 3 lines of context, `\ No newline at end of file` where it is so.
 * Carriage returns stay part of their lines. A side without any text is `/dev/null`. Equal texts give the empty text.
 *
 * @param file the path relative to the repository's root, with `/`
 */
export function unifiedDiff(file: string, before: string, after: string): string {
  const beforeLines = splitLines(before);
  const afterLines = splitLines(after);
  const hunks = slideHunks(diffLines(beforeLines, afterLines), beforeLines, afterLines);
  if (hunks.length === 0) return '';
  let text = `--- ${before === '' ? '/dev/null' : headerName(`a/${file}`)}\n`;
  text += `+++ ${after === '' ? '/dev/null' : headerName(`b/${file}`)}\n`;
  for (const group of groupHunks(hunks)) text += formatGroup(group, beforeLines, afterLines);
  return text;
}

/** As git writes it: control characters, quotes and backslashes quoted, and a tab to end a name with a space. */
function headerName(name: string): string {
  let quoted = '';
  for (const char of name) {
    if (char === '"' || char === '\\') quoted += `\\${char}`;
    else if (char < ' ' || char === '\x7f') quoted += `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
    else quoted += char;
  }
  if (quoted !== name) return `"${quoted}"`;
  return name.includes(' ') ? `${name}\t` : name;
}

/** Hunks whose context would touch stand in one group. */
function groupHunks(hunks: readonly LineHunk[]): readonly (readonly LineHunk[])[] {
  const groups: LineHunk[][] = [];
  for (const hunk of hunks) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && hunk.beforeStart - last.beforeEnd <= 2 * CONTEXT) groups.at(-1)?.push(hunk);
    else groups.push([hunk]);
  }
  return groups;
}

function formatGroup(
  group: readonly LineHunk[],
  before: readonly string[],
  after: readonly string[],
): string {
  const first = group[0] as LineHunk;
  const last = group.at(-1) as LineHunk;
  const lead = Math.min(CONTEXT, first.beforeStart);
  const tail = Math.min(CONTEXT, before.length - last.beforeEnd);
  const from = { before: first.beforeStart - lead, after: first.afterStart - lead };
  const beforeSpan = span(from.before, last.beforeEnd + tail);
  const afterSpan = span(from.after, last.afterEnd + tail);
  let text = `@@ -${beforeSpan} +${afterSpan} @@\n`;
  let at = from.before;
  for (const hunk of group) {
    text += lines(' ', before.slice(at, hunk.beforeStart));
    text += lines('-', before.slice(hunk.beforeStart, hunk.beforeEnd));
    text += lines('+', after.slice(hunk.afterStart, hunk.afterEnd));
    at = hunk.beforeEnd;
  }
  return text + lines(' ', before.slice(at, at + tail));
}

/** `start,count` with git's short form for one line, and the line before for none. */
function span(start: number, end: number): string {
  const count = end - start;
  if (count === 1) return String(start + 1);
  return `${count === 0 ? start : start + 1},${count}`;
}

function lines(mark: ' ' | '-' | '+', texts: readonly string[]): string {
  let out = '';
  for (const text of texts) {
    out += mark + text;
    if (!text.endsWith('\n')) out += '\n\\ No newline at end of file\n';
  }
  return out;
}
