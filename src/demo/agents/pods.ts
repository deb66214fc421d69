import { createHash } from 'node:crypto';
import { canonical, isMap, isSame, type JsonMap, listAt, mapAt, textAt } from '../kubernetes/json.ts';
import { type ServedKind, WORKLOAD_KINDS } from '../kubernetes/kinds.ts';
import type { Registry } from '../kubernetes/registry.ts';
import { ApiError } from '../kubernetes/status.ts';
import { nameOf, namespaceOf } from '../kubernetes/store.ts';
import { NODES } from '../traffic/cluster.ts';
import { type Random, randomFrom } from '../traffic/random.ts';
import { CRON_JOB, idOf, isHostNetwork, type MakingKind, templateOf } from './workload.ts';

/** Controllers that make pods of workloads, a scheduler and kubelets that run them: all at once, in one pass. */
export interface PodMaker {
  /** Makes what is missing, and removes what is not wanted any more. */
  settle(): void;
}

const CONTROLLER = 'kube-controller-manager';
/** The template that a pod was made of, to see that it changed. */
const TEMPLATE = 'propolis.dev/template';

export function createPodMaker(registry: Registry, kinds: readonly ServedKind[], seed: number): PodMaker {
  const podKind = kinds.find(({ kind }) => kind === 'Pod');
  if (podKind === undefined) throw new Error('the API server serves no pods');
  const write = { manager: CONTROLLER, isDryRun: false };

  return {
    settle() {
      const { store } = registry;
      const wanted = new Map<string, Wanted>();
      for (const kind of WORKLOAD_KINDS) {
        for (const workload of store.list(kind)) {
          for (const pod of podsOf(workload, kind, seed)) wanted.set(`${pod.namespace}/${pod.name}`, pod);
        }
      }
      for (const pod of store.list('Pod')) {
        const id = idOf(pod);
        const want = wanted.get(id);
        if (want !== undefined && textAt(pod, 'metadata', 'annotations', TEMPLATE) === want.template) {
          wanted.delete(id);
        } else if (want !== undefined || isMade(pod)) {
          const target = { kind: podKind, namespace: namespaceOf(pod), name: nameOf(pod), subresource: '' };
          registry.remove(target, null, write);
        }
      }
      const taken = new Set(store.list('Pod').map((pod) => textAt(pod, 'status', 'podIP')));
      for (const pod of wanted.values()) {
        if (store.get('Namespace', '', pod.namespace) === undefined) continue;
        try {
          registry.create(podKind, pod.namespace, podObject(pod, taken), write);
        } catch (error) {
          // A real controller notes FailedCreate then, and tries again later.
          if (!(error instanceof ApiError)) throw error;
        }
      }
      for (const pod of store.list('Pod')) run(registry, podKind, pod, taken);
    },
  };
}

function isMade(pod: JsonMap): boolean {
  return textAt(pod, 'metadata', 'annotations', TEMPLATE) !== '';
}

interface Wanted {
  readonly namespace: string;
  readonly name: string;
  readonly node: (typeof NODES)[number];
  readonly owner: JsonMap;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** A hash of all that it is made of. */
  readonly template: string;
  readonly spec: JsonMap;
}

const WORKERS = NODES.slice(1);

function podsOf(workload: JsonMap, kind: MakingKind, seed: number): readonly Wanted[] {
  const template = templateOf(workload, kind);
  const [namespace, name] = [namespaceOf(workload), nameOf(workload)];
  const hash = hashOf(canonical(template));
  const random = randomFrom(
    seed ^ Number.parseInt(hashOf(`${kind}/${namespace}/${name}/${hash}`).slice(0, 8), 16),
  );
  const own = ownerOf(kind, name, random);
  const first = random.integer(0, WORKERS.length - 1);
  const nodes = kind === 'DaemonSet' && mapAt(template, 'spec')['hostNetwork'] === true ? NODES : WORKERS;
  const count = kind === 'DaemonSet' ? nodes.length : replicasOf(workload, kind);
  return Array.from({ length: count }, (_, i): Wanted => {
    const node = kind === 'DaemonSet' ? nodes[i] : WORKERS[(first + i) % WORKERS.length];
    return {
      namespace,
      name: kind === 'StatefulSet' ? `${name}-${i}` : `${own.prefix}-${random.suffix(5)}`,
      node: node ?? NODES[1],
      owner: {
        apiVersion: own.apiVersion,
        kind: own.kind,
        name: own.prefix,
        uid: textAt(workload, 'metadata', 'uid'),
        controller: true,
      },
      labels: { ...textsOf(mapAt(template, 'metadata', 'labels')), ...own.labels },
      annotations: {
        ...textsOf(mapAt(template, 'metadata', 'annotations')),
        ...own.annotations,
        [TEMPLATE]: hash,
      },
      template: hash,
      spec: mapAt(template, 'spec'),
    };
  });
}

