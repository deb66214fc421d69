// How fast a large cluster becomes what verdicts are judged by: objects to a snapshot and back, to files, to a world.
//
//   node bench/cluster.ts [PODS] [POLICIES]
import {
  agentOptions,
  clusterFiles,
  parseSnapshot,
  readRepository,
  snapshotText,
  worldOf,
} from '../src/core/index.ts';
import type { ClusterObject } from '../src/core/model/cluster.ts';
import { machineLine } from './lib/machine.ts';

const PODS = Number(process.argv[2] ?? '20000');
const POLICIES = Number(process.argv[3] ?? '2000');
const PODS_OF_ONE = 10;
const NAMESPACES = 200;

const objects = {
  Namespace: Array.from({ length: NAMESPACES }, (_, i) => object('v1', 'Namespace', `n${i}`)),
  Pod: Array.from({ length: PODS }, (_, i) => pod(i)),
  CiliumNetworkPolicy: Array.from({ length: POLICIES }, (_, i) => policy(i)),
};
const state = { identity: { context: 'bench', server: '' }, takenAt: '', objects, missing: [] };

console.log(machineLine());
console.log(
  `${PODS} pods of ${PODS / PODS_OF_ONE} workloads, ${NAMESPACES} namespaces, ${POLICIES} policies`,
);
const text = timed('objects to a snapshot', () => snapshotText(state, { ciliumNamespace: 'kube-system' }));
console.log(`${(text.length / 1e6).toFixed(1)} MB`);
const plain = measured(() => JSON.parse(text) as unknown).seconds;
const parsed = timed('a snapshot to objects', () => parseSnapshot(text), plain);
if (parsed.kind === 'fault') throw new Error(parsed.fault.field);
const files = timed('objects to files', () => clusterFiles(parsed.state));
const agent = agentOptions();
const read = timed('files to policies and workloads', () => readRepository(files, { agent }));
const world = timed('those to a world', () => worldOf(read, agent));
console.log(
  `${read.policies.length} policies, ${read.workloads.length} workloads, ${world.endpoints.length} endpoints`,
);

function timed<T>(name: string, work: () => T, plainly?: number): T {
  const { value, seconds } = measured(work);
  const ratio = plainly === undefined ? '' : `   ${(seconds / plainly).toFixed(1)} × JSON.parse alone`;
  console.log(`${name.padEnd(34)} ${seconds.toFixed(2)} s${ratio}`);
  return value;
}

function measured<T>(work: () => T): { readonly value: T; readonly seconds: number } {
  const start = performance.now();
  const value = work();
  return { value, seconds: (performance.now() - start) / 1000 };
}

function object(apiVersion: string, kind: string, name: string, more: object = {}): ClusterObject {
  return { apiVersion, kind, metadata: { name, labels: { team: 'a' } }, ...more };
}

function pod(i: number): ClusterObject {
  const workload = Math.floor(i / PODS_OF_ONE);
  const hash = `${(workload % 90_000) + 10_000}abcd`;
  return object('v1', 'Pod', '', {
    metadata: {
      name: `w${workload}-${hash}-${String(i).padStart(5, '0')}`,
      namespace: `n${workload % NAMESPACES}`,
      labels: { app: `w${workload}`, 'pod-template-hash': hash },
      ownerReferences: [{ kind: 'ReplicaSet', name: `w${workload}-${hash}`, controller: true }],
    },
    spec: {
      nodeName: `node-${i % 50}`,
      serviceAccountName: 'default',
      containers: [{ name: 'c', image: 'i', ports: [{ name: 'http', containerPort: 8080 }] }],
    },
    status: { phase: 'Running', podIP: `10.${i % 200}.${(i >> 8) % 250}.${i % 250}` },
  });
}

function policy(i: number): ClusterObject {
  return object('cilium.io/v2', 'CiliumNetworkPolicy', '', {
    metadata: { name: `p${i}`, namespace: `n${i % NAMESPACES}` },
    spec: {
      endpointSelector: { matchLabels: { app: `w${i}` } },
      ingress: [
        {
          fromEndpoints: [{ matchLabels: { app: `w${i + 1}` } }],
          toPorts: [{ ports: [{ port: '8080', protocol: 'TCP' }] }],
        },
      ],
    },
    status: { conditions: [{ type: 'Valid', status: 'True' }] },
  });
}
