import { NAMESPACE_KEY } from '../../core/model/label.ts';
import type { Workload } from '../../core/model/repository.ts';
import type { Endpoint, World } from '../../core/model/world.ts';
import { OUTSIDERS, type Outsider } from './outsiders.ts';
import type { Random } from './random.ts';

export const CLUSTER_NAME = 'live';
/** The first node runs the API server, and no pods. */
export const NODES = [
  { name: 'cp-1', ip: '192.168.10.11' },
  { name: 'node-1', ip: '192.168.10.21' },
  { name: 'node-2', ip: '192.168.10.22' },
] as const;
export const NODE_NAMES: readonly string[] = NODES.map(({ name }) => name);
const POD_NODES = [1, 2] as const;
/** Pods of a workload, where there is more than one. Manifests say it too, but no verdict needs it. */
const REPLICAS: Readonly<Record<string, number>> = {
  'database/pg-ro': 2,
  'garage/garage': 3,
  'istio-gateway/external-istio': 2,
  'kube-system/coredns': 2,
  'istio-system/ztunnel': 2,
};

export interface Pod {
  readonly kind: 'pod';
  /** The endpoint of the world that it is one of. */
  readonly endpoint: string;
  readonly namespace: string;
  readonly name: string;
  readonly workload: { readonly name: string; readonly kind: string };
  readonly ip: string;
  readonly node: string;
  readonly endpointId: number;
  /** The name of the cluster it is in. */
  readonly cluster: string;
}

/** Somebody outside, or the node itself. */
export interface Other {
  readonly kind: 'other';
  readonly endpoint: string;
  readonly outsider: Outsider;
}

export type Participant = Pod | Other;

/** The pods of a cluster, and everybody else. */
export interface Cluster {
  /** Everybody that a name means: a workload's pods. Empty: it has none at present. */
  participants(endpoint: string): readonly Participant[];
}

/** Makes pods of workloads: names, nodes and addresses as a cluster would give them. */
export function clusterOf(workloads: readonly Workload[], random: Random): Cluster {
  const known = new Map<string, readonly Participant[]>();
  let count = 0;
  for (const workload of workloads) {
    if (workload.hostNetwork) continue;
    const endpoint = `${workload.namespace}/${workload.name}`;
    const pods = Array.from({ length: REPLICAS[endpoint] ?? 1 }, (_, index): Pod => {
      const node = POD_NODES[(count + index) % POD_NODES.length] ?? 1;
      return {
        kind: 'pod',
        endpoint,
        namespace: workload.namespace,
        name: podName(workload, index, random),
        workload: { name: workload.name, kind: workload.kind },
        ip: `10.42.${node}.${20 + count * 3 + index}`,
        node: NODES[node]?.name ?? '',
        endpointId: random.integer(1, 4000),
        cluster: CLUSTER_NAME,
      };
    });
    known.set(endpoint, pods);
    count += 1;
  }
  for (const [endpoint, outsider] of Object.entries(OUTSIDERS))
    known.set(endpoint, [{ kind: 'other', endpoint, outsider }]);
  return {
    participants(endpoint) {
      const found = known.get(endpoint);
      if (found === undefined) throw new Error(`the example has no ${endpoint}`);
      return found;
    },
  };
}

/** The node itself, as its own pods see it. */
export function hostOf(pod: Pod): Other {
  const ip = NODES.find(({ name }) => name === pod.node)?.ip ?? '';
  return { kind: 'other', endpoint: 'host', outsider: { ip, labels: ['reserved:host'], identity: 1 } };
}

/** The world with everybody outside in it. */
export function withOutsiders(world: World): World {
  const outsiders: readonly Endpoint[] = [
    { id: 'host', labels: ['reserved:host'] },
    ...Object.entries(OUTSIDERS).map(([id, { labels, ip }]) => ({ id, labels, addresses: [ip] })),
  ];
  const names = new Set(outsiders.map(({ id }) => id));
  return { ...world, endpoints: [...world.endpoints.filter(({ id }) => !names.has(id)), ...outsiders] };
}

function podName({ kind, name }: Workload, index: number, random: Random): string {
  switch (kind) {
    case 'StatefulSet':
      return `${name}-${index}`;
    case 'Deployment':
    case 'ReplicaSet':
      return `${name}-${random.suffix(10)}-${random.suffix(5)}`;
    case 'CronJob':
      return `${name}-29394${random.integer(100, 999)}-${random.suffix(5)}`;
    case 'Pod':
      return name;
    case 'DaemonSet':
    case 'Job':
    case 'ReplicationController':
      return `${name}-${random.suffix(5)}`;
  }
}

/** A number for each distinct set of labels, as Cilium allocates them. */
export function identityNumbers(): (labels: readonly string[]) => number {
  const known = new Map<string, number>();
  return (labels) => {
    if (!labels.some((label) => label.startsWith(`k8s:${NAMESPACE_KEY}=`)))
      throw new Error('only pods are numbered');
    const key = [...labels].sort().join('\n');
    let number = known.get(key);
    if (number === undefined) known.set(key, (number = 10_000 + ((known.size * 7919) % 50_000)));
    return number;
  };
}
