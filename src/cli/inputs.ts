import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Catalog, Cluster } from '../core/catalog/index.ts';
import type { Inputs } from '../core/diagnose/index.ts';
import { CILIUM_VERSIONS, type CiliumVersion } from '../core/model/options.ts';
import type { Problem, SourceFile } from '../core/model/repository.ts';
import type { Paint } from '../core/report/index.ts';
import type { ClusterVerb } from './cluster-kinds.ts';
import { type ClusterOptions, type LoadedCluster, loadCluster, requireOneSource } from './cluster-options.ts';
import { CliError } from './exit.ts';
import { COLOR_MODES, type ColorMode, type Io, wantsColor, widthOf } from './io.ts';
import { readInside } from './read-inside.ts';

/** Options that every verb over files has, as commander names them. */
export interface InputOptions extends ClusterOptions {
  readonly repo?: string;
  readonly manifests?: string;
  readonly env?: string;
  readonly var?: readonly string[];
  readonly ciliumVersion?: CiliumVersion;
  readonly color: ColorMode;
}

/** Adds the options that say where policies, namespaces and workloads come from. */
export function addInputOptions(command: Command): Command {
  return command
    .option('--repo <dir>', 'the repository with policies, namespaces and workloads (default: here)')
    .option('--manifests <file>', 'rendered YAML instead of a repository; - is standard input')
    .option('--env <name>', 'of several clusters in the repository, the one to judge')
    .option('--var <name=value>', 'a value for ${name}, as Flux would substitute it; repeatable', collect)
    .addOption(
      new Option('--cilium-version <version>', 'judge by the rules of this Cilium').choices(CILIUM_VERSIONS),
    )
    .addOption(new Option('--color <when>', 'colours').choices(COLOR_MODES).default('auto'));
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export interface LoadedInputs {
  readonly inputs: Inputs;
  /**
   * What is wrong in the catalog, files that could not be read, and kinds of the cluster that may not be; manifests
   * tell by themselves.
   */
  readonly problems: readonly Problem[];
  /** The cluster, or the snapshot, that stands for files. */
  readonly cluster?: LoadedCluster;
}

/**
 * Reads the files, or the cluster that stands for them, and the catalog.
 *
 * @param verb decides what is read of a cluster
 * @throws CliError when there is nothing to read
 */
export async function loadInputs(
  options: InputOptions,
  io: Io,
  verb: ClusterVerb = 'can',
): Promise<LoadedInputs> {
  const [{ DEFAULT_CATALOG, agentOptionsOf, clusterVariables, findCluster, readCatalog }, { agentOptions }] =
    await Promise.all([import('../core/catalog/index.ts'), import('../core/model/options.ts')]);
  requireOneSource(options, verb);
  const { files, skipped } = await loadFiles(options, io);
  const catalogFile = files.find(({ path }) => path === CATALOG_FILE);
  const { catalog, problems } =
    catalogFile === undefined ? { catalog: DEFAULT_CATALOG, problems: [] } : readCatalog(catalogFile);
  const loaded = await loadCluster(options, verb, catalog, io);
  if (loaded !== undefined) {
    const { clusterInputs } = await import('./cluster-inputs.ts');
    return clusterInputs(loaded, { catalog, catalogFile, options, problems: [...skipped, ...problems] });
  }
  const cluster = options.env === undefined ? likelyCluster(catalog) : findCluster(catalog, options.env);
  const environment = options.env ?? cluster?.name;
  const given = cluster === undefined ? { variables: {}, missing: [] } : clusterVariables(cluster, files);
  if (given.missing.length > 0) {
    throw new CliError(
      `${CATALOG_FILE} names variableFiles that the repository does not have: ${given.missing.join(', ')}.`,
      'Correct the paths, which are relative to the root of the repository.',
    );
  }
  const agent = agentOptions({
    ...agentOptionsOf(catalog, cluster),
    ...versionOptions(options.ciliumVersion, catalog),
  });
  return {
    problems: [...skipped, ...problems],
    inputs: {
      files,
      catalog,
      options: agent,
      readOptions: {
        agent,
        variables: { ...given.variables, ...variablesOf(options.var ?? []) },
        ...(cluster === undefined || cluster.paths.length === 0 ? {} : { paths: cluster.paths }),
        ...(environment === undefined ? {} : { environment }),
      },
      isClusterNameAssumed: (cluster?.cilium.clusterName ?? catalog.cilium.clusterName) === undefined,
    },
  };
}

/** The catalog's file, at the repository's root. */
export const CATALOG_FILE = 'propolis.yaml';

/** Of the catalog's clusters, the only one, or the one that people use. */
function likelyCluster({ clusters }: Catalog): Cluster | undefined {
  const [first, second] = clusters;
  return second === undefined ? first : clusters.find(({ environment }) => environment === 'live');
}

/** A version on the command line brings its own defaults where the catalog does not set them. */
export function versionOptions(version: CiliumVersion | undefined, catalog: Catalog): object {
  if (version === undefined) return {};
  const defaultLocalCluster = catalog.cilium.defaultLocalCluster ?? version !== '1.18';
  return { version, defaultLocalCluster };
}

async function loadFiles(
  options: InputOptions,
  io: Io,
): Promise<{ readonly files: readonly SourceFile[]; readonly skipped: readonly Problem[] }> {
  const { repositoryFiles, streamFile } = await import('../adapters/files/repository.ts');
  if (options.cluster === true || options.snapshot !== undefined) {
    const text = readInside(resolve(io.cwd, options.repo ?? '.'), CATALOG_FILE);
    return { files: text === undefined ? [] : [{ path: CATALOG_FILE, text }], skipped: [] };
  }
  if (options.manifests !== undefined && options.repo !== undefined) {
    throw new CliError('--manifests and --repo are two sources of the same.', 'Give one of them.');
  }
  if (options.manifests === '-') return { files: [streamFile(await textOf(io.stdin))], skipped: [] };
  const walked = repositoryFiles(resolve(io.cwd, options.manifests ?? options.repo ?? '.'));
  const files = await walked.files();
  return { files, skipped: walked.skipped() };
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function variablesOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, equals));
    if (!/^[_A-Za-z][_A-Za-z0-9]*$/.test(name)) {
      throw new CliError(
        `--var must not be "${pair}".`,
        'It must be NAME=VALUE, with a name of letters, digits and _.',
      );
    }
    variables[name] = pair.slice(equals + 1);
  }
  return variables;
}

/** How text is laid out for this terminal. */
export async function textOptions(color: ColorMode, io: Io): Promise<{ width: number; paint: Paint }> {
  const { ANSI, PLAIN } = await import('../core/report/paint.ts');
  return { width: widthOf(io), paint: wantsColor(color, io) ? ANSI : PLAIN };
}
