import type { Path } from '../../model/place.ts';
import type { SourceFile } from '../../model/repository.ts';
import { deleteEntry } from './edit-members.ts';
import { finish } from './finish.ts';
import { within } from './prove.ts';
import { Refused, refusing } from './refuse.ts';
import { mapAt, openTarget, ownEntry, readTree } from './target.ts';
import type { EditResult } from './types.ts';

/**
 * Deletes one field of a map with its lines. Refuses what would change another place too (`shared-anchor`), what is
 * not there (`not-found`), and what would leave an empty map behind (`unsure`).
 *
 * @param path from the document's root; its last step is the field's name
 */
export function deleteField(
  file: SourceFile,
  { document, path }: { readonly document: number; readonly path: Path },
): EditResult {
  return refusing(file, () => {
    const tree = readTree(file.text);
    const target = openTarget(tree, document);
    const parent = path.slice(0, -1);
    const key = String(path.at(-1) ?? '');
    const map = mapAt(target, parent);
    const entry = ownEntry(target, map, key);
    if (entry === undefined) throw new Refused('not-found', map.start, key);
    if (map.entries.length === 1) throw new Refused('unsure', map.start, 'last-entry');
    const edits = deleteEntry(target, map, entry);
    return finish({ path: file.path, tree }, [() => edits], {
      document,
      intent: () => within(parent, { kind: 'entries', changes: new Map([[key, 'deleted' as const]]) }),
    });
  });
}
