import { type ClusterState, snapshotText } from '../../src/core/cluster/index.ts';
import { sorted } from '../../src/core/cluster/state.ts';
import type { ReadOptions } from '../../src/core/manifest/read.ts';
import { readDeclared } from '../../src/core/manifest/read.ts';
import type { ClusterKindName, ClusterMetadata, ClusterObject } from '../../src/core/model/cluster.ts';
import type { SourceFile } from '../../src/core/model/repository.ts';

/** An object of a test's cluster, to be changed at will. */
export type MutableObject = {
  apiVersion: string;
  kind: string;
  metadata: { -readonly [name in keyof ClusterMetadata]: ClusterMetadata[name] };
  [member: string]: unknown;
};
export type MutableCluster = Record<ClusterKindName, MutableObject[]>;

const KINDS: readonly ClusterKindName[] = [
  'Namespace',
  'Pod',
  'Service',
  'ConfigMap',
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CiliumCIDRGroup',
  'CiliumEndpoint',
];

export const CREATED = '2026-11-20T09:00:00Z';

/**
 * A cluster that has what a repository declares, as Flux would have applied it and the agents would have taken it: one
 * pod for each workload, with its CiliumEndpoint, and policies that are valid.
 *
 * @param change what differs in it
 */
export function clusterOf(
  files: readonly SourceFile[],
  options: ReadOptions,
  change: (cluster: MutableCluster) => void = () => {},
): ClusterState {
  const { read, objects } = readDeclared(files, options);
  const cluster = Object.fromEntries(KINDS.map((kind) => [kind, []])) as unknown as MutableCluster;
  for (const { kind, namespace, name, value } of objects) {
    const list = KINDS.includes(kind as ClusterKindName) ? cluster[kind as ClusterKindName] : undefined;
    if (list === undefined || kind === 'Pod' || kind === 'ConfigMap') continue;
    const object = JSON.parse(JSON.stringify(value)) as MutableObject;
    object.metadata = { ...object.metadata, ...applied(namespace, name) };
    object.metadata.labels = { ...object.metadata.labels, ...FLUX };
    if (kind === 'Namespace')
      object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': name };
    if (kind.startsWith('Cilium') && kind !== 'CiliumCIDRGroup') object['status'] = VALID;
    list.push(object);
  }
  for (const workload of read.workloads) {
    const { namespace, name, podLabels, hostNetwork, containerPorts, serviceAccount = 'default' } = workload;
    const metadata = { name: `${name}-0`, namespace, labels: { ...podLabels }, creationTimestamp: CREATED };
    const ports = containerPorts.map((port) => ({
      containerPort: Number(port.split('/')[1]),
      protocol: port.split('/')[0],
    }));
    cluster.Pod.push({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { serviceAccountName: serviceAccount, hostNetwork, containers: [{ name, ports }] },
      status: { phase: 'Running', podIP: '10.42.0.9' },
    });
    if (hostNetwork) continue;
    cluster.CiliumEndpoint.push({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumEndpoint',
      metadata: { name: metadata.name, namespace },
      status: { id: 100, state: 'ready', identity: { id: 20_000 + cluster.Pod.length, labels: [] } },
    });
  }
  change(cluster);
  return {
    identity: { context: 'homelab-live', server: 'https://192.168.10.11:6443' },
    takenAt: '2026-11-20T18:00:00Z',
    objects: Object.fromEntries(KINDS.map((kind) => [kind, sorted(cluster[kind] as ClusterObject[])])),
    missing: [],
  };
}

/** The same as the file that `propolis snapshot` writes. */
export function snapshotOf(state: ClusterState): string {
  return snapshotText(state, { ciliumNamespace: 'kube-system' });
}

/** What Flux and the API server add to an object. */
function applied(namespace: string, name: string): Partial<MutableObject['metadata']> {
  return {
    name,
    ...(namespace === '' ? {} : { namespace }),
    uid: `uid-${namespace}-${name}`,
    generation: 1,
    creationTimestamp: CREATED,
    managedFields: [{ manager: 'kustomize-controller', operation: 'Apply', time: CREATED }],
  };
}

const FLUX = {
  'kustomize.toolkit.fluxcd.io/name': 'cluster',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
};

const VALID = {
  conditions: [
    { type: 'Valid', status: 'True', message: 'Policy validation succeeded', lastTransitionTime: CREATED },
  ],
};

/** The object of a cluster with this name. */
export function find(cluster: MutableCluster, kind: ClusterKindName, name: string): MutableObject {
  const found = cluster[kind].find(({ metadata }) =>
    name.includes('/') ? `${metadata.namespace ?? ''}/${metadata.name}` === name : metadata.name === name,
  );
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
}
