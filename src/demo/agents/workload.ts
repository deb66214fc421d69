import { isMap, type Json, type JsonMap, listAt, mapAt, textAt } from '../kubernetes/json.ts';
import type { WORKLOAD_KINDS } from '../kubernetes/kinds.ts';
import { nameOf, namespaceOf } from '../kubernetes/store.ts';

export type MakingKind = (typeof WORKLOAD_KINDS)[number];

/** The pod that a workload makes. */
export function templateOf(workload: JsonMap, kind: MakingKind): JsonMap {
  return kind === 'CronJob'
    ? mapAt(workload, 'spec', 'jobTemplate', 'spec', 'template')
    : mapAt(workload, 'spec', 'template');
}

/** Which workload a pod is of, as Hubble names it: by who controls it, a Deployment by its ReplicaSet. */
export function workloadOf(pod: JsonMap): { readonly name: string; readonly kind: string } {
  const owner = listAt(pod, 'metadata', 'ownerReferences').find(isController);
  const [kind, name] = [textAt(owner, 'kind'), textAt(owner, 'name')];
  const hash = textAt(pod, 'metadata', 'labels', 'pod-template-hash');
  if (kind === 'ReplicaSet' && hash !== '' && name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) };
  }
  const cronJob = textAt(pod, 'metadata', 'annotations', CRON_JOB);
  if (kind === 'Job' && cronJob !== '') return { kind: 'CronJob', name: cronJob };
  return kind === '' ? { kind: 'Pod', name: nameOf(pod) } : { kind, name };
}

/** Real pods do not have it; Hubble cuts the minute off the job's name. */
export const CRON_JOB = 'propolis.dev/cron-job';

function isController(owner: Json): boolean {
  return isMap(owner) && owner['controller'] === true;
}

export function isHostNetwork(pod: JsonMap): boolean {
  return mapAt(pod, 'spec')['hostNetwork'] === true;
}

export function idOf(object: JsonMap): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}
