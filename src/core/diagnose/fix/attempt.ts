import { applyEdits } from '../../manifest/edit/apply-edits.ts';
import type { EditRefusal, EditResult } from '../../manifest/edit/types.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { FixStep } from '../types.ts';

/** One change that might do it: what it is called, and the file as it would be. */
export type Attempt =
  | { readonly kind: 'change'; readonly step: FixStep; readonly file: SourceFile }
  | { readonly kind: 'refused'; readonly step: FixStep; readonly refusal: EditRefusal };

/** Turns the outcome of an edit into an attempt; nothing where the file already says so. */
export function attemptOf(step: FixStep, file: SourceFile, result: EditResult): readonly Attempt[] {
  switch (result.kind) {
    case 'unchanged':
      return [];
    case 'refused':
      return [{ kind: 'refused', step, refusal: result.refusal }];
    case 'edit':
      return [{ kind: 'change', step, file: { path: file.path, text: applyEdits(file.text, result.edits) } }];
  }
}
