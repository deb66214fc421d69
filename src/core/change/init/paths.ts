import { DEFAULT_CATALOG } from '../../catalog/index.ts';
import type { Paths } from '../../catalog/types.ts';
import { directoryOf, isWithin } from '../../manifest/kustomize/paths.ts';
import type { RepositoryRead, SourceFile } from '../../model/repository.ts';
import type { Classified } from './classify.ts';
import { mostFrequent, type Written } from './rules.ts';

/** Where things are: the folders of the policies by their part in the model, of Namespaces, of the alerts. */
export function findPaths(
  classified: Classified,
  { namespaces }: Pick<RepositoryRead, 'namespaces'>,
  files: readonly SourceFile[],
): Paths {
  const { paths } = DEFAULT_CATALOG;
  const baselines = folderOf(classified.baselines);
  const profiles = folderOf(classified.profiles);
  // The baseline for the API has an access label too.
  const shared = folderOf(
    classified.access.filter(({ policy }) => directoryOf(policy.place.file) !== baselines),
  );
  const known = [baselines, profiles, shared].filter((folder) => folder !== undefined);
  const platform = platformFolder(classified.own, known);
  const all = [...known, ...(platform === undefined ? [] : [platform])];
  const alerts = files.find(({ text }) => text.includes('NetworkPolicyEnforcementDisabled'))?.path;
  const places = { ...paths, namespaces: namespaceFolders(namespaces), alerts: alerts ?? paths.alerts };
  const [first] = all;
  if (first === undefined) return places;
  const isFlat = new Set(all).size === 1;
  const root = isFlat ? flatRoot(first) : all.reduce(common);
  const inRoot = (folder: string | undefined, usual: string): string => {
    if (folder === undefined) return usual;
    return folder === root ? '.' : folder.slice(root === '' ? 0 : root.length + 1);
  };
  return {
    ...places,
    policies: root === '' ? '.' : root,
    baselines: inRoot(baselines, paths.baselines),
    profiles: inRoot(profiles, paths.profiles),
    sharedResources: inRoot(shared, paths.sharedResources),
    platform: inRoot(platform, paths.platform),
  };
}

const PARTS = ['baselines', 'profiles', 'shared-resources', 'platform'];

/** One folder for all: it, or where it has the name of one part, the one above. */
function flatRoot(folder: string): string {
  return PARTS.includes(folder.slice(folder.lastIndexOf('/') + 1)) ? directoryOf(folder) : folder;
}

function folderOf(written: readonly Written[]): string | undefined {
  return mostFrequent(written.map(({ policy }) => directoryOf(policy.place.file)));
}

/** The folder with policies of the most namespaces; beside the others, where there is one. */
function platformFolder(own: readonly Written[], known: readonly string[]): string | undefined {
  const namespaces = new Map<string, Set<string>>();
  for (const { policy } of own) {
    const folder = directoryOf(policy.place.file);
    const set = namespaces.get(folder) ?? new Set();
    namespaces.set(folder, set.add(policy.namespace));
  }
  const sized = [...namespaces].sort((a, b) => b[1].size - a[1].size);
  const beside = known.length === 0 ? undefined : directoryOf(known.reduce(common));
  const near = sized.find(
    ([folder]) => known.some((one) => directoryOf(one) === directoryOf(folder)) && beside !== undefined,
  );
  const [largest] = sized;
  if (near !== undefined) return near[0];
  return largest !== undefined && largest[1].size > 1 ? largest[0] : undefined;
}

/** Folders that hold every Namespace: one above all of them, or where that is the root, those in it. */
function namespaceFolders(namespaces: RepositoryRead['namespaces']): readonly string[] {
  const folders = namespaces
    .filter(({ form }) => form.kind !== 'implied')
    .map(({ place }) => directoryOf(place.file));
  const { namespaces: usual } = DEFAULT_CATALOG.paths;
  if (folders.every((folder) => usual.some((one) => isWithin(folder, one)))) return usual;
  const above = folders.reduce(common);
  if (above !== '') return [above];
  const tops = new Set(folders.map((folder) => folder.split('/')[0] ?? ''));
  return tops.has('') ? ['.'] : [...tops].sort();
}

function common(a: string, b: string): string {
  const [x, y] = [a.split('/'), b.split('/')];
  let length = 0;
  while (length < x.length && length < y.length && x[length] === y[length]) length += 1;
  return x.slice(0, length).join('/');
}
