import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Repository } from '../../core/cluster/drift.ts';
import type { GitSide } from '../../core/cluster/git-side.ts';
import type { ClusterStatus } from '../../core/cluster/status.ts';
import { parseInstant } from '../../core/flow/time.ts';
import { addClusterOptions } from '../cluster-options.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import {
  addInputOptions,
  CATALOG_FILE,
  type InputOptions,
  type LoadedInputs,
  loadInputs,
  textOptions,
} from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import { reportProblems } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

interface StatusOptions extends InputOptions {
  readonly output: (typeof OUTPUTS)[number];
}

/** `propolis status [NAMESPACE]`: what is in force in a cluster, and how it differs from Git. */
export function addStatus(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('status')
    .summary('profile, access, policies, their validity, hatch, drift')
    .description(
      'Show each namespace of a cluster: its profile and access labels, whether the escape hatch is open, the policies that select its pods and what the agents say of them, pods that Cilium does not manage, and what differs from Git.',
    )
    .argument('[namespace]', 'one namespace, in detail (default: all, as a table)')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addClusterOptions(addInputOptions(command))
    .addHelpText(
      'after',
      `
The cluster is that of the current context, or --snapshot. --repo is what it is compared with.
It ends with 1 where the hatch is open, the agents refused a policy, Cilium does not manage a pod, or the
cluster differs from Git.

Examples:
  propolis status --repo ../cluster
  propolis status zipline --context live --env live
  propolis status --snapshot live.json -o json`,
    )
    .action(async (namespace: string | undefined, options: StatusOptions) =>
      done(await status(namespace, options, io)),
    );
}

async function status(namespace: string | undefined, options: StatusOptions, io: Io): Promise<ExitCode> {
  // Variables and rendered files are Git's, not the cluster's.
  const { var: _, manifests: __, ...others } = options;
  const source = options.snapshot === undefined ? { ...others, cluster: true as const } : others;
  const [{ cluster, inputs, problems }, { statusOf }, { statusFindings }] = await Promise.all([
    loadInputs(source, io, 'status'),
    import('../../core/cluster/status.ts'),
    import('../../core/cluster/status-findings.ts'),
  ]);
  if (cluster === undefined) throw new CliError('There is no cluster to ask.', 'Name one with --context.');
  const compared = await repositoryOf(options, { cluster, inputs, problems }, io);
  const found = statusOf({
    state: cluster.state,
    catalog: inputs.catalog,
    options: inputs.options,
    nowMs: parseInstant(cluster.state.takenAt)?.ms ?? nowOf(io),
    git: compared.git,
    ...(compared.repository === undefined ? {} : { repository: compared.repository }),
  });
  requireNamespaces(found);
  if (namespace !== undefined) await requireNamespace(namespace, found);
  io.out(await printed(found, namespace, options, io));
  // What may not be read is told with the answer.
  const untold = [...problems, ...compared.problems].filter(({ code }) => code !== 'not-permitted');
  if (await reportProblems({ problems: untold }, io)) return EXIT.error;
  return statusFindings(found, namespace).length > 0 ? EXIT.findings : EXIT.ok;
}

interface Compared {
  readonly git: GitSide;
  readonly repository?: Repository;
  readonly problems: LoadedInputs['problems'];
}

/**
 * What Git says, for the catalog's cluster that is asked. A folder that nobody named is only taken where it looks like
 * the repository of this cluster: another one would make a finding of everything.
 */
async function repositoryOf(
  { env, repo, manifests, var: variables, ciliumVersion, color }: StatusOptions,
  { cluster, inputs: { catalog } }: LoadedInputs,
  io: Io,
): Promise<Compared> {
  const isNamed = repo !== undefined || manifests !== undefined;
  if (!isNamed && !looksLikeRepository(io.cwd)) return { git: { kind: 'none' }, problems: [] };
  const [{ matchCluster, sharesPolicies }, { readDeclared }] = await Promise.all([
    import('../../core/cluster/index.ts'),
    import('../../core/manifest/read.ts'),
  ]);
  const match = cluster === undefined ? undefined : matchCluster(cluster.state.identity, catalog);
  const environment = env ?? (match?.kind === 'known' ? match.cluster.name : undefined);
  const files: InputOptions = {
    color,
    ...(environment === undefined ? {} : { env: environment }),
    ...(repo === undefined ? {} : { repo }),
    ...(manifests === undefined ? {} : { manifests }),
    ...(variables === undefined ? {} : { var: variables }),
    ...(ciliumVersion === undefined ? {} : { ciliumVersion }),
  };
  const { inputs, problems } = await loadInputs(files, io, 'status');
  const repository = readDeclared(inputs.files, inputs.readOptions);
  const { read } = repository;
  const policies = read.policies.length + read.refused.length;
  if (policies === 0) return { git: { kind: 'none' }, problems: [] };
  const where = manifests ?? repo ?? '.';
  const isOurs = isNamed || match?.kind === 'known' || cluster === undefined;
  if (!isOurs && !sharesPolicies(cluster.state, repository)) {
    return { git: { kind: 'foreign', where, policies }, problems: [] };
  }
  const taken = inputs.readOptions.environment;
  const git: GitSide = {
    kind: 'compared',
    where,
    policies,
    ...(taken === undefined ? {} : { environment: taken }),
  };
  return { git, repository, problems: [...problems, ...read.problems] };
}

/** A catalog, or Git's folder here or above. */
function looksLikeRepository(folder: string): boolean {
  if (existsSync(join(folder, CATALOG_FILE))) return true;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true;
    if (dirname(at) === at) return false;
  }
}

function requireNamespaces({ namespaces, missing }: ClusterStatus): void {
  if (namespaces.length > 0) return;
  const forbidden = missing.some(({ kind }) => kind === 'Namespace');
  throw new CliError(
    forbidden ? 'The namespaces of the cluster may not be read.' : 'The cluster has no namespaces.',
    forbidden
      ? 'Ask for the role `propolis-read` of docs/rbac.md, or for `list namespaces`.'
      : 'Check the context, or the snapshot.',
  );
}

async function requireNamespace(namespace: string, { namespaces }: ClusterStatus): Promise<void> {
  const known = namespaces.map(({ name }) => name);
  if (known.includes(namespace)) return;
  const { nearestNames } = await import('../../core/ask/index.ts');
  const nearest = nearestNames(namespace, known);
  throw new CliError(
    `The cluster has no namespace "${namespace}".`,
    nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name and the context.',
  );
}

async function printed(
  found: ClusterStatus,
  namespace: string | undefined,
  { output, color }: StatusOptions,
  io: Io,
): Promise<string> {
  switch (output) {
    case 'table': {
      const { namespaceStatusText, statusText } = await import('../../core/report/status.ts');
      const style = await textOptions(color, io);
      const one = found.namespaces.find(({ name }) => name === namespace);
      return one === undefined ? statusText(found, style) : namespaceStatusText(found, one, style);
    }
    case 'json': {
      const { statusJson } = await import('../../core/report/status-json.ts');
      return jsonText(statusJson(found, namespace));
    }
    case 'yaml': {
      const { statusJson } = await import('../../core/report/status-json.ts');
      return yamlText(statusJson(found, namespace));
    }
  }
}
