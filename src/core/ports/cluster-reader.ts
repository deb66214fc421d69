import type { ClusterIdentity, ClusterKindName, ClusterObject, Permission } from '../model/cluster.ts';
import type { Cancellation } from './cancellation.ts';

export interface ClusterScope {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** One object by its name. */
  readonly name?: string;
  /** A selector in Kubernetes' syntax. */
  readonly labelSelector?: string;
}

/** What a cluster has of one kind. */
export type ClusterListing =
  | { readonly kind: 'objects'; readonly objects: readonly ClusterObject[] }
  /** Whoever asks may not read it. The rest of an answer still works without. */
  | { readonly kind: 'forbidden'; readonly permission: Permission }
  /** The API server has no such kind: Cilium is missing, or older. */
  | { readonly kind: 'absent' };

/** What a watch tells. */
export type ClusterChange =
  /** All there is: at the beginning, and again when the watch had to start anew. Whoever is not in it is gone. */
  | { readonly kind: 'all'; readonly objects: readonly ClusterObject[] }
  | { readonly kind: 'put'; readonly object: ClusterObject }
  | { readonly kind: 'gone'; readonly object: ClusterObject }
  /** The connection ended and is made anew; what is known may be old since then. */
  | { readonly kind: 'interrupted'; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly permission: Permission }
  | { readonly kind: 'absent' };

/** A cluster's objects, to be read. */
export interface ClusterReader {
  readonly identity: ClusterIdentity;
  /** @throws an error of the reader's own, which says where it looked, when the cluster does not answer */
  list(kind: ClusterKindName, scope?: ClusterScope, until?: Cancellation): Promise<ClusterListing>;
  /** Ends with `until`, or after `forbidden` and `absent`. Begins with `all`, `forbidden` or `absent`. */
  watch(
    kind: ClusterKindName,
    scope?: ClusterScope,
    until?: Cancellation,
  ): AsyncIterable<readonly ClusterChange[]>;
}

/** What becomes of a write. */
export type ClusterWrite =
  | { readonly kind: 'written'; readonly object: ClusterObject; readonly isNew: boolean }
  | { readonly kind: 'forbidden'; readonly permission: Permission }
  /** Others own fields that it would change: who, and which. */
  | {
      readonly kind: 'conflict';
      readonly managers: readonly { readonly manager: string; readonly field: string }[];
    }
  /** The API server or an admission rule refused it. `message` is its own. */
  | { readonly kind: 'refused'; readonly message: string };

/** A cluster's objects, to be written: on dev clusters, and by the escape hatch. */
export interface ClusterWriter {
  /** Server-side apply (`application/apply-patch+yaml`). */
  apply(object: ClusterObject, options: ApplyOptions): Promise<ClusterWrite>;
  /** Merge patch (RFC 7386) of an object that is there: a null takes a field away, whoever owns it. */
  patch(target: PatchTarget, patch: object, options: Omit<ApplyOptions, 'isForced'>): Promise<ClusterWrite>;
  /** Who asks, as the API server knows them (`SelfSubjectReview`); undefined where it does not tell. */
  whoAmI(): Promise<string | undefined>;
  /** Whether it may be done, by RBAC alone: `SelfSubjectAccessReview`. */
  may(permission: Permission): Promise<boolean>;
}

export interface PatchTarget {
  readonly kind: ClusterKindName;
  readonly name: string;
  /** Absent for kinds without namespaces. */
  readonly namespace?: string;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Takes fields over from other managers. */
  readonly isForced?: boolean;
  /** Only asks what would happen: `dryRun=All`. */
  readonly isDryRun?: boolean;
}
