import { applyEdits, normalizeEdits } from './apply-edits.ts';
import { editPieces, editsOf, piecesOf } from './pieces.ts';
import { type Intent, prove } from './prove.ts';
import { Refused } from './refuse.ts';
import type { EditResult, TextEdit } from './types.ts';

/** One change after another, each computed on the text that the last one left. */
export type Step = (text: string) => readonly TextEdit[];

/**
 * Takes all steps, proves that they did what was meant and nothing else, and answers with edits of the original.
 *
 * @param intent asked for after the steps
 */
export function finish(
  file: { readonly path: string; readonly text: string },
  steps: readonly Step[],
  { document, intent }: { readonly document: number; readonly intent: () => Intent },
): EditResult {
  const before = file.text;
  let after = before;
  let pieces = piecesOf(before);
  for (const step of steps) {
    const edits = normalizeEdits(after, step(after));
    pieces = editPieces(pieces, edits);
    after = applyEdits(after, edits);
  }
  if (after === before) return { kind: 'unchanged' };
  prove(before, after, document, intent());
  refuseBrokenJson(before, after);
  return { kind: 'edit', file: file.path, edits: editsOf(pieces, before) };
}

/** A file that was JSON stays JSON, which allows less than YAML's flow style. */
function refuseBrokenJson(before: string, after: string): void {
  if (isJson(before) && !isJson(after)) throw new Refused('unsure', 0, 'json');
}

function isJson(text: string): boolean {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
