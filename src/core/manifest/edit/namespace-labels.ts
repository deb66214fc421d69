import type { Path } from '../../model/place.ts';
import type { NamespaceDeclaration, SourceFile } from '../../model/repository.ts';
import { deleteEntry, type Emptied, emptiedForm, insertEntry, replaceValue } from './edit-members.ts';
import { finish, type Step } from './finish.ts';
import { type Intent, within } from './prove.ts';
import { Refused, refusing } from './refuse.ts';
import { editInput } from './resource-set/edit-input.ts';
import { isNull, stringOf } from './scalar-text.ts';
import { mapAt, mergedValue, nodeAt, openTarget, ownEntry, readTree, type Target } from './target.ts';
import { findEntry, type MapEntry, type MapNode, type TreeNode } from './tree.ts';
import type { EditResult, TextEdit } from './types.ts';

/** What a label is to become: a value, or `undefined` to remove it. */
export type LabelChanges = Readonly<Record<string, string | undefined>>;

/**
 * Sets and removes labels of the Namespace that a file declares, and changes nothing else in it. A label that is
 * absent already and a value that is there already are no change. `labels:` itself comes and goes as needed.
 * Where a ResourceSet makes the Namespace, the input from which it does so is changed instead.
 */
export function editNamespaceLabels(
  file: SourceFile,
  target: NamespaceDeclaration,
  changes: LabelChanges,
): EditResult {
  return refusing(file, () => {
    const { form } = target;
    switch (form.kind) {
      case 'object':
        return editObject(file, form, changes);
      case 'resource-set-input':
        return editInput(file, { form, name: target.name }, changes);
      case 'implied':
        throw new Refused('not-found', 0, target.name);
    }
  });
}

interface ObjectForm {
  readonly path: Path;
  readonly document: number;
}

function editObject(file: SourceFile, form: ObjectForm, changes: LabelChanges): EditResult {
  const tree = readTree(file.text);
  const target = openTarget(tree, form.document);
  const { entry, labels } = labelsOf(target, form.path);
  const wanted = Object.entries(changes).filter(([key, value]) => !isAlready(target, labels, key, value));
  const sets = wanted.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  const removals = wanted.flatMap(([key, value]) => (value === undefined ? [key] : []));
  let emptied: Emptied | undefined;
  // New labels come before old ones go, so that the map is empty only where it ends empty.
  const steps: readonly Step[] = [
    ...sets.map(
      ([key, value]): Step =>
        (now) =>
          setLabel(openTarget(now, form.document), form.path, key, value),
    ),
    ...removals.map(
      (key): Step =>
        (now) => {
          const step = removeLabel(openTarget(now, form.document), form.path, key);
          emptied = step.emptied;
          return step.edits;
        },
    ),
  ];
  const intent = (): Intent => {
    if (emptied === 'entry-deleted')
      return labelsIntent(form.path, entry === undefined ? undefined : 'deleted');
    if (emptied === 'empty-flow') return labelsIntent(form.path, { kind: 'becomes', value: {} });
    if (emptied === 'null-with-comments') return labelsIntent(form.path, { kind: 'becomes', value: null });
    if (labels === undefined)
      return labelsIntent(form.path, { kind: 'becomes', value: Object.fromEntries(sets) });
    const changes = new Map<string, Intent | 'deleted'>();
    for (const [key, value] of sets) changes.set(key, { kind: 'becomes', value });
    for (const key of removals) changes.set(key, 'deleted');
    return labelsIntent(form.path, { kind: 'entries', changes });
  };
  return finish({ path: file.path, tree }, steps, { document: form.document, intent });
}

interface Labels {
  readonly metadata: MapNode;
  readonly entry: MapEntry | undefined;
  /** Absent also where `labels:` is null. */
  readonly labels: MapNode | undefined;
}

function labelsOf(target: Target, path: Path): Labels {
  const object = mapAt(target, path);
  const kind = findEntry(object, 'kind')?.value;
  if (kind?.kind !== 'scalar' || kind.content !== 'Namespace')
    throw new Refused('not-found', object.start, 'Namespace');
  const metadata = mapAt(target, [...path, 'metadata']);
  const entry = ownEntry(target, metadata, 'labels');
  if (entry === undefined) return { metadata, entry, labels: undefined };
  const node = nodeAt(target, [...path, 'metadata', 'labels']);
  if (node.kind === 'map') return { metadata, entry, labels: node };
  if (node.kind === 'scalar' && isNull(node)) return { metadata, entry, labels: undefined };
  throw new Refused('not-a-map', node.start, 'metadata.labels');
}

function isAlready(
  target: Target,
  labels: MapNode | undefined,
  key: string,
  value: string | undefined,
): boolean {
  const found = labels === undefined ? undefined : currentEntry(target, labels, key, value);
  if (found === undefined) return value === undefined;
  const node = found.kind === 'alias' ? target.aliases.targets.get(found) : found;
  return value !== undefined && node?.kind === 'scalar' && stringOf(node) === value;
}

/** The value that counts now. Throws `merge-key` where a change could not replace what a merge brings. */
function currentEntry(
  target: Target,
  labels: MapNode,
  key: string,
  value: string | undefined,
): TreeNode | undefined {
  const own = findEntry(labels, key);
  const merged = mergedValue(target, labels, key, new Set());
  if (merged === undefined) return own?.value;
  if (own !== undefined && value !== undefined) return own.value;
  if (own === undefined && merged.kind === 'scalar' && stringOf(merged) === value) return merged;
  throw new Refused('merge-key', (own ?? labels).start, key);
}

function setLabel(target: Target, path: Path, key: string, value: string): readonly TextEdit[] {
  const { metadata, entry, labels } = labelsOf(target, path);
  if (entry === undefined)
    return insertEntry(target, metadata, { key: 'labels', value: { [key]: value }, after: NAMES });
  if (labels === undefined) return replaceValue(target, metadata, { entry, value: { [key]: value } });
  const own = findEntry(labels, key);
  if (own === undefined) return insertEntry(target, labels, { key, value });
  return replaceValue(target, labels, { entry: own, value });
}

/** What `labels:` is written behind, where it has to be written. */
const NAMES = ['name', 'generateName'] as const;

function removeLabel(
  target: Target,
  path: Path,
  key: string,
): { readonly edits: readonly TextEdit[]; readonly emptied: Emptied | undefined } {
  const { metadata, entry, labels } = labelsOf(target, path);
  const own = labels === undefined ? undefined : findEntry(labels, key);
  if (entry === undefined || labels === undefined || own === undefined)
    return { edits: [], emptied: undefined };
  if (labels.entries.length > 1) return { edits: deleteEntry(target, labels, own), emptied: undefined };
  const emptied = emptiedForm(target, metadata, entry);
  const edits =
    emptied === 'entry-deleted' ? deleteEntry(target, metadata, entry) : deleteEntry(target, labels, own);
  return { edits, emptied };
}

function labelsIntent(path: Path, change: Intent | 'deleted' | undefined): Intent {
  const changes = new Map(change === undefined ? [] : [['labels', change] as const]);
  return within([...path, 'metadata'], { kind: 'entries', changes });
}
