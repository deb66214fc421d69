import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { KubernetesCluster } from '../adapters/kubernetes/index.ts';
import type { Catalog } from '../core/catalog/index.ts';
import type { ClusterState } from '../core/cluster/index.ts';
import { type ClusterVerb, KINDS_OF_VERB } from './cluster-kinds.ts';
import { CliError } from './exit.ts';
import { type Io, nowOf } from './io.ts';

/** Options that name a cluster, as kubectl calls them. */
export interface ConnectOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly ciliumNamespace?: string;
  /** Milliseconds. */
  readonly requestTimeout?: number;
}

/** Options of every verb that can read a cluster instead of files. */
export interface ClusterOptions extends ConnectOptions {
  readonly cluster?: true;
  readonly snapshot?: string;
}

/** Adds the options that lead to a cluster, once: flows and policies may both come from one. */
export function addConnectOptions(command: Command): Command {
  if (command.options.some(({ long }) => long === '--context')) return command;
  return command
    .option('--context <name>', "the kubeconfig's context (default: the current one)")
    .option('--kubeconfig <file>', 'the kubeconfig (default: KUBECONFIG, then ~/.kube/config)')
    .option('--cilium-namespace <name>', "Cilium's namespace (default: CILIUM_NAMESPACE, then kube-system)")
    .option('--request-timeout <time>', 'how long to wait for an answer of the API server: 5s, 1m', duration);
}

/** Adds the cluster and its snapshots as sources of policies, namespaces and workloads. */
export function addClusterOptions(command: Command): Command {
  command
    .option('--cluster', 'read the running cluster instead of files')
    .option('--snapshot <file>', 'read what `propolis snapshot` saved of a cluster');
  return addConnectOptions(command);
}

/** `30s`, `2m`, `1500ms`, `10` (seconds, as kubectl takes it). @returns milliseconds */
export function duration(text: string): number {
  const found = /^(\d{1,7})(ms|s|m|h)?$/.exec(text);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[found?.[2] ?? 's'] ?? 1000;
  const ms = Number(found?.[1] ?? Number.NaN) * unit;
  if (!(ms > 0 && ms <= 2_147_483_647)) throw new InvalidArgumentError('It must be a time such as 5s or 1m.');
  return ms;
}

export function ciliumNamespaceOf({ ciliumNamespace }: ConnectOptions, { env }: Io): string {
  const given = env['CILIUM_NAMESPACE'] ?? '';
  return ciliumNamespace ?? (given === '' ? 'kube-system' : given);
}

/** Verbs that a context leads to something else of a cluster for, with files as the source of policies. */
const MAY_FORWARD: ReadonlySet<ClusterVerb> = new Set([
  'apply',
  'debug',
  'hatch close',
  'hatch open',
  'hatch plan',
  'observe',
  'verify',
  'status',
  'profile choose',
]);

/** @throws CliError for sources that do not go together */
export function requireOneSource(
  { cluster, snapshot, manifests, context, kubeconfig }: ClusterOptions & { readonly manifests?: string },
  verb: ClusterVerb,
): void {
  const sources = [
    ...(cluster === true ? ['--cluster'] : []),
    ...(snapshot === undefined ? [] : ['--snapshot']),
    ...(manifests === undefined ? [] : ['--manifests']),
  ];
  if (sources.length > 1) {
    throw new CliError(`${sources.join(' and ')} are two sources of the same.`, 'Give one of them.');
  }
  if (snapshot !== undefined && (context !== undefined || kubeconfig !== undefined)) {
    throw new CliError(
      '--snapshot is a file, so no context leads to it.',
      'Leave --context and --kubeconfig out.',
    );
  }
  if (context !== undefined && cluster !== true && !MAY_FORWARD.has(verb)) {
    throw new CliError(
      '--context names a cluster, and files are read.',
      'Add --cluster to read the cluster.',
    );
  }
}

/** @throws CliError for what only files have. `what` is the option that asks for it. */
export function requireFiles({ cluster, snapshot }: ClusterOptions, what: string): void {
  if (cluster !== true && snapshot === undefined) return;
  throw new CliError(
    `${what} is about files, and a cluster has none.`,
    'Name the repository that it is run from with --repo.',
  );
}

/** Connects, and says on standard error which cluster it is. Nothing is asked of it yet. */
export async function connect(options: ConnectOptions, catalog: Catalog, io: Io): Promise<KubernetesCluster> {
  const [{ openCluster }, { clusterBanner }] = await Promise.all([
    import('../adapters/kubernetes/index.ts'),
    import('../core/report/cluster.ts'),
  ]);
  const { context, kubeconfig, requestTimeout } = options;
  const cluster = openCluster({
    cwd: io.cwd,
    env: io.env,
    isInteractive: io.columns !== undefined,
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(requestTimeout === undefined ? {} : { requestTimeoutMs: requestTimeout }),
  });
  io.err(`propolis: ${clusterBanner(cluster.identity, catalog)}\n`);
  return cluster;
}

/** A cluster, or what was saved of one. */
export interface LoadedCluster {
  readonly state: ClusterState;
  readonly ciliumNamespace: string;
  readonly isSnapshot: boolean;
  /** The live one, to ask it more. */
  readonly live?: KubernetesCluster;
}

/** Reads what a verb needs of the cluster that the options name; undefined where they name none. */
export async function loadCluster(
  options: ClusterOptions,
  verb: ClusterVerb,
  catalog: Catalog,
  io: Io,
): Promise<LoadedCluster | undefined> {
  if (options.snapshot !== undefined) return readSnapshot(options.snapshot, catalog, io);
  if (options.cluster !== true) return undefined;
  const live = await connect(options, catalog, io);
  const { readCluster } = await import('../core/cluster/index.ts');
  const ciliumNamespace = ciliumNamespaceOf(options, io);
  const state = await readCluster(live, {
    kinds: KINDS_OF_VERB[verb],
    ciliumNamespace,
    takenAt: new Date(nowOf(io)).toISOString(),
  });
  return { state, ciliumNamespace, isSnapshot: false, live };
}

async function readSnapshot(file: string, catalog: Catalog, io: Io): Promise<LoadedCluster> {
  const [{ parseSnapshot }, { clusterBanner }] = await Promise.all([
    import('../core/cluster/index.ts'),
    import('../core/report/cluster.ts'),
  ]);
  const read = parseSnapshot(textOf(resolve(io.cwd, file), file));
  if (read.kind === 'fault') {
    const { field, expected } = read.fault;
    throw new CliError(
      `${file} is no snapshot of a cluster: ${field === '' ? 'it' : field} must be ${expected}.`,
      `Take one: propolis snapshot --context NAME -o ${file}`,
    );
  }
  const { state, ciliumNamespace } = read;
  io.err(`propolis: ${clusterBanner(state.identity, catalog, state.takenAt)}\n`);
  return { state, ciliumNamespace, isSnapshot: true };
}

function textOf(path: string, file: string): string {
  try {
    if (!statSync(path).isFile()) throw new Error('no file');
    return readFileSync(path, 'utf8');
  } catch {
    throw new CliError(`The snapshot ${file} cannot be read.`, `Take one: propolis snapshot -o ${file}`);
  }
}
