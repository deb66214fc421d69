import {
  CLUSTER_KINDS,
  type ClusterIdentity,
  type ClusterKindName,
  type ClusterObject,
  type Permission,
} from '../../core/model/cluster.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type {
  ApplyOptions,
  ClusterChange,
  ClusterListing,
  ClusterReader,
  ClusterScope,
  ClusterWrite,
  ClusterWriter,
  PatchTarget,
} from '../../core/ports/cluster-reader.ts';
import { Connection, TIMING, type Timing } from './connection.ts';
import { type KubeconfigOptions, pinContext } from './kubeconfig.ts';
import { getNamed, listKind } from './list.ts';
import { watchKind } from './watch.ts';
import { applyObject, mayDo, patchObject, whoAsks } from './write.ts';

export interface OpenOptions extends KubeconfigOptions {
  /** `--request-timeout`, in milliseconds. */
  readonly requestTimeoutMs?: number;
  readonly timing?: Partial<Timing>;
  /** Whether a credential plugin may ask the person at the terminal. */
  readonly isInteractive?: boolean;
}

/** A cluster by its API server. Nothing is asked of it before the first call. */
export interface KubernetesCluster extends ClusterReader, ClusterWriter {
  readonly connection: Connection;
}

/** @throws ClusterError when the kubeconfig does not lead to a cluster */
export function openCluster(options: OpenOptions): KubernetesCluster {
  const pinned = pinContext(options);
  const { requestTimeoutMs, timing, env, isInteractive = false } = options;
  const connection = new Connection(pinned, {
    timing: {
      ...TIMING,
      ...(requestTimeoutMs === undefined ? {} : { requestMs: requestTimeoutMs }),
      ...timing,
    },
    env,
    isInteractive,
  });
  return new ApiServer(connection);
}

class ApiServer implements KubernetesCluster {
  readonly connection: Connection;
  readonly identity: ClusterIdentity;

  constructor(connection: Connection) {
    this.connection = connection;
    this.identity = { context: connection.context, server: connection.server };
  }

  async list(kind: ClusterKindName, scope: ClusterScope = {}, until?: Cancellation): Promise<ClusterListing> {
    const { name, labelSelector, namespace } = scope;
    const isOne = namespace !== undefined || !CLUSTER_KINDS[kind].isNamespaced;
    if (name !== undefined && labelSelector === undefined && isOne) {
      return getNamed(this.connection, kind, { ...scope, name }, until);
    }
    const listed = await listKind(this.connection, kind, scope, until);
    return listed.kind === 'objects' ? { kind: 'objects', objects: listed.objects } : listed;
  }

  watch(
    kind: ClusterKindName,
    scope: ClusterScope = {},
    until: Cancellation = { aborted: false },
  ): AsyncIterable<readonly ClusterChange[]> {
    return watchKind(this.connection, kind, scope, until);
  }

  apply(object: ClusterObject, options: ApplyOptions): Promise<ClusterWrite> {
    return applyObject(this.connection, object, options);
  }

  patch(target: PatchTarget, patch: object, options: Omit<ApplyOptions, 'isForced'>): Promise<ClusterWrite> {
    return patchObject(this.connection, target, { ...options, patch });
  }

  whoAmI(): Promise<string | undefined> {
    return whoAsks(this.connection);
  }

  may(permission: Permission): Promise<boolean> {
    return mayDo(this.connection, permission);
  }
}
