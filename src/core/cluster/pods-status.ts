import { asList, asText, fieldAt, textAt } from '../manifest/yaml/fields.ts';
import type { ClusterObject } from '../model/cluster.ts';
import { hasEnded } from './pods.ts';
import { type ClusterState, objectsOf } from './state.ts';

/** The pods of a namespace by who enforces policy on them. Those that have ended, or have no address yet, are left out. */
export interface PodsStatus {
  readonly managed: number;
  /** In their node's network: Cilium knows them as the node. */
  readonly hostNetwork: readonly string[];
  /** Without a CiliumEndpoint: no policy applies to them, and no selector matches them. */
  readonly unmanaged: readonly string[];
  /** With the identity `init`, or none yet: nothing is allowed to them. */
  readonly starting: readonly string[];
  /** Whether CiliumEndpoints could be read, without which nobody knows who is managed. */
  readonly isKnown: boolean;
}

/** @returns the pods of a namespace by its name */
export function podsStatus(state: ClusterState): (namespace: string) => PodsStatus {
  const isKnown = state.objects.CiliumEndpoint !== undefined && state.objects.Pod !== undefined;
  const endpoints = new Map(
    objectsOf(state, 'CiliumEndpoint').map((endpoint) => [keyOf(endpoint), endpoint]),
  );
  const byNamespace = new Map<string, ClusterObject[]>();
  for (const pod of objectsOf(state, 'Pod')) {
    const namespace = pod.metadata.namespace ?? '';
    const pods = byNamespace.get(namespace);
    if (pods === undefined) byNamespace.set(namespace, [pod]);
    else pods.push(pod);
  }
  return (namespace) => {
    const pods = (byNamespace.get(namespace) ?? []).filter((pod) => !hasEnded(pod) && hasAddress(pod));
    const sorted = { managed: 0, hostNetwork: [], unmanaged: [], starting: [] } as Sorted;
    for (const pod of pods) sort(pod, endpoints.get(keyOf(pod)), sorted, isKnown);
    return { ...sorted, isKnown };
  };
}

interface Sorted {
  managed: number;
  readonly hostNetwork: string[];
  readonly unmanaged: string[];
  readonly starting: string[];
}

function sort(
  pod: ClusterObject,
  endpoint: ClusterObject | undefined,
  sorted: Sorted,
  isKnown: boolean,
): void {
  const { name } = pod.metadata;
  if (fieldAt(pod, ['spec', 'hostNetwork']) === true) sorted.hostNetwork.push(name);
  else if (!isKnown) return;
  else if (endpoint === undefined) sorted.unmanaged.push(name);
  else if (isStarting(endpoint)) sorted.starting.push(name);
  else sorted.managed += 1;
}

/** Cilium's identity for pods whose labels it does not know yet. */
const INIT = 5;

function isStarting(endpoint: ClusterObject): boolean {
  const id = fieldAt(endpoint, ['status', 'identity', 'id']);
  const labels = (asList(fieldAt(endpoint, ['status', 'identity', 'labels'])) ?? []).map(asText);
  return id === INIT || labels.includes('reserved:init') || typeof id !== 'number' || id === 0;
}

function hasAddress(pod: ClusterObject): boolean {
  return (textAt(pod, ['status', 'podIP']) ?? '') !== '';
}

function keyOf({ metadata: { namespace = '', name } }: ClusterObject): string {
  return `${namespace}/${name}`;
}
