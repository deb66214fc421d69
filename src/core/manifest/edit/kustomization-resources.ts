import type { SourceFile } from '../../model/repository.ts';
import {
  deleteEntry,
  deleteItem,
  type Emptied,
  emptiedForm,
  insertEntry,
  insertItem,
} from './edit-members.ts';
import { finish, type Step } from './finish.ts';
import { type Intent, within } from './prove.ts';
import { Refused, refusing } from './refuse.ts';
import { isNull, stringOf } from './scalar-text.ts';
import { mapAt, nodeAt, openTarget, ownEntry, readTree, type Target } from './target.ts';
import {
  findEntry,
  type MapEntry,
  type MapNode,
  type SequenceNode,
  type Tree,
  type TreeNode,
} from './tree.ts';
import type { EditResult, PlainValue, TextEdit } from './types.ts';

export interface ResourceChanges {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

/**
 * Adds and removes items of a kustomization's `resources:`. What is listed already is not added again, what is not
 * listed is no fault; `./a.yaml`, `a.yaml` and `a.yaml/` are the same. `resources:` itself comes and goes as needed.
 */
export function editKustomizationResources(file: SourceFile, changes: ResourceChanges): EditResult {
  return refusing(file, () => {
    const tree = readTree(file.text);
    const document = kustomizationDocument(tree);
    const open = (now: Tree): Resources => resourcesOf(openTarget(now, document));
    const { list, target } = open(tree);
    const listed = (list?.items ?? []).map((item) => itemName(target, item.value));
    const remove = new Set((changes.remove ?? []).map(normalName));
    const added = newNames(changes.add ?? [], new Set(listed.filter((name) => !remove.has(name))));
    const deleted = listed.flatMap((name, index) => (remove.has(name) ? [index] : []));
    let emptied: Emptied | undefined;
    const steps: readonly Step[] = [
      ...added.map(
        (name): Step =>
          (now) =>
            addResource(open(now), name),
      ),
      // From the end, so that the indices of the others stay.
      ...deleted.toReversed().map(
        (index): Step =>
          (now) => {
            const step = removeResource(open(now), index);
            emptied = step.emptied;
            return step.edits;
          },
      ),
    ];
    const intent = (): Intent => {
      if (emptied !== undefined) return emptiedIntent(emptied);
      if (list === undefined) return within(['resources'], { kind: 'becomes', value: added });
      return within(['resources'], { kind: 'items', deleted: new Set(deleted), added, changes: new Map() });
    };
    return finish({ path: file.path, tree }, steps, { document, intent });
  });
}

interface Resources {
  readonly target: Target;
  readonly root: MapNode;
  readonly entry: MapEntry | undefined;
  /** Absent also where `resources:` is null. */
  readonly list: SequenceNode | undefined;
}

function resourcesOf(target: Target): Resources {
  const root = mapAt(target, []);
  const entry = ownEntry(target, root, 'resources');
  if (entry === undefined) return { target, root, entry, list: undefined };
  const node = nodeAt(target, ['resources']);
  if (node.kind === 'sequence') return { target, root, entry, list: node };
  if (node.kind === 'scalar' && isNull(node)) return { target, root, entry, list: undefined };
  throw new Refused('not-a-map', node.start, 'resources');
}

/** The first document of kind Kustomization or Component; the kind may be left out of a file of that name. */
function kustomizationDocument({ documents }: Tree): number {
  const kinds = documents.map(({ contents }) => kindOf(contents));
  const named = kinds.findIndex((kind) => kind === 'Kustomization' || kind === 'Component');
  const index = named === -1 ? kinds.indexOf('') : named;
  if (index === -1) throw new Refused('not-found', 0, 'Kustomization');
  return index;
}

/** Empty where a map has no kind; undefined for anything else. */
function kindOf(contents: TreeNode | undefined): string | undefined {
  if (contents?.kind !== 'map') return undefined;
  const kind = findEntry(contents, 'kind')?.value;
  return kind === undefined ? '' : kind.kind === 'scalar' ? kind.content : undefined;
}

function itemName(target: Target, node: TreeNode): string {
  const own = node.kind === 'alias' ? target.aliases.targets.get(node) : node;
  return own?.kind === 'scalar' ? normalName(stringOf(own) ?? own.content) : '';
}

function normalName(name: string): string {
  const start = name.startsWith('./') ? name.slice(2) : name;
  return start.endsWith('/') && start.length > 1 ? start.slice(0, -1) : start;
}

function newNames(names: readonly string[], listed: Set<string>): readonly string[] {
  const fresh: string[] = [];
  for (const name of names) {
    if (listed.has(normalName(name))) continue;
    listed.add(normalName(name));
    fresh.push(name);
  }
  return fresh;
}

function addResource({ target, root, entry }: Resources, name: string): readonly TextEdit[] {
  if (entry === undefined)
    return insertEntry(target, root, { key: 'resources', value: [name], after: HEAD_KEYS });
  return insertItem(target, root, { entry, item: name });
}

/** What people write above the resources. */
const HEAD_KEYS = ['apiVersion', 'kind', 'metadata', 'namespace'] as const;

function removeResource(
  { target, root, entry, list }: Resources,
  index: number,
): { readonly edits: readonly TextEdit[]; readonly emptied: Emptied | undefined } {
  if (entry === undefined || list === undefined) return { edits: [], emptied: undefined };
  if (list.items.length > 1) return { edits: deleteItem(target, list, index), emptied: undefined };
  const emptied = emptiedForm(target, root, entry);
  const edits =
    emptied === 'entry-deleted' ? deleteEntry(target, root, entry) : deleteItem(target, list, index);
  return { edits, emptied };
}

function emptiedIntent(emptied: Emptied): Intent {
  if (emptied === 'entry-deleted')
    return { kind: 'entries', changes: new Map([['resources', 'deleted' as const]]) };
  const value: PlainValue = emptied === 'empty-flow' ? [] : null;
  return within(['resources'], { kind: 'becomes', value });
}
