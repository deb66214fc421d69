import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryFiles } from '../../src/adapters/files/repository.ts';
import { agentOptionsOf, clusterVariables, readCatalog } from '../../src/core/catalog/index.ts';
import type { ClusterState } from '../../src/core/cluster/index.ts';
import { clusterOf, find, type MutableCluster } from './cluster-of.ts';

export const HOMELAB: string = join(
  dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  'examples/homelab',
);

/** The example's cluster as it should be, with what a test changes in it. */
export async function homelabCluster(change?: (cluster: MutableCluster) => void): Promise<ClusterState> {
  const files = await repositoryFiles(HOMELAB).files();
  const text = readFileSync(join(HOMELAB, 'propolis.yaml'), 'utf8');
  const { catalog } = readCatalog({ path: 'propolis.yaml', text });
  const [cluster] = catalog.clusters;
  if (cluster === undefined) throw new Error('the example has no cluster');
  const agent = agentOptionsOf(catalog, cluster);
  const { variables } = clusterVariables(cluster, files);
  return clusterOf(files, { agent, variables, environment: cluster.name, paths: cluster.paths }, change);
}

/** What goes wrong in real clusters, one of each: the cluster that docs/status.md shows. */
export function withFaults(cluster: MutableCluster): void {
  const zipline = find(cluster, 'Namespace', 'zipline').metadata;
  zipline.labels = { ...zipline.labels, 'network-policy.homelab/enforcement': 'disabled' };
  zipline.annotations = {
    'network-policy.homelab/enforcement-reason': 'uploads fail since the upgrade',
    'network-policy.homelab/enforcement-by': 'kim',
    'network-policy.homelab/enforcement-since': '2026-11-20T16:40:00Z',
    'network-policy.homelab/enforcement-until': '2026-11-20T18:40:00Z',
  };
  zipline.managedFields = [
    ...(zipline.managedFields ?? []),
    {
      manager: 'kubectl-label',
      operation: 'Update',
      time: '2026-11-20T16:40:00Z',
      fieldsV1: { 'f:metadata': { 'f:labels': { 'f:network-policy.homelab/enforcement': {} } } },
    },
  ];
  const tandoor = find(cluster, 'Namespace', 'tandoor').metadata;
  tandoor.labels = Object.fromEntries(
    Object.entries(tandoor.labels ?? {}).filter(([key]) => !key.startsWith('access.')),
  );
  cluster.CiliumClusterwideNetworkPolicy = cluster.CiliumClusterwideNetworkPolicy.filter(
    ({ metadata }) => metadata.name !== 'baseline-prometheus-scrape',
  );
  const immich = find(cluster, 'CiliumNetworkPolicy', 'immich/machine-learning-from-server');
  immich['status'] = {
    conditions: [
      {
        type: 'Valid',
        status: 'False',
        message: 'endpointSelector: unable to parse',
        lastTransitionTime: '2026-11-20T12:00:00Z',
      },
    ],
  };
  const zigbee = find(cluster, 'CiliumNetworkPolicy', 'zigbee2mqtt/to-mosquitto');
  zigbee['spec'] = JSON.parse(JSON.stringify(zigbee['spec']).replace('"1883"', '"8883"')) as object;
  cluster.CiliumNetworkPolicy.push({
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: {
      name: 'try',
      namespace: 'miniflux',
      managedFields: [{ manager: 'kubectl-client-side-apply', operation: 'Update' }],
    },
    spec: { endpointSelector: {}, egress: [{ toEntities: ['world'] }] },
  });
  cluster.CiliumEndpoint = cluster.CiliumEndpoint.filter(
    ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}` !== 'jellyfin/jellyfin-0',
  );
}
