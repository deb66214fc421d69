import type { NamespaceForm } from '../../model/repository.ts';
import { asText, field, fieldAt } from '../yaml/fields.ts';
import { contentStart } from '../yaml/split.ts';
import type { Appearance, Applied } from './applied.ts';
import { type Collection, isCollected, isCollectedKind, isUnjudgedKind, unjudgedKind } from './collect.ts';
import type { FileIndex, IndexedDocument, IndexedFile } from './index-files.ts';
import { hasTemplateMarks, isTemplate, noteFaults } from './note-faults.ts';
import { buildObject, type CollectContext, expandLists, type ReadObject } from './objects.ts';

/**
 * Reads the objects of all files that are applied, in the order of their paths.
 *
 * @returns how many documents are templates that nobody has rendered
 */
export function collectFiles(
  index: FileIndex,
  applied: Applied,
  context: CollectContext,
  collection: Collection,
): number {
  let templates = 0;
  for (const path of [...applied.appearances.keys()].sort()) {
    const file = index.files.get(path);
    const appearances = applied.appearances.get(path) ?? [];
    for (const document of file?.documents ?? []) {
      if (file !== undefined && collectDocument(file, document, appearances, context, collection))
        templates += 1;
    }
  }
  return templates;
}

/** @returns whether the document was skipped as a template */
function collectDocument(
  file: IndexedFile,
  indexed: IndexedDocument,
  appearances: readonly Appearance[],
  context: CollectContext,
  collection: Collection,
): boolean {
  const { screening, range } = indexed;
  const start = file.source.place(contentStart(file.source.text, range));
  const { notes } = context;
  if (screening.encrypted) {
    notes.approximate('encrypted', file.path, start);
    return false;
  }
  if (screening.kind === 'HelmRelease' || screening.kind === 'HelmChart') {
    notes.approximate('helm-not-rendered', screening.kind, start);
  }
  if (!screening.matters) return false;
  const document = file.isInChart ? undefined : indexed.parse();
  if (document === undefined || isTemplate(document)) {
    notes.approximate('template-skipped', file.path, start);
    return true;
  }
  noteFaults(document, notes);
  if (!document.readable) return false;
  let isSkipped = false;
  for (const path of expandLists(document.value)) {
    const kind = asText(field(fieldAt(document.value, path), 'kind')) ?? '';
    if (!isOfInterest(kind)) continue;
    for (const appearance of appearances) {
      const object = buildObject(document, path, appearance, context);
      if (object === undefined) continue;
      if (hasTemplateMarks(object.name)) {
        notes.approximate('template-skipped', file.path, start);
        isSkipped = true;
        continue;
      }
      addObject(object, { kind: 'object', path, document: document.index }, context, collection);
    }
  }
  return isSkipped;
}

/** Others are built only where they deploy something, and then without notes on what they lack. */
export function isOfInterest(kind: string): boolean {
  return isCollectedKind(kind) || isUnjudgedKind(kind) || kind === 'HelmRelease';
}

/** Takes an object into the collection, or names it where it is a policy that is not judged. */
export function addObject(
  object: ReadObject,
  form: NamespaceForm,
  { notes }: Pick<CollectContext, 'notes'>,
  collection: Collection,
): void {
  if (isCollected(object)) {
    collection.add(object, form);
    return;
  }
  const unjudged = unjudgedKind(object);
  if (unjudged !== undefined) notes.approximate('kind-not-judged', unjudged, object.locate([]));
  // Within a list it is only known now.
  if (object.kind === 'HelmRelease' && object.path.length > 0) {
    notes.approximate('helm-not-rendered', object.kind, object.locate([]));
  }
}

/** Whether a document has something that would have been collected. */
export function wouldCollect({ screening }: IndexedDocument): boolean {
  return screening.matters && (screening.kind === '' || isCollectedKind(screening.kind.replace(/List$/, '')));
}
