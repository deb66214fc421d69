import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { repositoryFiles } from '../../src/adapters/files/repository.ts';
import { agentOptionsOf, readCatalog } from '../../src/core/catalog/index.ts';
import { lint } from '../../src/core/lint/index.ts';
import { readRepository } from '../../src/core/manifest/read.ts';

const ROOT = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'examples', 'homelab');

/** The faults that examples/homelab/README.md plants and that no flow is needed to see; the rest of it is clean. */
const PLANTED = [
  ['service-port', 'CiliumNetworkPolicy', 'immich', 'server-to-machine-learning'],
  ['cidr-for-cluster', 'CiliumNetworkPolicy', 'zigbee2mqtt', 'to-mosquitto'],
  ['access-one-sided', 'CiliumNetworkPolicy', 'garage', 'garage-default'],
  ['scrape-ingress-missing', 'CiliumNetworkPolicy', 'istio-system', 'istio-system-default'],
];

describe('the lint of examples/homelab', () => {
  it('finds the faults that are planted there, and nothing else', async () => {
    const files = await repositoryFiles(ROOT).files();
    const catalogFile = files.find(({ path }) => path === 'propolis.yaml');
    if (catalogFile === undefined) throw new Error('no catalog');
    const { catalog, problems } = readCatalog(catalogFile);
    const [cluster] = catalog.clusters;
    const agent = agentOptionsOf(catalog, cluster);
    const read = readRepository(files, { agent });
    const { findings } = lint({ files, read, catalog, agent, problems });
    const found = findings.map(({ rule, object }) => [rule, object?.kind, object?.namespace, object?.name]);
    expect(found).toEqual(PLANTED);
  });
});
