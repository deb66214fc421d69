import type { ClusterKindName, ClusterObject } from '../model/cluster.ts';
import { ClusterError } from '../model/cluster-error.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ClusterReader, ClusterScope } from '../ports/cluster-reader.ts';
import { type ClusterState, type MissingKind, sorted } from './state.ts';

export interface ReadClusterOptions {
  readonly kinds: readonly ClusterKindName[];
  /** Where Cilium runs: of the ConfigMaps, only `cilium-config` there is read. */
  readonly ciliumNamespace: string;
  /** RFC 3339. */
  readonly takenAt?: string;
  readonly until?: Cancellation;
}

export const CILIUM_CONFIG = 'cilium-config';

/**
 * Reads kinds of a cluster, all of them at once.
 *
 * @throws ClusterError `no-cilium` when the API server knows none of Cilium's kinds that were asked for, and the
 * reader's own when it does not answer
 */
export async function readCluster(
  reader: ClusterReader,
  { kinds, ciliumNamespace, takenAt = '', until }: ReadClusterOptions,
): Promise<ClusterState> {
  const objects: Partial<Record<ClusterKindName, readonly ClusterObject[]>> = {};
  const missing: MissingKind[] = [];
  const listings = await Promise.all(
    kinds.map(async (kind) => ({
      kind,
      listing: await reader.list(kind, scopeOf(kind, ciliumNamespace), until),
    })),
  );
  for (const { kind, listing } of listings) {
    switch (listing.kind) {
      case 'objects':
        objects[kind] = sorted(listing.objects);
        break;
      case 'forbidden':
        missing.push({ kind, why: 'forbidden', permission: listing.permission });
        break;
      case 'absent':
        missing.push({ kind, why: 'absent' });
        break;
    }
  }
  requireCilium(kinds, missing, reader);
  return { identity: reader.identity, takenAt, objects, missing };
}

function scopeOf(kind: ClusterKindName, ciliumNamespace: string): ClusterScope {
  switch (kind) {
    case 'ConfigMap':
      return { namespace: ciliumNamespace, name: CILIUM_CONFIG };
    case 'EndpointSlice':
      // Those of Services with a selector follow from pods, and are most of what there is.
      return { labelSelector: 'endpointslice.kubernetes.io/managed-by!=endpointslice-controller.k8s.io' };
    default:
      return {};
  }
}

function requireCilium(
  kinds: readonly ClusterKindName[],
  missing: readonly MissingKind[],
  { identity }: ClusterReader,
): void {
  const asked = kinds.filter((kind) => kind.startsWith('Cilium'));
  const absent = missing.filter(({ kind, why }) => why === 'absent' && kind.startsWith('Cilium'));
  if (asked.length > 0 && absent.length === asked.length) {
    throw new ClusterError({ code: 'no-cilium', server: identity.server });
  }
}
