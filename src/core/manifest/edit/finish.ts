import { applyEdits, normalizeEdits } from './apply-edits.ts';
import { parseTree } from './parse-tree.ts';
import { editPieces, editsOf, piecesOf } from './pieces.ts';
import { type Intent, prove } from './prove.ts';
import { Refused } from './refuse.ts';
import type { Tree } from './tree.ts';
import type { EditResult, TextEdit } from './types.ts';

/** One change after another, each computed on what the last one left. */
export type Step = (tree: Tree) => readonly TextEdit[];

/** A file that was read. */
export interface OpenFile {
  readonly path: string;
  readonly tree: Tree;
}

/**
 * Takes all steps, proves that they did what was meant and nothing else, and answers with edits of the original.
 *
 * @param intent asked for after the steps
 */
export function finish(
  { path, tree: before }: OpenFile,
  steps: readonly Step[],
  { document, intent }: { readonly document: number; readonly intent: () => Intent },
): EditResult {
  let after = before;
  let pieces = piecesOf(before.text);
  for (const step of steps) {
    const edits = normalizeEdits(after.text, step(after));
    if (edits.length === 0) continue;
    pieces = editPieces(pieces, edits);
    after = readAgain(applyEdits(after.text, edits), before);
  }
  if (after.text === before.text) return { kind: 'unchanged' };
  prove(before, after, document, intent());
  refuseBrokenJson(before.text, after.text);
  return { kind: 'edit', file: path, edits: editsOf(pieces, before.text) };
}

function readAgain(text: string, before: Tree): Tree {
  try {
    return parseTree(text);
  } catch (reason) {
    if (reason instanceof Refused) throw new Refused('unsure', before.documents[0]?.start ?? 0, 'not-proved');
    throw reason;
  }
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