interface Controller {
  readonly apiVersion: string;
  readonly kind: string;
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Who is written into a pod as its controller, and what that adds to it. */
function ownerOf(kind: MakingKind, name: string, random: Random): Controller {
  const none = { labels: {}, annotations: {} };
  switch (kind) {
    case 'Deployment': {
      const hash = random.suffix(10);
      const labels = { 'pod-template-hash': hash };
      return { ...none, apiVersion: 'apps/v1', kind: 'ReplicaSet', prefix: `${name}-${hash}`, labels };
    }
    case 'CronJob': {
      const job = `${name}-29394${random.integer(100, 999)}`;
      const labels = { 'batch.kubernetes.io/job-name': job, 'job-name': job };
      return { apiVersion: 'batch/v1', kind: 'Job', prefix: job, labels, annotations: { [CRON_JOB]: name } };
    }
    case 'Job': {
      const labels = { 'batch.kubernetes.io/job-name': name, 'job-name': name };
      return { ...none, apiVersion: 'batch/v1', kind, prefix: name, labels };
    }
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
      return { ...none, apiVersion: 'apps/v1', kind, prefix: name };
  }
}

const REPLICAS_MAX = 20;

function replicasOf(workload: JsonMap, kind: MakingKind): number {
  if (kind === 'Job' || kind === 'CronJob') return 1;
  const replicas = mapAt(workload, 'spec')['replicas'];
  return typeof replicas === 'number' ? Math.min(REPLICAS_MAX, Math.max(0, Math.floor(replicas))) : 1;
}

function podObject(pod: Wanted, taken: Set<string>): JsonMap {
  const isHost = pod.spec['hostNetwork'] === true;
  const address = isHost ? pod.node.ip : freeAddress(NODES.indexOf(pod.node), taken);
  return {
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      labels: pod.labels,
      annotations: pod.annotations,
      ownerReferences: [pod.owner],
    },
    spec: { serviceAccountName: 'default', ...pod.spec, nodeName: pod.node.name },
    status: statusOf(address, pod.node.ip, pod.spec),
  };
}

function freeAddress(node: number, taken: Set<string>): string {
  for (let third = node; third < 250; third += NODES.length) {
    for (let last = 20; last < 250; last += 1) {
      const address = `10.42.${third}.${last}`;
      if (taken.has(address)) continue;
      taken.add(address);
      return address;
    }
  }
  throw new Error('the demo cluster has no address left');
}

function statusOf(address: string, hostIP: string, spec: JsonMap): JsonMap {
  const names = listAt(spec, 'containers').map((container) => textAt(container, 'name'));
  return {
    phase: 'Running',
    podIP: address,
    podIPs: [{ ip: address }],
    hostIP,
    hostIPs: [{ ip: hostIP }],
    conditions: ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: 'True',
    })),
    containerStatuses: names.map((name) => ({ name, ready: true, restartCount: 0, state: { running: {} } })),
  };
}

/** Runs a pod that somebody made by hand. */
function run(registry: Registry, kind: ServedKind, pod: JsonMap, taken: Set<string>): void {
  if (textAt(pod, 'status', 'podIP') !== '' || isMade(pod)) return;
  const named = NODES.find(({ name }) => name === textAt(pod, 'spec', 'nodeName'));
  const node = named ?? NODES[1];
  const spec = mapAt(pod, 'spec');
  const address = isHostNetwork(pod) ? node.ip : freeAddress(NODES.indexOf(node), taken);
  const body = { spec: { nodeName: node.name }, status: statusOf(address, node.ip, spec) };
  const target = { kind, namespace: namespaceOf(pod), name: nameOf(pod), subresource: '' };
  registry.patch(target, { form: 'merge', body, isForced: false }, { manager: 'kubelet', isDryRun: false });
}

export function textsOf(map: JsonMap): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Whether two objects say the same, but for what the API server adds. */
export function isLike(live: JsonMap | undefined, wanted: JsonMap): boolean {
  if (!isMap(live)) return false;
  return Object.entries(wanted).every(([key, value]) =>
    key === 'metadata'
      ? ['labels', 'annotations'].every((part) =>
          isSame(mapAt(live, key)[part] ?? {}, mapAt(value)[part] ?? {}),
        )
      : isSame(live[key], value),
  );
}
