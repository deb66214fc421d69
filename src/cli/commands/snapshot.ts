import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ClusterState } from '../../core/cluster/index.ts';
import { addConnectOptions, type ConnectOptions, loadCluster } from '../cluster-options.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { reportProblems } from '../problems.ts';

interface SnapshotOptions extends ConnectOptions {
  readonly output?: string;
  readonly repo?: string;
}

/** `propolis snapshot`: what a cluster has, in a file for later. */
export function addSnapshot(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('snapshot')
    .summary('save what a cluster has, to ask it later')
    .description(
      'Read the policies, namespaces, pods, Services and nodes of a cluster and write them as one file, which every verb takes with --snapshot. No Secret is read, and of containers only their names, images and ports are kept.',
    )
    .option('-o, --output <file>', 'where to write it (default: standard output)')
    .option('--repo <dir>', 'the repository whose catalog knows the cluster (default: here)');
  addConnectOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  propolis snapshot --context live -o live.json
  propolis can shop/web database/pg 5432 --snapshot live.json
  propolis snapshot | gzip > live.json.gz`,
    )
    .action(async (options: SnapshotOptions) => done(await snapshot(options, io)));
}

async function snapshot(options: SnapshotOptions, io: Io): Promise<ExitCode> {
  const [{ readCatalogAt }, { forbiddenProblems }, { snapshotText }] = await Promise.all([
    import('../catalog-file.ts'),
    import('../cluster-inputs.ts'),
    import('../../core/cluster/index.ts'),
  ]);
  const { catalog } = await readCatalogAt(options, io);
  const loaded = await loadCluster({ ...options, cluster: true }, 'snapshot', catalog, io);
  if (loaded === undefined) return EXIT.error;
  const { state, ciliumNamespace } = loaded;
  const text = snapshotText(state, { ciliumNamespace });
  if (options.output === undefined) io.out(text);
  else writeWhole(resolve(io.cwd, options.output), options.output, text);
  const { snapshotSummary } = await import('../../core/report/cluster.ts');
  io.err(
    `propolis: ${snapshotSummary(state)}${options.output === undefined ? '' : `, in ${options.output}`}\n`,
  );
  return (await reportProblems({ problems: forbiddenProblems(state satisfies ClusterState) }, io))
    ? EXIT.error
    : EXIT.ok;
}

/** The whole file or none: whoever reads it meanwhile gets the old one. */
function writeWhole(path: string, name: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    const detail = error instanceof Error ? error.message : String(error);
    throw new CliError(`${name} cannot be written: ${detail}`, 'Name a file in a folder that is there.');
  }
}
