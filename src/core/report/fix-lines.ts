import type { Fix } from '../diagnose/index.ts';
import { labelled } from './layout.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';
import { fixText, warningText } from './words/fix.ts';
import { placeText } from './words/policy.ts';

/**
 * A fix as it stands under what it mends: what it is, the lines of files that it changes, and what to mind.
 *
 * @param layout `linesMax`: lines of one change shown in full; a longer one is what the diff is for
 */
export function fixLines(
  fix: Fix,
  layout: {
    readonly indent: number;
    readonly column: number;
    readonly width: number;
    readonly paint: Paint;
    readonly linesMax: number;
  },
): readonly string[] {
  const { edits, warnings } = fix;
  const { indent, column, paint, linesMax } = layout;
  const margin = ' '.repeat(indent + column);
  const lines = [...labelled('fix', fixText(fix), layout)];
  for (const { file, line, before, after } of edits) {
    lines.push(`${margin}${placeText({ file, line, column: 1 })}`);
    const changes = changedLines(before, after, paint);
    for (const text of changes.slice(0, linesMax)) lines.push(`${margin}  ${text}`);
    if (changes.length > linesMax) lines.push(`${margin}  … ${changes.length - linesMax} more lines`);
  }
  for (const warning of warnings) lines.push(...labelled('', `mind: ${warningText(warning)}`, layout));
  return lines;
}

/** The lines that go, and those that come. */
export function changedLines(before: string, after: string, paint: Paint): readonly string[] {
  return [
    ...linesOf(before).map((text) => paint.bad(`- ${printable(text)}`)),
    ...linesOf(after).map((text) => paint.good(`+ ${printable(text)}`)),
  ];
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}
