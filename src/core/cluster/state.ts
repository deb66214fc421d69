import type { ClusterIdentity, ClusterKindName, ClusterObject, Permission } from '../model/cluster.ts';

/** A kind that was asked for and not got. */
export type MissingKind =
  /** Whoever asked may not read it. */
  | { readonly kind: ClusterKindName; readonly why: 'forbidden'; readonly permission: Permission }
  /** The API server has no such kind. */
  | { readonly kind: ClusterKindName; readonly why: 'absent' };

/** What was read of a cluster, at one time: live, or from a snapshot. */
export interface ClusterState {
  readonly identity: ClusterIdentity;
  /** When it was read, as RFC 3339; empty where nobody said. */
  readonly takenAt: string;
  /** By kind, sorted by namespace and name. A kind that was not asked for, or is missing, is absent. */
  readonly objects: ClusterObjects;
  readonly missing: readonly MissingKind[];
}

export type ClusterObjects = Readonly<Partial<Record<ClusterKindName, readonly ClusterObject[]>>>;

/** The objects of a kind; none where it was not read. */
export function objectsOf(
  state: Pick<ClusterState, 'objects'>,
  kind: ClusterKindName,
): readonly ClusterObject[] {
  return state.objects[kind] ?? [];
}

/** Sorted by namespace and name, so that the same cluster gives the same text. */
export function sorted(objects: readonly ClusterObject[]): readonly ClusterObject[] {
  return [...objects].sort((a, b) => compare(a, b));
}

function compare({ metadata: a }: ClusterObject, { metadata: b }: ClusterObject): number {
  const byNamespace = order(a.namespace ?? '', b.namespace ?? '');
  return byNamespace === 0 ? order(a.name, b.name) : byNamespace;
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
