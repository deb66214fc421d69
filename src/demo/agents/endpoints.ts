import { podIdentityLabels } from '../../core/model/identity.ts';
import type { AgentOptions } from '../../core/model/options.ts';
import { isMap, type JsonMap, listAt, mapAt, textAt } from '../kubernetes/json.ts';
import type { ServedKind } from '../kubernetes/kinds.ts';
import type { Registry } from '../kubernetes/registry.ts';
import { nameOf, namespaceOf } from '../kubernetes/store.ts';
import { hashOf, isLike, textsOf } from './pods.ts';
import { idOf, isHostNetwork } from './workload.ts';

/** A pod with it was there before Cilium: no agent manages it, and it has no identity of its own. */
export const UNMANAGED = 'propolis.dev/unmanaged';

const AGENT = 'cilium-agent';
const OPERATOR = 'cilium-operator-generic';

export interface Endpoints {
  settle(): void;
}

/** What agents keep for the pods that they manage: CiliumEndpoints and CiliumIdentities. */
export function createEndpoints(
  registry: Registry,
  kinds: readonly ServedKind[],
  {
    options,
    numberOf,
  }: { readonly options: AgentOptions; readonly numberOf: (labels: readonly string[]) => number },
): Endpoints {
  const endpointKind = kinds.find(({ kind }) => kind === 'CiliumEndpoint');
  const identityKind = kinds.find(({ kind }) => kind === 'CiliumIdentity');
  if (endpointKind === undefined || identityKind === undefined) return { settle() {} };
  return {
    settle() {
      const pods = registry.store.list('Pod').filter(isManaged);
      const labels = pods.map((pod) => identityLabels(registry, pod, options));
      const endpoints = pods.map((pod, i) => endpointOf(pod, labels[i] ?? [], numberOf(labels[i] ?? [])));
      const identities = new Map(
        labels.map((list, i) => {
          const number = numberOf(list);
          return [number, identityOf(number, list, namespaceOf(pods[i] ?? {}))] as const;
        }),
      );
      keep(registry, identityKind, [...identities.values()], OPERATOR);
      keep(registry, endpointKind, endpoints, AGENT);
    },
  };
}

/** Whether an agent knows the pod: not on the host's network, with an address, and not from before Cilium. */
export function isManaged(pod: JsonMap): boolean {
  return (
    !isHostNetwork(pod) &&
    textAt(pod, 'status', 'podIP') !== '' &&
    textAt(pod, 'metadata', 'annotations', UNMANAGED) !== 'true'
  );
}

function identityLabels({ store }: Registry, pod: JsonMap, options: AgentOptions): readonly string[] {
  const namespace = namespaceOf(pod);
  const account = textAt(pod, 'spec', 'serviceAccountName');
  return podIdentityLabels({
    namespace,
    podLabels: textsOf(mapAt(pod, 'metadata', 'labels')),
    namespaceLabels: textsOf(mapAt(store.get('Namespace', '', namespace), 'metadata', 'labels')),
    serviceAccount: account === '' ? 'default' : account,
    cluster: options.clusterName,
  });
}

/** As it has it on its node, and Hubble tells it. */
export function endpointIdOf(namespace: string, name: string): number {
  return 1 + (Number.parseInt(hashOf(`${namespace}/${name}`).slice(0, 6), 16) % 4000);
}

function endpointOf(pod: JsonMap, labels: readonly string[], identity: number): JsonMap {
  const [namespace, name] = [namespaceOf(pod), nameOf(pod)];
  const ports = listAt(pod, 'spec', 'containers').flatMap((container) => listAt(container, 'ports'));
  return {
    metadata: { name, namespace, labels: mapAt(pod, 'metadata', 'labels') },
    status: {
      id: endpointIdOf(namespace, name),
      identity: { id: identity, labels: [...labels].sort() },
      networking: {
        addressing: [{ ipv4: textAt(pod, 'status', 'podIP') }],
        node: textAt(pod, 'status', 'hostIP'),
      },
      'named-ports': ports.filter(isMap).flatMap((port) => {
        const named = textAt(port, 'name');
        const protocol = textAt(port, 'protocol');
        return named === ''
          ? []
          : [{ name: named, port: port['containerPort'] ?? 0, protocol: protocol === '' ? 'TCP' : protocol }];
      }),
      state: 'ready',
    },
  };
}

function identityOf(number: number, labels: readonly string[], namespace: string): JsonMap {
  const entries = labels.map((label): [string, string] => {
    const equals = label.indexOf('=');
    return equals < 0 ? [label, ''] : [label.slice(0, equals), label.slice(equals + 1)];
  });
  return {
    metadata: { name: String(number), labels: { 'io.kubernetes.pod.namespace': namespace } },
    'security-labels': Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))),
  };
}

/** Makes the objects of a kind those that are wanted. */
export function keep(
  registry: Registry,
  kind: ServedKind,
  wanted: readonly JsonMap[],
  manager: string,
): void {
  const { store } = registry;
  const write = { manager, isDryRun: false };
  const left = new Set(store.list(kind.kind).map(idOf));
  for (const object of wanted) {
    const [namespace, name] = [namespaceOf(object), nameOf(object)];
    left.delete(idOf(object));
    const live = store.get(kind.kind, namespace, name);
    if (isLike(live, object)) continue;
    if (live === undefined) registry.create(kind, namespace, object, write);
    else registry.update({ kind, namespace, name, subresource: '' }, object, write);
  }
  for (const id of left) {
    const [namespace = '', name = ''] = id.split('/');
    registry.remove({ kind, namespace, name, subresource: '' }, null, write);
  }
}
