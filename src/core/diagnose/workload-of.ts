import type { FlowEndpoint } from '../model/flow.ts';
import { isPodOf } from '../model/pod-name.ts';
import type { Workload } from '../model/repository.ts';

/** The workload of the files that an end of a flow is a pod of: by Hubble's own word, else by the pod's name. */
export function workloadOf(workloads: readonly Workload[], flow: FlowEndpoint): Workload | undefined {
  const named = flow.workloads[0]?.name;
  if (named !== undefined) return workloads.find(({ name }) => name === named);
  const [longest] = workloads
    .filter((workload) => isPodOf(flow.podName, workload))
    .sort((a, b) => b.name.length - a.name.length);
  return longest;
}

/** The name that pods of a workload share: without a ReplicaSet's and a pod's hash, or an ordinal. */
export function workloadName(podName: string): string {
  return podName
    .replace(/-[a-z0-9]{5}$/, '')
    .replace(/-(?:[0-9]{1,5}|[0-9]{8}|[bcdfghjklmnpqrstvwxz2456789]{8,10})$/, '');
}
