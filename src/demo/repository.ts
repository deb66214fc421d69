import {
  agentOptionsOf,
  type Catalog,
  type Cluster,
  clusterVariables,
  DEFAULT_CATALOG,
  findCluster,
  readCatalog,
} from '../core/catalog/index.ts';
import type { ReadOptions } from '../core/manifest/read.ts';
import type { AgentOptions } from '../core/model/options.ts';
import type { SourceFile } from '../core/model/repository.ts';

export const CATALOG_FILE = 'propolis.yaml';

/** How a repository is read for one of its clusters. */
export interface Setup {
  readonly catalog: Catalog;
  readonly cluster: Cluster | undefined;
  readonly agent: AgentOptions;
  readonly readOptions: ReadOptions;
}

/** @param environment a cluster of the catalog, or a folder of `clusters/`; absent: the one that people use */
export function setupOf(files: readonly SourceFile[], environment: string | undefined): Setup {
  const file = files.find(({ path }) => path === CATALOG_FILE);
  const { catalog } = file === undefined ? { catalog: DEFAULT_CATALOG } : readCatalog(file);
  const cluster = environment === undefined ? likelyCluster(catalog) : findCluster(catalog, environment);
  const agent = agentOptionsOf(catalog, cluster);
  const variables = cluster === undefined ? {} : clusterVariables(cluster, files).variables;
  const chosen = environment ?? cluster?.name;
  return {
    catalog,
    cluster,
    agent,
    readOptions: {
      agent,
      variables,
      ...(cluster === undefined || cluster.paths.length === 0 ? {} : { paths: cluster.paths }),
      ...(chosen === undefined ? {} : { environment: chosen }),
    },
  };
}

function likelyCluster({ clusters }: Catalog): Cluster | undefined {
  const [first, second] = clusters;
  return second === undefined ? first : clusters.find(({ environment }) => environment === 'live');
}
