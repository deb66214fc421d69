import { nearestName } from '../../manifest/policy/nearest-name.ts';

/**
 * The known name that was most likely meant, where it is so near that nothing else can have been: a quarter of the
 * letters may differ, and the first one must be right.
 */
export function nearName(written: string, known: readonly string[]): string {
  const nearest = nearestName(written, known) ?? '';
  return nearest.charAt(0) === written.charAt(0) && differing(written, nearest) * 4 <= written.length
    ? nearest
    : '';
}

/** How many letters stand between what two texts begin and end with alike. */
function differing(a: string, b: string): number {
  const shortest = Math.min(a.length, b.length);
  let start = 0;
  while (start < shortest && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < shortest - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  return Math.max(a.length, b.length) - start - end;
}
