import { type Catalog, type Cluster, findCluster } from '../core/catalog/index.ts';
import {
  agentOf,
  type ClusterAgent,
  type ClusterState,
  clusterFiles,
  clusterPath,
  type MissingKind,
  matchCluster,
  permissionName,
  rbacRule,
} from '../core/cluster/index.ts';
import { CLUSTER_KINDS } from '../core/model/cluster.ts';
import { agentOptions } from '../core/model/options.ts';
import { CLUSTER_FILES, type Place } from '../core/model/place.ts';
import type { Approximation, Problem, SourceFile } from '../core/model/repository.ts';
import type { LoadedCluster } from './cluster-options.ts';
import { CliError } from './exit.ts';
import { type InputOptions, type LoadedInputs, versionOptions } from './inputs.ts';

export interface Surroundings {
  readonly catalog: Catalog;
  readonly catalogFile: SourceFile | undefined;
  readonly options: InputOptions;
  readonly problems: readonly Problem[];
}

/** A cluster as inputs: its objects as files, and its agents' options where the catalog does not say. */
export function clusterInputs(
  loaded: LoadedCluster,
  { catalog, catalogFile, options, problems }: Surroundings,
): LoadedInputs {
  if (options.var !== undefined) {
    throw new CliError('--var is for files: a cluster has no variables any more.', 'Leave it out.');
  }
  const { state, ciliumNamespace } = loaded;
  const cluster = catalogCluster(loaded, catalog, options);
  const agent = agentOf(state, ciliumNamespace);
  const said = { ...catalog.cilium, ...cluster?.cilium };
  const judged = agentOptions({
    ...agent.options,
    ...said,
    ...versionOptions(options.ciliumVersion, catalog),
  });
  const isNameTold = agent.options.clusterName ?? said.clusterName;
  return {
    cluster: loaded,
    problems: [...problems, ...forbiddenProblems(state)],
    inputs: {
      files: [...(catalogFile === undefined ? [] : [catalogFile]), ...clusterFiles(state)],
      catalog,
      options: judged,
      readOptions: { agent: judged, known: knownOf(loaded, agent) },
      isClusterNameAssumed: isNameTold === undefined,
    },
  };
}

/** The cluster of the catalog that `--env` names, or that the context leads to. */
function catalogCluster(
  { state }: LoadedCluster,
  catalog: Catalog,
  { env }: InputOptions,
): Cluster | undefined {
  if (env !== undefined) return findCluster(catalog, env);
  const match = matchCluster(state.identity, catalog);
  return match.kind === 'known' ? match.cluster : undefined;
}

/** What may not be read, as problems that name the rule to grant it. */
export function forbiddenProblems({ missing }: Pick<ClusterState, 'missing'>): readonly Problem[] {
  return missing.flatMap(forbiddenProblem);
}

function forbiddenProblem(missing: MissingKind): readonly Problem[] {
  if (missing.why === 'absent') return [];
  const { permission } = missing;
  return [
    {
      code: 'not-permitted',
      place: placeOf(missing),
      field: '',
      value: permissionName(permission),
      expected: rbacRule(permission),
    },
  ];
}

function knownOf(
  { state, ciliumNamespace, isSnapshot }: LoadedCluster,
  agent: ClusterAgent,
): readonly Approximation[] {
  const forbidden = state.missing.filter(({ why }) => why === 'forbidden');
  return [
    ...(isSnapshot ? [approximation('cluster-snapshot', state.takenAt, CLUSTER_FILES)] : []),
    ...(agent.version === '' && Object.keys(agent.options).length === 0
      ? []
      : [
          approximation(
            'cluster-agent',
            agent.version === '' ? 'its ConfigMap' : `Cilium ${agent.version}`,
            clusterPath('configmap', ciliumNamespace, 'cilium-config'),
          ),
        ]),
    ...forbidden.map((missing) =>
      approximation('cluster-kind-unread', CLUSTER_KINDS[missing.kind].plural, placeOf(missing).file),
    ),
  ];
}

function approximation(code: Approximation['code'], detail: string, file: string): Approximation {
  return { code, detail, count: 1, place: { file, line: 1, column: 1 } };
}

function placeOf({ kind }: MissingKind): Place {
  return { file: `${CLUSTER_FILES}${CLUSTER_KINDS[kind].plural}`, line: 1, column: 1 };
}
