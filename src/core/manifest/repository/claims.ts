import { directoryOf, upwards } from '../kustomize/paths.ts';
import { BARE } from './applied.ts';
import { readDeployer } from './deployers.ts';
import type { Selection } from './environment.ts';
import type { FileIndex } from './index-files.ts';
import { buildObject, expandLists, type ObjectContext } from './objects.ts';

/**
 * Which files are read: those of the selection, but for directories that only deployers of other clusters name.
 * `clusters/staging` may well apply `apps/staging`, which lies in no cluster's folder.
 */
export function withoutClaims(
  index: FileIndex,
  selection: Selection,
  context: ObjectContext,
): (path: string) => boolean {
  const ours = new Set<string>();
  const theirs = new Set<string>();
  for (const [path, file] of index.files) {
    const directories = selection.isElsewhere(path) ? theirs : selection.includes(path) ? ours : undefined;
    if (directories === undefined || file.isInChart) continue;
    for (const { screening, parse } of file.documents) {
      if (screening.kind !== 'Kustomization' && screening.kind !== 'Application') continue;
      const document = parse();
      for (const at of document.readable ? expandLists(document.value) : []) {
        const object = buildObject(document, at, BARE, context);
        const deployer = object === undefined ? undefined : readDeployer(object);
        if (deployer?.kind === 'flux' && deployer.flux.path !== undefined)
          directories.add(deployer.flux.path);
        if (deployer?.kind === 'argo') for (const source of deployer.sources) directories.add(source.path);
      }
    }
  }
  if (theirs.size === 0) return (path) => selection.includes(path);
  return (path) => selection.includes(path) && !isTheirs(path, ours, theirs);
}

/** The nearest directory that anybody names decides. */
function isTheirs(path: string, ours: ReadonlySet<string>, theirs: ReadonlySet<string>): boolean {
  const nearest = upwards(directoryOf(path)).find((above) => ours.has(above) || theirs.has(above));
  return nearest !== undefined && !ours.has(nearest);
}
