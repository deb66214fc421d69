import { readdirSync, readFileSync } from 'node:fs';
import { agentOptionsOf, type Catalog, findCluster, readCatalog } from '../src/core/catalog/index.ts';
import { readRepository } from '../src/core/manifest/read.ts';
import { worldOf } from '../src/core/manifest/world.ts';
import type { AgentOptions } from '../src/core/model/options.ts';
import type { Problem, RepositoryRead, SourceFile } from '../src/core/model/repository.ts';
import type { World } from '../src/core/model/world.ts';
import { CLUSTER_NAME } from '../src/demo/traffic/cluster.ts';

export const EXAMPLE: URL = new URL('../examples/homelab/', import.meta.url);

/** The example as Propolis reads it. */
export interface Example {
  readonly catalog: Catalog;
  readonly catalogProblems: readonly Problem[];
  readonly options: AgentOptions;
  readonly read: RepositoryRead;
  readonly world: World;
}

/** Every YAML file of the example, by its path in it, sorted. */
export function exampleFiles(): readonly SourceFile[] {
  return readdirSync(EXAMPLE, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(new URL(path, EXAMPLE), 'utf8') }));
}

export function readExample(files: readonly SourceFile[]): Example {
  const file = files.find(({ path }) => path === 'propolis.yaml') ?? { path: 'propolis.yaml', text: '' };
  const { catalog, problems } = readCatalog(file);
  const options = agentOptionsOf(catalog, findCluster(catalog, CLUSTER_NAME));
  const manifests = files.filter((one) => one !== file);
  const read = readRepository(manifests, { agent: options });
  return { catalog, catalogProblems: problems, options, read, world: worldOf(read, options) };
}
