import type { AgentOptions } from '../../core/model/options.ts';
import { type JsonMap, textAt } from '../kubernetes/json.ts';
import type { ApiServer } from '../kubernetes/server.ts';
import { nameOf, namespaceOf } from '../kubernetes/store.ts';
import { CILIUM_NAMESPACE, ciliumObjects } from './cilium.ts';
import { createEndpoints, UNMANAGED } from './endpoints.ts';
import { nodeObjects } from './nodes.ts';
import { createPodMaker } from './pods.ts';
import { createPolicyStatus } from './policy-status.ts';

export interface AgentsOptions {
  readonly api: ApiServer;
  readonly agent: AgentOptions;
  readonly numberOf: (labels: readonly string[]) => number;
  readonly now: () => number;
  readonly seed: number;
  /** Pods from before Cilium, which no agent manages; each where its namespace is. */
  readonly strays: readonly Stray[];
}

export interface Stray {
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
}

/** All that runs in a cluster besides Flux: controllers, scheduler, kubelets, Cilium's operator and agents. */
export interface Agents {
  /** Brings everything up to date at once. It also happens by itself after each change. */
  settle(): void;
  close(): void;
}

export function startAgents({ api, agent, numberOf, now, seed, strays }: AgentsOptions): Agents {
  const { registry, kinds } = api;
  begin(api);
  const parts = [
    createPodMaker(registry, kinds, seed),
    { settle: () => placeStrays(api, strays) },
    createEndpoints(registry, kinds, { options: agent, numberOf }),
    createPolicyStatus(registry, kinds, agent, now),
  ];
  let isDue = false;
  let isSettling = false;

  function settle(): void {
    isDue = false;
    isSettling = true;
    try {
      for (const part of parts) part.settle();
    } finally {
      isSettling = false;
    }
  }

  const stop = api.store.subscribe(api.store.version(), () => {
    // What they write themselves is up to date already.
    if (isDue || isSettling) return;
    isDue = true;
    queueMicrotask(() => {
      if (isDue) settle();
    });
  });
  settle();
  return {
    settle,
    close() {
      isDue = false;
      stop?.();
    },
  };
}

const INSTALLER = 'helm';

/** Puts there what is older than any repository: the system's namespaces, and nodes. */
function begin(api: ApiServer): void {
  const namespaces = ['default', 'kube-node-lease', 'kube-public', CILIUM_NAMESPACE];
  for (const name of namespaces) add(api, { kind: 'Namespace', metadata: { name } });
  for (const node of nodeObjects('v1.32.4')) add(api, node);
  // Nobody needs to hear how a cluster began.
  api.store.compact();
}

/** Installs Cilium, but for what the repository brings itself. */
export function installCilium(api: ApiServer, agent: AgentOptions, isRelayTls = false): void {
  for (const object of ciliumObjects(agent, isRelayTls)) {
    if (api.store.get(textAt(object, 'kind'), namespaceOf(object), nameOf(object)) === undefined)
      add(api, object);
  }
}

function add({ registry, kinds }: ApiServer, object: JsonMap): void {
  const kind = kinds.find((known) => known.kind === object['kind']);
  if (kind === undefined) return;
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  registry.create(kind, namespace, object, { manager: INSTALLER, isDryRun: false });
  const status = object['status'];
  if (status === undefined) return;
  registry.patch(
    { kind, namespace, name, subresource: 'status' },
    { form: 'merge', body: { status }, isForced: false },
    { manager: 'kubelet', isDryRun: false },
  );
}

function placeStrays({ registry, kinds, store }: ApiServer, strays: readonly Stray[]): void {
  const kind = kinds.find((known) => known.kind === 'Pod');
  if (kind === undefined) return;
  for (const { namespace, name, ip } of strays) {
    const isPlaced = store.get('Pod', namespace, name) !== undefined;
    if (isPlaced || store.get('Namespace', '', namespace) === undefined) continue;
    const pod = {
      metadata: { name, namespace, labels: { app: name }, annotations: { [UNMANAGED]: 'true' } },
      spec: { nodeName: 'node-2', containers: [{ name, image: `example.com/${name}` }] },
      status: {
        phase: 'Running',
        podIP: ip,
        podIPs: [{ ip }],
        hostIP: '192.168.10.22',
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [{ name, ready: true, restartCount: 0 }],
      },
    };
    registry.create(kind, namespace, pod, { manager: 'kubectl-run', isDryRun: false });
  }
}
