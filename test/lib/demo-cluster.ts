import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryFiles } from '../../src/adapters/files/repository.ts';
import { type DemoCluster, startDemoCluster } from '../../src/demo/index.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/homelab', import.meta.url));

/** A copy of the example, and a cluster that runs from it. */
export interface ExampleCluster {
  readonly cluster: DemoCluster;
  readonly repo: string;
  close(): Promise<void>;
}

/** @param speed how many times faster than life the traffic is */
export async function openExample(speed = 60): Promise<ExampleCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'propolis-example-'));
  const repo = join(folder, 'repo');
  cpSync(EXAMPLE, repo, { recursive: true });
  // The example's cluster is somewhere else; this one is known by its context alone.
  const catalog = join(repo, 'propolis.yaml');
  writeFileSync(catalog, readFileSync(catalog, 'utf8').replace(/^ +server: .*\n/m, ''));
  const cluster = await startDemoCluster({
    files: () => repositoryFiles(repo).files(),
    folder,
    environment: 'live',
    speed,
    enforcementDelayMs: 50,
    pastSeconds: 300,
  });
  return {
    cluster,
    repo,
    async close() {
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
