import { parseDocument } from 'yaml';
import type { EditRefusal } from '../../manifest/edit/types.ts';
import { baseName, directoryOf } from '../../manifest/kustomize/paths.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { RenderedFile } from './files.ts';
import { foreignEntries, relativeTo } from './foreign.ts';
import { kustomizationOf, type Listing, listIn } from './kustomizations.ts';
import type { Layout } from './layout.ts';

export interface Listings {
  readonly files: readonly RenderedFile[];
  /** Kustomizations that list nothing any more, which kustomize refuses. */
  readonly emptied: readonly string[];
  readonly refused: readonly EditRefusal[];
}

export interface ListingInputs {
  readonly layout: Layout;
  readonly existing: readonly SourceFile[];
  readonly byPath: ReadonlyMap<string, SourceFile>;
  /** Files that must be applied, in order, and files that go. */
  readonly paths: readonly string[];
  readonly stale: readonly string[];
}

/** The kustomizations by which the files are applied: one for each folder, and one above that lists the folders. */
export function listingsOf(inputs: ListingInputs): Listings {
  const { layout, paths, stale } = inputs;
  const folders = [...new Set([...paths, ...stale].map(directoryOf))].filter(
    (folder) => folder !== layout.root,
  );
  const below = folders.map((folder) => list(inputs, { folder, folders: [], own: new Set() }));
  const filled = folders.filter((folder) => paths.some((path) => directoryOf(path) === folder));
  const gone = folders.filter((_, i) => below[i]?.emptied !== undefined);
  const top = list(inputs, { folder: layout.root, folders: filled, own: new Set(folders), gone });
  const all = [top, ...below];
  return {
    files: all.flatMap(({ file }) => (file === undefined ? [] : [file])),
    emptied: all.flatMap(({ emptied }) => (emptied === undefined ? [] : [emptied])),
    refused: all.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal])),
  };
}

interface Outcome {
  readonly file?: RenderedFile;
  readonly emptied?: string;
  readonly refusal?: EditRefusal;
}

function list(
  { layout, existing, byPath, paths, stale }: ListingInputs,
  here: {
    readonly folder: string;
    readonly folders: readonly string[];
    readonly own: ReadonlySet<string>;
    readonly gone?: readonly string[];
  },
): Outcome {
  const { folder, folders, own, gone = [] } = here;
  const find = (path: string): SourceFile | undefined => byPath.get(path);
  const inFolder = (path: string): boolean => directoryOf(path) === folder;
  const isNew = kustomizationOf(folder, find) === undefined;
  const ours = [...folders.map((one) => relativeTo(folder, one)), ...paths.filter(inFolder).map(baseName)];
  const listing: Listing = {
    folder,
    add: isNew && ours.length > 0 ? [...new Set([...ours, ...foreignEntries(folder, existing, own)])] : ours,
    remove: [...stale.filter(inFolder).map(baseName), ...gone.map((one) => relativeTo(folder, one))],
    comment: commentOf(folder, layout),
  };
  if (isNew && ours.length === 0) return {};
  const listed = listIn(listing, find);
  if (listed.kind === 'refused') return { refusal: listed.refusal };
  const { path, text } = listed;
  if (listing.remove.length > 0 && listsNothing(text)) return { emptied: path };
  return { file: { path, text, ownership: 'shared' } };
}

function commentOf(folder: string, { root, folders }: Layout): string {
  if (folder === root) return 'Propolis keeps its own entries up to date, and leaves all others as they are.';
  return folder === folders.platform
    ? 'One policy for each platform namespace, written by hand. No profile here.'
    : 'Propolis keeps its own entries up to date. What is written by hand can be listed too.';
}

/** Whether a kustomization has nothing but an empty list of resources. */
function listsNothing(text: string): boolean {
  const value: unknown = parseDocument(text, { logLevel: 'silent' }).toJS({ maxAliasCount: 100 });
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(
    ([key, field]) =>
      key === 'apiVersion' ||
      key === 'kind' ||
      (key === 'resources' && (field === null || isEmptyList(field))),
  );
}

function isEmptyList(field: unknown): boolean {
  return Array.isArray(field) && field.length === 0;
}
