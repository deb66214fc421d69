import type { Duplex } from 'node:stream';
import type { ClusterObject } from '../../core/model/cluster.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { ClusterListing, ClusterScope } from '../../core/ports/cluster-reader.ts';
import { asFields, textOf } from './answers.ts';
import type { KubernetesCluster } from './cluster.ts';
import { forwardPort } from './forward.ts';

/** Where Hubble's relay is within the cluster. */
export interface RelayPod {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** Whether it speaks TLS: the Service's port is 443 then (Cilium's Helm chart, `hubble-relay/service.yaml`). */
  readonly isTls: boolean;
}

/** A way to the relay that needs no port of this machine. */
export interface RelayForward {
  /** The pod that was ready when this was made. */
  readonly relay: RelayPod;
  /**
   * A new connection to the relay, which can be written to at once. The relay is looked up anew each time, since its
   * pod may have been replaced; what goes wrong destroys the stream with a ClusterError.
   */
  readonly createConnection: () => Duplex;
}

const SERVICE = 'hubble-relay';
const RELAY_PORT = 4245;

/**
 * Finds the relay, and gives a way to it.
 *
 * @throws ClusterError `relay-missing`, `relay-not-ready`, `forbidden`, or what keeps the API server from answering
 */
export async function forwardToRelay(
  cluster: KubernetesCluster,
  ciliumNamespace: string,
): Promise<RelayForward> {
  const relay = await findRelay(cluster, ciliumNamespace);
  let first: RelayPod | undefined = relay;
  return {
    relay,
    createConnection: () =>
      forwardPort(cluster.connection, async () => {
        const known = first;
        first = undefined;
        return known ?? findRelay(cluster, ciliumNamespace);
      }),
  };
}

/** The relay's Service, and of its pods the first that is ready. */
export async function findRelay(cluster: KubernetesCluster, namespace: string): Promise<RelayPod> {
  const [service] = await listed(cluster, 'Service', { namespace, name: SERVICE });
  const spec = asFields(service?.['spec']);
  const selector = asFields(spec?.['selector']) ?? {};
  if (spec === undefined || Object.keys(selector).length === 0) {
    throw new ClusterError({ code: 'relay-missing', namespace });
  }
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${textOf(value)}`)
    .join(',');
  const pods = await listed(cluster, 'Pod', { namespace, labelSelector });
  const pod = pods.find(isReady);
  if (pod === undefined) throw new ClusterError({ code: 'relay-not-ready', namespace, pods: pods.length });
  const port = firstPort(spec);
  return {
    namespace,
    pod: pod.metadata.name,
    port: targetPort(port?.['targetPort'], pod),
    isTls: port?.['port'] === 443,
  };
}

async function listed(
  cluster: KubernetesCluster,
  kind: 'Service' | 'Pod',
  scope: ClusterScope,
): Promise<readonly ClusterObject[]> {
  const listing: ClusterListing = await cluster.list(kind, scope);
  switch (listing.kind) {
    case 'objects':
      return listing.objects;
    case 'forbidden':
      throw new ClusterError({
        code: 'forbidden',
        server: cluster.identity.server,
        permission: listing.permission,
      });
    case 'absent':
      throw new ClusterError({
        code: 'not-kubernetes',
        server: cluster.identity.server,
        detail: `it has no ${kind}`,
      });
  }
}

function firstPort(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  const ports = Array.isArray(spec['ports']) ? (spec['ports'] as readonly unknown[]) : [];
  return asFields(ports[0]);
}

/** A number, or the name of a container's port: `grpc` where the chart says nothing else. */
function targetPort(target: unknown, pod: ClusterObject): number {
  if (typeof target === 'number') return target;
  const name = typeof target === 'string' ? target : 'grpc';
  const containers = asFields(pod['spec'])?.['containers'];
  for (const container of Array.isArray(containers) ? (containers as readonly unknown[]) : []) {
    const ports = asFields(container)?.['ports'];
    for (const port of Array.isArray(ports) ? (ports as readonly unknown[]) : []) {
      const fields = asFields(port);
      if (fields?.['name'] === name && typeof fields['containerPort'] === 'number')
        return fields['containerPort'];
    }
  }
  return RELAY_PORT;
}

function isReady(pod: ClusterObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const conditions = asFields(pod['status'])?.['conditions'];
  return (Array.isArray(conditions) ? (conditions as readonly unknown[]) : []).some((condition) => {
    const fields = asFields(condition);
    return fields?.['type'] === 'Ready' && fields['status'] === 'True';
  });
}
