import type { EditRefusal } from '../../manifest/edit/types.ts';
import { baseName, directoryOf } from '../../manifest/kustomize/paths.ts';
import type { SourceFile } from '../../model/repository.ts';
import { alertsText, metricsConfigText } from '../alerts/index.ts';
import { runbookFiles } from '../runbooks/index.ts';
import type { Catalog } from '../types.ts';
import type { RenderedFile } from './files.ts';
import { kustomizationOf, listIn } from './kustomizations.ts';
import { joinPath, pathInside } from './layout.ts';

export interface Operations {
  readonly files: readonly RenderedFile[];
  readonly refused: readonly EditRefusal[];
}

/**
 * What watches over the policies: alerts, what kube-state-metrics must be told for them, and runbooks. They stand
 * outside of the policy tree, among other people's files: a kustomization there is added to, never begun.
 */
export function operationFiles(catalog: Catalog, byPath: ReadonlyMap<string, SourceFile>): Operations {
  const alerts = pathInside('', catalog.paths.alerts);
  const folder = directoryOf(alerts);
  const metrics = joinPath(folder, 'network-policy-kube-state-metrics.yaml');
  const runbooks = runbookFiles(catalog).map(
    ({ name, text }): RenderedFile => ({
      path: joinPath(pathInside('', catalog.paths.runbooks), name),
      text,
      ownership: 'rendered',
    }),
  );
  const files: readonly RenderedFile[] = [
    { path: alerts, text: alertsText(catalog), ownership: 'rendered' },
    { path: metrics, text: metricsConfigText(catalog), ownership: 'rendered' },
    ...runbooks,
  ];
  const find = (path: string): SourceFile | undefined => byPath.get(path);
  if (kustomizationOf(folder, find) === undefined) return { files, refused: [] };
  // Plain rules are no object that a kustomization could apply.
  const add = [...(catalog.alerts.form === 'rules' ? [] : [alerts]), metrics].map(baseName);
  const listed = listIn({ folder, add, remove: [], comment: '' }, find);
  if (listed.kind === 'refused') return { files, refused: [listed.refusal] };
  return { files: [...files, { path: listed.path, text: listed.text, ownership: 'shared' }], refused: [] };
}
