/** Breaks text at spaces so that no line is wider than `width`, unless a word is. @returns at least one line */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line.trimEnd());
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** Parts of a title, three spaces between; lines are broken between parts where that is enough. */
export function wrapParts(parts: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + GAP.length + part.length <= width)
      lines[lines.length - 1] = `${line}${GAP}${part}`;
    else lines.push(...wrap(part, width));
  }
  return lines;
}

const GAP = '   ';

/** A label in a column of its own, and text beside it: `  why    no rule admits it`. */
export function labelled(
  label: string,
  text: string,
  { indent, column, width }: LabelledLayout,
): readonly string[] {
  const margin = ' '.repeat(indent + column);
  return wrap(text, Math.max(20, width - indent - column)).map((line, i) =>
    i === 0 ? `${' '.repeat(indent)}${label.padEnd(column)}${line}` : `${margin}${line}`,
  );
}

export interface LabelledLayout {
  readonly indent: number;
  readonly column: number;
  readonly width: number;
}

/** Columns as wide as their widest cell, three spaces between; the last is not padded. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, [...cell].length);
  }
  return rows.map((row) =>
    row
      .map((cell, i) =>
        i === row.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - [...cell].length),
      )
      .join('   ')
      .trimEnd(),
  );
}
