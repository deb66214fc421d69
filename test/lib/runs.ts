/** How often a law is tried: `count` times, or as often as PROPOLIS_RUNS says. */
export function runs(count: number): { readonly numRuns: number } {
  const given = process.env['PROPOLIS_RUNS'];
  return { numRuns: given === undefined ? count : Number(given) };
}
