import { type Catalog, readCatalog } from '../../catalog/index.ts';
import { kustomizationOf } from '../../catalog/render/kustomizations.ts';
import { joinPath, layoutOf } from '../../catalog/render/layout.ts';
import { listingsOf } from '../../catalog/render/listings.ts';
import { withFiles } from '../../diagnose/state.ts';
import { applyEdits } from '../../manifest/edit/apply-edits.ts';
import { editKustomizationResources } from '../../manifest/edit/kustomization-resources.ts';
import { baseName, directoryOf } from '../../manifest/kustomize/paths.ts';
import type { FileChange } from '../../model/change.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { ChangeRefusal } from '../types.ts';
import { addPlatformNamespace } from './catalog-entry.ts';

/** Where the policy of a platform namespace goes. */
export function platformPath(catalog: Catalog, namespace: string): string {
  return joinPath(layoutOf(catalog).folders.platform, `${namespace}.yaml`);
}

export type PlannedFiles =
  | { readonly kind: 'files'; readonly files: readonly FileChange[] }
  | { readonly kind: 'refused'; readonly refusal: ChangeRefusal };

/**
 * The new file, and what it takes to have it applied: an entry in the kustomization of its folder, or where there is
 * none, a new one, listed by the one above.
 */
export function filesToAdd(
  catalog: Catalog,
  existing: readonly SourceFile[],
  { path, text }: SourceFile,
): PlannedFiles {
  const byPath = new Map(existing.map((file) => [file.path, file]));
  const folder = directoryOf(path);
  const kustomization = kustomizationOf(folder, (one) => byPath.get(one));
  if (kustomization !== undefined) {
    const result = editKustomizationResources(kustomization, { add: [baseName(path)] });
    if (result.kind === 'refused') {
      return refused({ code: 'list-refused', refusal: result.refusal, entry: baseName(path) });
    }
    const listed =
      result.kind === 'unchanged'
        ? []
        : [{ path: kustomization.path, text: applyEdits(kustomization.text, result.edits) }];
    return { kind: 'files', files: changesIn([{ path, text }, ...listed], byPath) };
  }
  const { files, refused: all } = listingsOf({
    layout: layoutOf(catalog),
    existing: withFiles(existing, [{ path, text }]),
    byPath,
    paths: [path],
    stale: [],
  });
  const [refusal] = all;
  if (refusal !== undefined) return refused({ code: 'list-refused', refusal, entry: folder });
  return { kind: 'files', files: changesIn([{ path, text }, ...files], byPath) };
}

/** The catalog with the namespace among those of the platform; nothing where that cannot be written for certain. */
export function catalogFiles(
  file: SourceFile | undefined,
  catalog: Catalog,
  namespace: string,
): readonly FileChange[] {
  if (file === undefined) return [];
  const result = addPlatformNamespace(file, catalog, namespace);
  if (result.kind !== 'edit') return [];
  const text = applyEdits(file.text, result.edits);
  const again = readCatalog({ path: file.path, text });
  const { namespaces } = again.catalog.platform;
  const isMeant = namespaces.join() === [...catalog.platform.namespaces, namespace].join();
  return isMeant && again.problems.length === 0 ? [{ path: file.path, before: file.text, text }] : [];
}

function changesIn(
  files: readonly SourceFile[],
  byPath: ReadonlyMap<string, SourceFile>,
): readonly FileChange[] {
  return files
    .map(({ path, text }) => ({ path, before: byPath.get(path)?.text, text }))
    .filter(({ before, text }) => before !== text);
}

function refused(refusal: ChangeRefusal): PlannedFiles {
  return { kind: 'refused', refusal };
}
