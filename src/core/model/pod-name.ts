import type { Workload } from './repository.ts';

/**
 * Whether a pod's name is one that the workload's controller gives: its own name, and behind it a hash of the template,
 * an ordinal, a minute, five letters.
 */
export function isPodOf(podName: string, { kind, name }: Pick<Workload, 'kind' | 'name'>): boolean {
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
