import { relative, resolve, sep } from 'node:path';
import { type Command, Option } from 'commander';
import type { Catalog } from '../../core/catalog/index.ts';
import type { AppliedResult, ApplyPlan, ClusterState } from '../../core/cluster/index.ts';
import type { Place } from '../../core/model/place.ts';
import type { ApplyReport, DryRun } from '../../core/report/cluster-apply.ts';
import { readCatalogAt } from '../catalog-file.ts';
import { KINDS_OF_VERB } from '../cluster-kinds.ts';
import { addConnectOptions, type ConnectOptions, ciliumNamespaceOf, connect } from '../cluster-options.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import { type Io, nowOf } from '../io.ts';
import { reportProblems, requirePolicies } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;
const DRY_RUNS = ['none', 'client', 'server'] as const;

interface ApplyCommandOptions extends InputOptions, ConnectOptions {
  readonly dryRun: DryRun;
  readonly forceConflicts?: true;
  readonly output: (typeof OUTPUTS)[number];
}

/** `propolis apply --context dev [FILE…]`: what the files say, into a cluster that may be written directly. */
export function addApply(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('apply')
    .summary('put policies and namespace labels into a dev cluster')
    .description(
      'Apply the policies of the repository, and the labels of its namespaces that the catalog owns, to a cluster that the catalog says may be written directly. Every other cluster is written through Git. Nothing is ever deleted.',
    )
    .argument('[path...]', 'only what stands in these files and folders; everything is read all the same')
    .addOption(
      new Option('--dry-run <how>', 'client: ask nothing of the cluster; server: ask, and write nothing')
        .choices(DRY_RUNS)
        .default('none'),
    )
    .option('--force-conflicts', 'take over fields that others manage')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addConnectOptions(addInputOptions(command))
    .addHelpText(
      'after',
      `
Fields are applied on the server's side, as the field manager propolis. A conflict names who manages a field.

Examples:
  propolis apply --context dev --dry-run server
  propolis apply --context dev
  propolis apply --context dev kubernetes/platform/database.yaml
  kustomize build . | propolis apply --context dev --manifests -`,
    )
    .action(async (paths: readonly string[], options: ApplyCommandOptions) =>
      done(await apply(paths, options, io)),
    );
}

async function apply(paths: readonly string[], options: ApplyCommandOptions, io: Io): Promise<ExitCode> {
  if (options.context === undefined) {
    throw new CliError('apply writes, so it does not take the current context.', 'Name one: --context dev');
  }
  // The files are those of the cluster that is written, so it is found before they are read.
  const { catalog, problems: faults } = await readCatalogAt(options, io);
  if (await reportProblems({ problems: faults }, io)) {
    throw new CliError(
      'The catalog says which cluster may be written, and it has faults: nothing was written.',
    );
  }
  const cluster = await connect(options, catalog, io);
  const environment = await requireWritable(cluster.identity, catalog, options);
  const { inputs, problems } = await loadInputs(
    { ...options, ...(environment === undefined ? {} : { env: environment }) },
    io,
    'apply',
  );
  const [{ readDeclared }, core] = await Promise.all([
    import('../../core/manifest/read.ts'),
    import('../../core/cluster/index.ts'),
  ]);
  const { read, objects } = readDeclared(inputs.files, inputs.readOptions);
  requirePolicies(read, options);
  const state: Pick<ClusterState, 'objects' | 'missing'> =
    options.dryRun === 'client'
      ? { objects: {}, missing: [] }
      : await core.readCluster(cluster, {
          kinds: KINDS_OF_VERB.apply,
          ciliumNamespace: ciliumNamespaceOf(options, io),
          takenAt: new Date(nowOf(io)).toISOString(),
        });
  const isMeant = pathFilter(paths, options, io);
  const plan: ApplyPlan = core.planApply({ read, objects, catalog, state, isMeant });
  if (plan.objects.length + plan.leftOut.length === 0) {
    throw new CliError(
      'There is nothing to apply in these files.',
      'Name files with policies or namespaces.',
    );
  }
  const results: readonly AppliedResult[] =
    options.dryRun === 'client'
      ? plan.objects.map((planned) => ({ ...planned, outcome: { kind: 'not-asked' } }))
      : await core.applyAll(cluster, plan, state, {
          isForced: options.forceConflicts === true,
          isDryRun: options.dryRun === 'server',
        });
  const report: ApplyReport = { results, leftOut: plan.leftOut, dryRun: options.dryRun };
  await print(report, options, io);
  const { isWholeApply } = await import('../../core/report/cluster-apply.ts');
  if (await reportProblems({ problems: [...problems, ...read.problems] }, io)) return EXIT.error;
  return isWholeApply(report) ? EXIT.ok : EXIT.findings;
}

/** @returns the catalog's name of the cluster. @throws CliError where it may not be written */
async function requireWritable(
  identity: ClusterState['identity'],
  catalog: Catalog,
  { env }: ApplyCommandOptions,
): Promise<string | undefined> {
  const [{ matchCluster, refuseWrite }, { writeRefusalText }] = await Promise.all([
    import('../../core/cluster/index.ts'),
    import('../../core/report/words/write-refusal.ts'),
  ]);
  const refusal = refuseWrite(identity, catalog);
  if (refusal !== undefined) {
    const { message, remedy } = writeRefusalText(refusal, catalog);
    throw new CliError(message, remedy.join('\n  '));
  }
  const match = matchCluster(identity, catalog);
  if (match.kind !== 'known') return undefined;
  const { name } = match.cluster;
  if (env !== undefined && env !== name) {
    throw new CliError(
      `--env ${env} is not the cluster of the context ${identity.context}, which is ${name}.`,
      'Leave --env out.',
    );
  }
  return name;
}

function pathFilter(
  paths: readonly string[],
  { repo, manifests }: InputOptions,
  { cwd }: Io,
): (place: Place) => boolean {
  if (paths.length === 0) return () => true;
  if (manifests !== undefined) {
    throw new CliError('Paths and --manifests do not go together.', 'Give one of them.');
  }
  const root = resolve(cwd, repo ?? '.');
  const wanted = paths.map((path) => relative(root, resolve(cwd, path)).split(sep).join('/'));
  return ({ file }) => wanted.some((path) => path === '' || file === path || file.startsWith(`${path}/`));
}

async function print(report: ApplyReport, { output, color }: ApplyCommandOptions, io: Io): Promise<void> {
  const { clusterApplyJson, clusterApplyText } = await import('../../core/report/cluster-apply.ts');
  switch (output) {
    case 'table':
      io.out(clusterApplyText(report, await textOptions(color, io)));
      break;
    case 'json':
      io.out(jsonText(clusterApplyJson(report)));
      break;
    case 'yaml': {
      io.out(await yamlText(clusterApplyJson(report)));
      break;
    }
  }
}
