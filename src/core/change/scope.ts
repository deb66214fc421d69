import { agentOptionsOf, type Cluster, clusterVariables } from '../catalog/index.ts';
import type { Inputs } from '../diagnose/index.ts';
import { environmentsOf, type ReadOptions, readRepository } from '../manifest/read.ts';
import { PropolisError } from '../model/errors.ts';
import type { AgentOptions } from '../model/options.ts';
import type { RepositoryRead, SourceFile } from '../model/repository.ts';

/** One cluster of the repository: how its files are read, and by which options they are judged. */
export interface Scope {
  /** Empty where the repository has no clusters. */
  readonly name: string;
  readonly options: AgentOptions;
  readonly readOptions: ReadOptions;
}

export interface ReadScope extends Scope {
  readonly read: RepositoryRead;
}

/**
 * Every cluster that is run from the repository: those of the catalog, else its folders `clusters/<name>`, else the
 * repository as one. A change must be looked at in each of them, as files are shared.
 */
export function scopesOf(inputs: Inputs): readonly Scope[] {
  const { catalog, options, readOptions } = inputs;
  const given = { name: readOptions.environment ?? '', options, readOptions };
  if (catalog.clusters.length > 0) {
    const scopes = catalog.clusters.map((cluster) => scopeOf(cluster, inputs));
    const isKnown = given.name === '' || scopes.some(({ name }) => name === given.name);
    return isKnown ? scopes : [given, ...scopes];
  }
  const names = environmentsOf(inputs.files.map(({ path }) => path));
  if (names.length === 0 || readOptions.paths !== undefined) return [given];
  return names.map((name) => ({ name, options, readOptions: { ...readOptions, environment: name } }));
}

/** A cluster of the catalog; what was asked for on the command line counts for the one that was chosen there. */
function scopeOf(cluster: Cluster, { files, catalog, options, readOptions }: Inputs): Scope {
  if (cluster.name === readOptions.environment) return { name: cluster.name, options, readOptions };
  const agent = agentOptionsOf(catalog, cluster);
  return {
    name: cluster.name,
    options: agent,
    readOptions: {
      agent,
      variables: clusterVariables(cluster, files).variables,
      environment: cluster.name,
      ...(cluster.paths.length === 0 ? {} : { paths: cluster.paths }),
    },
  };
}

/** Reads every scope; a cluster of the catalog that has nothing in the repository is left out. */
export function readScopes(scopes: readonly Scope[], files: readonly SourceFile[]): readonly ReadScope[] {
  return scopes.flatMap((scope) => {
    try {
      return [{ ...scope, read: readRepository(files, scope.readOptions) }];
    } catch (error) {
      if (error instanceof PropolisError && error.code === 'unknown-environment') return [];
      throw error;
    }
  });
}
