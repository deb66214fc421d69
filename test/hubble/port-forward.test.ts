import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../scripts/lib/files.ts';
import { repositoryFiles } from '../../src/adapters/files/repository.ts';
import { openFlows } from '../../src/cli/flow-options.ts';
import type { Io } from '../../src/cli/io.ts';
import { NO_FILTERS } from '../../src/core/model/flow-filter.ts';
import { type DemoCluster, startDemoCluster } from '../../src/demo/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'propolis-forward-'));
const clusters: DemoCluster[] = [];
afterAll(async () => {
  for (const cluster of clusters) await cluster.close();
  await rm(folder, { recursive: true });
});

async function aCluster(relayTls?: { readonly key: string; readonly cert: string }): Promise<DemoCluster> {
  const cluster = await startDemoCluster({
    files: () => repositoryFiles(join(ROOT, 'examples/homelab')).files(),
    folder: await mkdtemp(join(folder, 'cluster-')),
    pastSeconds: 60,
    ...(relayTls === undefined ? {} : { relayTls }),
  });
  clusters.push(cluster);
  return cluster;
}

function anIo(said: string[]): Io {
  return {
    out: () => {},
    err: (text) => said.push(text),
    cwd: ROOT,
    env: {},
    columns: undefined,
    stdin: process.stdin,
  };
}

async function flowsOf(cluster: DemoCluster, options: object = {}): Promise<{ flows: number; said: string }> {
  const said: string[] = [];
  const { kubeconfig, context } = cluster;
  const observer = await openFlows({ portForward: true, kubeconfig, context, ...options }, anIo(said));
  let flows = 0;
  for await (const batch of observer.events({ filters: NO_FILTERS, number: 20n })) {
    flows += batch.filter(({ kind }) => kind === 'flow').length;
  }
  return { flows, said: said.join('') };
}

describe('the relay of a cluster, through its API server', () => {
  it('tells flows, and the cluster is named', async () => {
    const cluster = await aCluster();
    const { flows, said } = await flowsOf(cluster);
    expect(flows).toBe(20);
    expect(said).toContain(cluster.context);
  });

  it('is spoken to with TLS where its Service says so', async () => {
    const pem = (file: string) => readFile(join(ROOT, 'test/hubble/tls', file), 'utf8');
    const cluster = await aCluster({ key: await pem('relay.key'), cert: await pem('relay.crt') });
    const tlsCaCertFiles = [join(ROOT, 'test/hubble/tls/ca.crt')];
    expect((await flowsOf(cluster, { tlsCaCertFiles })).flows).toBe(20);
    await expect(flowsOf(cluster)).rejects.toMatchObject({ code: 'unknown-ca' });
  });
});
