const LONGEST_NAME = 64;

/**
 * The known name that was most likely meant, by the fewest edits (letter case hardly counts), or undefined when
 * none is near: four tenths of the letters would have to change.
 */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  if (written.length > LONGEST_NAME) return undefined;
  let best: string | undefined;
  let fewest = 0.4 * written.length;
  for (const name of known) {
    const edits = editDistance(written, name);
    if (edits < fewest) {
      best = name;
      fewest = edits;
    }
  }
  return best;
}

/** Levenshtein distance, where a letter in the other case is a tenth of an edit. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      row.push(
        Math.min(
          (above[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (above[j - 1] ?? 0) + substitution(from.charAt(i - 1), to.charAt(j - 1)),
        ),
      );
    }
    above = row;
  }
  return above[to.length] ?? 0;
}

function substitution(a: string, b: string): number {
  if (a === b) return 0;
  return a.toLowerCase() === b.toLowerCase() ? 0.1 : 1;
}
