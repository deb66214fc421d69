import { accessLabel, type Catalog, enforcementLabel, profileLabel } from '../../catalog/index.ts';
import type { RepositoryRead, SourceFile } from '../../model/repository.ts';

/**
 * Whether the repository is run by the model of profiles and access labels: it has a catalog, or some policy or
 * namespace uses one of the model's labels. Elsewhere the default catalog is a guess about somebody else's cluster:
 * what it demands is no fault there, and what it forbids is a matter of taste.
 */
export function usesModel({
  files,
  read,
  catalog,
}: {
  readonly files: readonly SourceFile[];
  readonly read: RepositoryRead;
  readonly catalog: Catalog;
}): boolean {
  if (files.some(({ path }) => path === 'propolis.yaml')) return true;
  const labels = [profileLabel(catalog), enforcementLabel(catalog)];
  const access = accessLabel(catalog, '');
  const isOurs = (key: string): boolean =>
    labels.some((label) => key.endsWith(label)) || key.includes(access);
  return (
    read.namespaces.some((namespace) => Object.keys(namespace.labels).some(isOurs)) ||
    read.policies.some(({ specs }) =>
      specs.some(({ subject }) => subject.selector.requirements.some(({ key }) => isOurs(key))),
    )
  );
}
