import type { Diagnosis } from '../diagnose/index.ts';
import { unifiedDiff } from '../manifest/edit/unified-diff.ts';

/**
 * The fixes as unified diffs against the files. Fixes of one file stand apart: each was proven by itself, against
 * the file as it is.
 */
export function debugDiff({ findings }: Diagnosis): string {
  const diffs = new Set<string>();
  for (const { fix } of findings) {
    for (const { path, before, text } of fix?.files ?? []) diffs.add(unifiedDiff(path, before, text));
  }
  return [...diffs].join('');
}
