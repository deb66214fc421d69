import type { Catalog } from '../catalog/index.ts';
import { matchCluster } from '../cluster/guard.ts';
import type { ClusterState } from '../cluster/index.ts';
import { CLUSTER_KIND_NAMES, CLUSTER_KINDS, type ClusterIdentity } from '../model/cluster.ts';
import { printable } from './printable.ts';

/** Which cluster a command is on, in one line: the catalog's name and environment, the context, the server. */
export function clusterBanner(identity: ClusterIdentity, catalog: Catalog, takenAt = ''): string {
  const { context, server } = identity;
  const way = [context === '' ? '' : `context ${printable(context)}`, printable(server)].filter(
    (text) => text !== '',
  );
  const where = way.length === 0 ? 'a cluster' : way.join(' → ');
  const when = takenAt === '' ? '' : `, as it was at ${printable(takenAt)}`;
  const match = matchCluster(identity, catalog);
  switch (match.kind) {
    case 'known':
      return `cluster ${printable(match.cluster.name)} (${match.cluster.environment}): ${where}${when}`;
    case 'unknown':
      return `cluster: ${where}${catalog.clusters.length === 0 ? '' : ', which the catalog does not know'}${when}`;
    case 'mismatch':
      return `cluster: ${where}, which is not the server that the catalog has for ${printable(match.cluster.name)}${when}`;
  }
}

/** What a snapshot holds, in one line. */
export function snapshotSummary({ objects }: Pick<ClusterState, 'objects'>): string {
  const parts = CLUSTER_KIND_NAMES.flatMap((kind) => {
    const count = objects[kind]?.length ?? 0;
    return count === 0 ? [] : [`${count} ${CLUSTER_KINDS[kind].plural}`];
  });
  return parts.length === 0 ? 'nothing was read' : parts.join(', ');
}
