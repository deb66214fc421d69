import type { KubernetesCluster } from '../../adapters/kubernetes/index.ts';
import type { Catalog, Cluster } from '../../core/catalog/index.ts';
import { type OpenHatch, openHatchOf } from '../../core/cluster/hatch.ts';
import { matchCluster } from '../../core/cluster/index.ts';
import type { ClusterObject } from '../../core/model/cluster.ts';
import type { ClusterListing } from '../../core/ports/cluster-reader.ts';
import { readCatalogAt } from '../catalog-file.ts';
import { type ConnectOptions, connect } from '../cluster-options.ts';
import { CliError } from '../exit.ts';
import type { FlowOptions } from '../flow-options.ts';
import type { ColorMode, Io } from '../io.ts';

/** Options that lead to a cluster, and to the catalog that has its label and limits. */
export interface TargetOptions extends ConnectOptions {
  readonly repo?: string;
}

/** Options of every verb of the hatch that touches a cluster and looks at its flows. */
export interface HatchOptions extends TargetOptions, FlowOptions {
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
export async function hatchTarget(options: TargetOptions, io: Io): Promise<HatchTarget> {
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

/**
 * The namespace's object. It is asked for by its name, so that who may read this one alone can open it.
 *
 * @throws CliError where there is none, or it may not be read
 */
export async function namespaceObject(target: HatchTarget, name: string): Promise<ClusterObject> {
  const [found] = await listed(await target.cluster.list('Namespace', { name }));
  if (found !== undefined) return found;
  const all = await target.cluster.list('Namespace');
  const known = all.kind === 'objects' ? all.objects.map(({ metadata }) => metadata.name) : [];
  const { nearestNames } = await import('../../core/ask/index.ts');
  const nearest = nearestNames(name, known);
  throw new CliError(
    `There is no namespace "${name}" in the cluster. Nothing was changed.`,
    nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name and the context.',
  );
}

/** All of them. @throws CliError where they may not be listed */
export async function allNamespaces({ cluster }: HatchTarget): Promise<readonly ClusterObject[]> {
  return listed(await cluster.list('Namespace'));
}

async function listed(listing: ClusterListing): Promise<readonly ClusterObject[]> {
  switch (listing.kind) {
    case 'objects':
      return listing.objects;
    case 'forbidden': {
      const { permissionText } = await import('../../core/report/words/hatch.ts');
      const { message, remedy } = permissionText(listing.permission);
      throw new CliError(`${message} Nothing was changed.`, remedy);
    }
    case 'absent':
      throw new CliError(
        'The API server has no namespaces.',
        'Check the context: this is no Kubernetes API.',
      );
  }
}

/** A namespace that stands open. */
export interface OpenNamespace {
  readonly object: ClusterObject;
  readonly hatch: OpenHatch;
}

export function openOf(
  objects: readonly ClusterObject[],
  { catalog }: HatchTarget,
): readonly OpenNamespace[] {
  return objects.flatMap((object) => {
    const hatch = openHatchOf(object, catalog);
    return hatch === undefined ? [] : [{ object, hatch }];
  });
}
