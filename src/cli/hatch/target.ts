import type { KubernetesCluster } from '../../adapters/kubernetes/index.ts';
import type { Catalog, Cluster } from '../../core/catalog/index.ts';
import { matchCluster } from '../../core/cluster/index.ts';
import type { ClusterObject } from '../../core/model/cluster.ts';
import { readCatalogAt } from '../catalog-file.ts';
import { type ConnectOptions, connect } from '../cluster-options.ts';
import { CliError } from '../exit.ts';
import type { FlowOptions } from '../flow-options.ts';
import type { ColorMode, Io } from '../io.ts';

/** Options of every verb of the hatch that touches a cluster. */
export interface HatchOptions extends ConnectOptions, FlowOptions {
  readonly repo?: string;
  readonly output: 'table' | 'json' | 'yaml';
  readonly color: ColorMode;
}

/** A cluster whose namespaces are opened and closed. */
export interface HatchTarget {
  readonly cluster: KubernetesCluster;
  readonly catalog: Catalog;
  /** What the catalog calls it; absent where it does not know it. */
  readonly known: Cluster | undefined;
}

/**
 * Connects. The hatch may write to any cluster, live too, but never to one that is another than it seems.
 *
 * @throws CliError where the context's name and the server are of different clusters, or the catalog has faults
 */
export async function hatchTarget(options: HatchOptions, io: Io): Promise<HatchTarget> {
  const { catalog, problems } = await readCatalogAt(options, io);
  if (problems.length > 0) {
    throw new CliError(
      'propolis.yaml has faults, and the label and the limits of the hatch come from it.',
      'Mend them: propolis lint names each.',
    );
  }
  const cluster = await connect(options, catalog, io);
  const match = matchCluster(cluster.identity, catalog);
  if (match.kind === 'mismatch') {
    const { name, server } = match.cluster;
    throw new CliError(
      `The context leads to ${cluster.identity.server}, and the catalog has ${server} for ${name}.`,
      'Nothing was changed. Name the right context with --context, or mend clusters in propolis.yaml.',
    );
  }
  return { cluster, catalog, known: match.kind === 'known' ? match.cluster : undefined };
}

/** The namespace's object. @throws CliError where there is none, or it may not be read */
export async function namespaceObject({ cluster }: HatchTarget, name: string): Promise<ClusterObject> {
  const listing = await cluster.list('Namespace');
  switch (listing.kind) {
    case 'objects': {
      const found = listing.objects.find(({ metadata }) => metadata.name === name);
      if (found !== undefined) return found;
      const { nearestNames } = await import('../../core/ask/index.ts');
      const nearest = nearestNames(
        name,
        listing.objects.map(({ metadata }) => metadata.name),
      );
      throw new CliError(
        `There is no namespace "${name}" in the cluster.`,
        nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name and the context.',
      );
    }
    case 'forbidden': {
      const { permissionName, rbacRule } = await import('../../core/cluster/index.ts');
      throw new CliError(
        `You may not ${permissionName(listing.permission)}.`,
        `Grant it by a rule: ${rbacRule(listing.permission)}`,
      );
    }
    case 'absent':
      throw new CliError(
        'The API server has no namespaces.',
        'Check the context: this is no Kubernetes API.',
      );
  }
}
