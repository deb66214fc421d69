import type { FlowEndpoint } from '../model/flow.ts';
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

/** What controllers put behind their name: a hash of the template, an ordinal, a minute, five letters. */
function isPodOf(podName: string, { kind, name }: Workload): boolean {
  if (podName === name) return true;
  if (!podName.startsWith(`${name}-`)) return false;
  const rest = podName.slice(name.length + 1);
  switch (kind) {
    case 'Pod':
      return false;
    case 'Deployment':
      // No vowels in a template's hash, so that `web-api-x8k2p` is no pod of `web`.
      return /^[bcdfghjklmnpqrstvwxz2456789]{1,10}-[a-z0-9]{5}$/.test(rest);
    case 'StatefulSet':
      return /^[0-9]{1,5}$/.test(rest);
    case 'CronJob':
      return /^[0-9]{1,10}-[a-z0-9]{5}$/.test(rest);
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
      return /^(?:[0-9]{1,5}-)?[a-z0-9]{5}$/.test(rest);
  }
}

/** The name that pods of a workload share: without a ReplicaSet's and a pod's hash, or an ordinal. */
export function workloadName(podName: string): string {
  return podName
    .replace(/-[a-z0-9]{5}$/, '')
    .replace(/-(?:[0-9]{1,5}|[0-9]{8}|[bcdfghjklmnpqrstvwxz2456789]{8,10})$/, '');
}
