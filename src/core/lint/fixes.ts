import { applyEdits } from '../manifest/edit/apply-edits.ts';
import type { TextEdit } from '../manifest/edit/types.ts';
import type { SourceFile } from '../model/repository.ts';
import type { Finding } from './finding.ts';

/** A file with fixes in it. */
export interface FixedFile {
  readonly path: string;
  readonly before: string;
  readonly text: string;
  /** How many fixes are in it. */
  readonly count: number;
}

/**
 * Makes the fixes that findings carry. Each was proven by itself; where two would touch, the later one is left for
 * another run.
 */
export function fixedFiles(findings: readonly Finding[], files: readonly SourceFile[]): readonly FixedFile[] {
  const byPath = new Map<string, TextEdit[][]>();
  for (const { fix } of findings) {
    if (fix === undefined) continue;
    const known = byPath.get(fix.file);
    if (known === undefined) byPath.set(fix.file, [[...fix.edits]]);
    else if (!known.flat().some((edit) => fix.edits.some((other) => touch(edit, other))))
      known.push([...fix.edits]);
  }
  return [...byPath].flatMap(([path, fixes]) => {
    const before = files.find((file) => file.path === path)?.text;
    return before === undefined
      ? []
      : [{ path, before, text: applyEdits(before, fixes.flat()), count: fixes.length }];
  });
}

function touch(a: TextEdit, b: TextEdit): boolean {
  return a.start <= b.end && b.start <= a.end;
}
