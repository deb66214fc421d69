import type { ApproximationCode, RepositoryRead, Workload } from '../../model/repository.ts';

export interface PodFacts {
  /** Whether all workloads are in the files: nothing was left unrendered that could hold some. */
  readonly isComplete: boolean;
  inNamespace(namespace: string): readonly Workload[];
}

/** What may hide workloads. */
const HIDING: ReadonlySet<ApproximationCode> = new Set<ApproximationCode>([
  'helm-not-rendered',
  'resource-set-not-rendered',
  'template-skipped',
  'kustomize-not-built',
  'encrypted',
  'cluster-kind-unread',
]);

export function podFacts(read: RepositoryRead): PodFacts {
  const byNamespace = new Map<string, Workload[]>();
  for (const workload of read.workloads) {
    const known = byNamespace.get(workload.namespace);
    if (known === undefined) byNamespace.set(workload.namespace, [workload]);
    else known.push(workload);
  }
  return {
    isComplete: read.workloads.length > 0 && !read.approximations.some(({ code }) => HIDING.has(code)),
    inNamespace: (namespace) => byNamespace.get(namespace) ?? [],
  };
}
