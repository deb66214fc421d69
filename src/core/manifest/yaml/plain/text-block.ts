import { GREATER, lineEnd, skipSpaces } from './characters.ts';
import type { Content, Reader } from './reader.ts';

/** A block of text: literal (`|`) or folded (`>`), without an indent of its own. */
export function readText(reader: Reader, inner: Content, indent: number): boolean {
  const { text } = reader;
  const mark = text.slice(inner.at + 1, inner.end).trimEnd();
  if (mark !== '' && mark !== '-' && mark !== '+') return false;
  let line = inner.end + 1;
  let width = -1;
  const lines: string[] = [];
  while (line < text.length) {
    const end = lineEnd(text, line);
    const at = skipSpaces(text, line, end);
    if (at < end) {
      const column = at - line;
      if (width === -1) {
        if (column <= indent) break;
        width = column;
      } else if (column < width) {
        // A line that is less deep, and still within the block, is a mistake.
        if (column > indent) return false;
        break;
      }
      lines.push(text.slice(line + width, end));
    } else if (at - line > Math.max(width, 0)) {
      // Blanks that reach into the text, or stand before it, follow rules of their own.
      return false;
    } else {
      lines.push('');
    }
    line = end + 1;
  }
  // Whether a text ends with a line break depends on the last line having one.
  if (width === -1 || (line > text.length && mark !== '-')) return false;
  const isFolded = text.charCodeAt(inner.at) === GREATER;
  const value = isFolded ? fold(lines, mark) : chomp(lines, mark);
  if (value === undefined) return false;
  reader.line = line;
  reader.value = value;
  reader.inside = undefined;
  return true;
}

function chomp(lines: string[], mark: string): string {
  if (mark === '+') return `${lines.join('\n')}\n`;
  while (lines.at(-1) === '') lines.pop();
  return lines.join('\n') + (mark === '-' ? '' : '\n');
}

/** Lines become one, with a space between, and blank lines a line break each. */
function fold(lines: string[], mark: string): string | undefined {
  // Lines that are indented further stay as they are, by rules that the full parser knows.
  if (mark === '+' || lines[0] === '' || lines.some((line) => line.startsWith(' '))) return undefined;
  while (lines.at(-1) === '') lines.pop();
  let folded = '';
  let breaks = 0;
  for (const line of lines) {
    if (line === '') {
      breaks += 1;
      continue;
    }
    if (folded !== '') folded += breaks === 0 ? ' ' : '\n'.repeat(breaks);
    folded += line;
    breaks = 0;
  }
  return folded + (mark === '-' ? '' : '\n');
}
