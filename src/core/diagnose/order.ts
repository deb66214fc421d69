/** Order of two texts by code units: the same on every machine. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The first comparison that tells two things apart. */
export function firstDifference(...comparisons: readonly number[]): number {
  return comparisons.find((result) => result !== 0) ?? 0;
}
