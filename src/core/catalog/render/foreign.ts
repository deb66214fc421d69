import { baseName, directoryOf, isWithin, KUSTOMIZATION_FILES } from '../../manifest/kustomize/paths.ts';
import type { SourceFile } from '../../model/repository.ts';

/**
 * What a folder without a kustomization holds of other people's, as entries for its first kustomization. Flux builds
 * such a folder from all that is in it (`pkg/kustomize` of fluxcd/pkg), so leaving these out would take them away
 * from the cluster.
 *
 * @param own folders that have kustomizations of their own, and are listed as such
 */
export function foreignEntries(
  folder: string,
  existing: readonly SourceFile[],
  own: ReadonlySet<string>,
): readonly string[] {
  const below = existing.filter(({ path }) => isWithin(path, folder));
  const built = new Map(
    below.filter(({ path }) => isKustomization(path)).map(({ path, text }) => [directoryOf(path), text]),
  );
  const entries = new Set<string>();
  for (const { path, text } of below) {
    const steps = relativeTo(folder, path).split('/');
    const directories = steps.slice(0, -1).map((_, i) => steps.slice(0, i + 1).join('/'));
    if (directories.some((directory) => own.has(joined(folder, directory)))) continue;
    const first = directories.find((directory) => built.has(joined(folder, directory)));
    if (first !== undefined) {
      if (!COMPONENT.test(built.get(joined(folder, first)) ?? '')) entries.add(first);
    } else if (!isKustomization(path) && isManifest(path, text)) entries.add(steps.join('/'));
  }
  return [...entries].sort();
}

const COMPONENT = /^kind:[ \t]*Component[ \t]*\r?$/m;

function isKustomization(path: string): boolean {
  return KUSTOMIZATION_FILES.includes(baseName(path));
}

function isManifest(path: string, text: string): boolean {
  return /\.ya?ml$/.test(path) && /^apiVersion:[ \t]*\S/m.test(text) && /^kind:[ \t]*\S/m.test(text);
}

export function relativeTo(folder: string, path: string): string {
  return folder === '' ? path : path.slice(folder.length + 1);
}

function joined(folder: string, path: string): string {
  return folder === '' ? path : `${folder}/${path}`;
}
