import { endpointIdOf, isManaged } from '../agents/endpoints.ts';
import { idOf, workloadOf } from '../agents/workload.ts';
import { type JsonMap, textAt } from '../kubernetes/json.ts';
import { nameOf, namespaceOf, type Store } from '../kubernetes/store.ts';
import type { Cluster, Participant, Pod } from './cluster.ts';
import { OUTSIDERS } from './outsiders.ts';

/** The pods that the API server has now, by their workloads, and everybody outside. */
export function liveCluster(store: Store, clusterName: string): Cluster {
  let known: { readonly version: number; readonly pods: ReadonlyMap<string, readonly Pod[]> } | undefined;
  return {
    participants(name): readonly Participant[] {
      const outsider = Object.hasOwn(OUTSIDERS, name) ? OUTSIDERS[name] : undefined;
      if (outsider !== undefined) return [{ kind: 'other', endpoint: name, outsider }];
      if (known?.version !== store.version())
        known = { version: store.version(), pods: podsOf(store, clusterName) };
      return known.pods.get(name) ?? [];
    },
  };
}

function podsOf(store: Store, clusterName: string): ReadonlyMap<string, readonly Pod[]> {
  const pods = new Map<string, Pod[]>();
  for (const object of store.list('Pod').filter(isManaged)) {
    const pod = podOf(object, clusterName);
    const id = `${pod.namespace}/${pod.workload.name}`;
    const others = pods.get(id);
    if (others === undefined) pods.set(id, [pod]);
    else others.push(pod);
  }
  return pods;
}

function podOf(object: JsonMap, cluster: string): Pod {
  const [namespace, name] = [namespaceOf(object), nameOf(object)];
  return {
    kind: 'pod',
    endpoint: idOf(object),
    namespace,
    name,
    workload: workloadOf(object),
    ip: textAt(object, 'status', 'podIP'),
    node: textAt(object, 'spec', 'nodeName'),
    endpointId: endpointIdOf(namespace, name),
    cluster,
  };
}
