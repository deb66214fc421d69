import { podIdentityLabels, type ReservedName, reservedLabels } from '../model/identity.ts';
import type { AgentOptions } from '../model/options.ts';
import type { RepositoryRead, Workload } from '../model/repository.ts';
import type { Endpoint, World } from '../model/world.ts';

/**
 * Makes the world that manifests describe:
 * - an endpoint for each workload that has pods of its own, `shop/web`; where kinds share a name, `shop/web (Job)`;
 * - one for each namespace, `shop/*`: any pod that no file declares. It has the namespace's labels and the service
 *   account `default`, and no label of its own, so a policy for certain pods does not select it;
 * - the reserved identities that take part in traffic: `host`, `remote-node`, `kube-apiserver`, `health`, `ingress`,
 *   and `world`, which is `world-ipv4` and `world-ipv6` in dual stack.
 *
 * Pods in the host's network have no identity of their own: they are `host`, or `remote-node` from elsewhere.
 */
export function worldOf(read: RepositoryRead, options: AgentOptions): World {
  const namespaceLabels = new Map(read.namespaces.map(({ name, labels }) => [name, labels]));
  const labelsOf = (
    namespace: string,
    own: Pick<Workload, 'podLabels' | 'serviceAccount'>,
  ): readonly string[] =>
    podIdentityLabels({
      namespace,
      podLabels: own.podLabels,
      namespaceLabels: namespaceLabels.get(namespace) ?? {},
      serviceAccount: own.serviceAccount ?? 'default',
      cluster: options.clusterName,
    });
  const workloads = read.workloads.filter(({ hostNetwork }) => !hostNetwork);
  const names = workloadIds(workloads);
  const endpoints: Endpoint[] = [
    ...workloads.map((workload, i) => ({
      id: names[i] ?? '',
      labels: labelsOf(workload.namespace, workload),
      ports: workload.ports,
    })),
    ...read.namespaces.map(({ name }) => ({
      id: `${name}/*`,
      labels: labelsOf(name, { podLabels: {}, serviceAccount: undefined }),
    })),
    ...reservedNames(options).map((name) => ({ id: name, labels: reservedLabels(name) })),
  ];
  return {
    policies: read.policies,
    endpoints,
    cidrGroups: read.cidrGroups,
    services: read.services,
  };
}

/** Ids in the order of the workloads; the kind is told only where names alone would be the same. */
function workloadIds(workloads: readonly Workload[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const workload of workloads) {
    const id = plainId(workload);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return workloads.map((workload) => {
    const id = plainId(workload);
    return counts.get(id) === 1 ? id : `${id} (${workload.kind})`;
  });
}

function plainId({ namespace, name }: Workload): string {
  return `${namespace}/${name}`;
}

function reservedNames({ ipv4, ipv6 }: AgentOptions): readonly ReservedName[] {
  const world: readonly ReservedName[] = ipv4 && ipv6 ? ['world-ipv4', 'world-ipv6'] : ['world'];
  return ['host', 'remote-node', 'kube-apiserver', 'health', 'ingress', ...world];
}
