import type { EditRefusal } from '../../manifest/edit/types.ts';
import { isWithin } from '../../manifest/kustomize/paths.ts';
import type { SourceFile } from '../../model/repository.ts';
import { guardText } from '../guard/admission.ts';
import { reaperText } from '../reaper/manifest.ts';
import type { Catalog } from '../types.ts';
import type { RenderedFile } from './files.ts';
import { joinPath, type Layout, layoutOf } from './layout.ts';
import { listingsOf } from './listings.ts';
import { originOf } from './marker.ts';
import { platformSkeleton } from './platform.ts';
import { type PolicyFile, policyFiles, policyFileText, policyPath, skeletonText } from './policy-files.ts';
import { readmeText } from './readme.ts';
import { type Clash, keyOf, takenObjects } from './taken.ts';

/** What is known of a repository besides its files. */
export interface Surroundings {
  /** Namespaces that exist. Absent: those of the catalog. */
  readonly namespaces?: readonly string[];
  /** Namespaces that have a policy of their own. */
  readonly governed?: readonly string[];
}

export interface Tree {
  readonly files: readonly RenderedFile[];
  /** Files of ours that the catalog no longer asks for. */
  readonly stale: readonly string[];
  /** Such files that somebody edited, so they stay. */
  readonly leftover: readonly string[];
  /** Files that are not rendered, because others declare their objects. */
  readonly clashes: readonly Clash[];
  /** Kustomizations that had to be left as they are. */
  readonly refused: readonly EditRefusal[];
}

/**
 * The policy tree of a catalog: policies, kustomizations and the README, by their paths in the repository.
 *
 * @param existing the repository's files, as far as they matter: entries of kustomizations stay, and what is there of
 *   the platform is not begun again
 */
export function renderTree(
  catalog: Catalog,
  existing: readonly SourceFile[] = [],
  surroundings: Surroundings = {},
): readonly RenderedFile[] {
  return buildTree(catalog, { existing, surroundings, force: false }).files;
}

export interface TreeInputs {
  readonly existing: readonly SourceFile[];
  readonly surroundings: Surroundings;
  /** Whether files of ours go even where somebody edited them. */
  readonly force: boolean;
}

/** The tree, and what becomes of files that are no longer part of it. */
export function buildTree(catalog: Catalog, { existing, surroundings, force }: TreeInputs): Tree {
  const layout = layoutOf(catalog);
  const byPath = new Map(existing.map((file) => [file.path, file]));
  const policies = withoutClashes(policyFiles(catalog), layout, existing);
  const { clashes } = policies;
  const rendered = [...policies.rendered, ...aroundFiles(catalog, layout)];
  const begun = skeletons(catalog, layout, { byPath, surroundings });
  const readme: RenderedFile = {
    path: joinPath(layout.root, 'README.md'),
    text: readmeText(catalog, layout),
    ownership: 'rendered',
  };
  const ours = new Set([...rendered, ...clashes, readme].map(({ path }) => path));
  const orphans = existing
    .filter(({ path }) => isWithin(path, layout.root) && !ours.has(path))
    .map(({ path, text }) => ({ path, origin: originOf(text) }));
  const edited = orphans.flatMap(({ path, origin }) => (origin === 'edited' ? [path] : []));
  const untouched = orphans.flatMap(({ path, origin }) => (origin === 'rendered' ? [path] : []));
  const stale = force ? [...untouched, ...edited] : untouched;
  // Somebody's file in the place of ours is not put in force by us.
  const isOurs = ({ path }: RenderedFile): boolean =>
    force || !byPath.has(path) || originOf(byPath.get(path)?.text ?? '') !== 'foreign';
  const paths = [...rendered.filter(isOurs), ...begun].map(({ path }) => path);
  const lists = listingsOf({ layout, existing, byPath, paths, stale });
  return {
    files: [...rendered, ...begun, ...lists.files, readme],
    stale: [...stale, ...lists.emptied],
    leftover: force ? [] : edited,
    clashes,
    refused: lists.refused,
  };
}

/** The guard and the reaper stand at the top: they are no policies of namespaces. */
function aroundFiles(catalog: Catalog, { root }: Layout): readonly RenderedFile[] {
  const file = (name: string, text: string): RenderedFile => ({
    path: joinPath(root, name),
    text,
    ownership: 'rendered',
  });
  return [
    ...(catalog.guard.enabled ? [file('guard.yaml', guardText(catalog))] : []),
    ...(catalog.hatch.reaper.enabled ? [file('hatch-reaper.yaml', reaperText(catalog))] : []),
  ];
}

/** The files of ours, but for those of which somebody's file declares an object under another name. */
function withoutClashes(
  files: readonly PolicyFile[],
  layout: Layout,
  existing: readonly SourceFile[],
): { readonly rendered: readonly RenderedFile[]; readonly clashes: readonly Clash[] } {
  const names = files.flatMap(({ documents }) => documents.map(({ name }) => name));
  const taken = takenObjects(existing, layout.root, names);
  const rendered: RenderedFile[] = [];
  const clashes: Clash[] = [];
  for (const file of files) {
    const path = policyPath(file, layout);
    const clash = file.documents.find((document) => (taken.get(keyOf(document)) ?? path) !== path);
    if (clash === undefined) rendered.push({ path, text: policyFileText(file), ownership: 'rendered' });
    else clashes.push({ path, name: clash.name, by: taken.get(keyOf(clash)) ?? '' });
  }
  return { rendered, clashes };
}

function skeletons(
  catalog: Catalog,
  { folders }: Layout,
  {
    byPath,
    surroundings,
  }: { readonly byPath: ReadonlyMap<string, SourceFile>; readonly surroundings: Surroundings },
): readonly RenderedFile[] {
  const { namespaces, governed = [] } = surroundings;
  return catalog.platform.namespaces
    .filter((name) => (namespaces === undefined || namespaces.includes(name)) && !governed.includes(name))
    .map((name): RenderedFile => {
      const text = skeletonText(platformSkeleton(catalog, { namespace: name }));
      return { path: joinPath(folders.platform, `${name}.yaml`), text, ownership: 'begun' };
    })
    .filter(({ path }) => !byPath.has(path));
}
