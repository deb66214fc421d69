import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { ChangeRefusal } from '../core/change/index.ts';
import type { Inputs } from '../core/diagnose/index.ts';
import type { Committed, FileChange } from '../core/model/change.ts';
import type { TextOptions } from '../core/report/index.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { CATALOG_FILE, type InputOptions, textOptions } from './inputs.ts';
import type { Io } from './io.ts';
import { reportProblems } from './problems.ts';
import { writeFiles } from './write-files.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

/** Options of every verb that changes files. */
export interface ChangeOptions {
  readonly output: (typeof OUTPUTS)[number];
  readonly diff?: true;
  readonly commit?: true;
  readonly branch?: string;
  readonly reason?: string;
}

export function addChangeOptions(command: Command): Command {
  return command
    .option('--diff', 'print the change as a diff and write nothing')
    .option('--commit', 'commit the change on the branch that is checked out')
    .option('--branch <name>', 'commit it on a new branch, and leave the work tree as it is')
    .option('--reason <text>', 'why, for the commit message')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
}

/** What a verb has planned. */
export interface PlannedChange {
  /** Empty: the files say so already. */
  readonly files: readonly FileChange[];
  readonly text: (options: TextOptions) => string;
  readonly json: object;
  readonly message: string;
}

/** What became of it. */
type Done =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'written' }
  | { readonly kind: 'committed'; readonly committed: Committed };

/** Prints a plan, and writes or commits it as the options say. */
export async function finishChange(
  planned: PlannedChange,
  options: ChangeOptions & InputOptions,
  io: Io,
): Promise<ExitCode> {
  const { files } = planned;
  requireSense(options);
  const isWritten = files.length > 0 && options.diff !== true;
  // What cannot be written is said before anything else, so that nobody takes the plan for done.
  const done: Done = isWritten ? await writeOrCommit(planned, options, io) : { kind: 'nothing' };
  await printPlan(planned, done, options, io);
  if (files.length === 0) {
    io.err('propolis: nothing to change: the files say so already.\n');
    return EXIT.ok;
  }
  if (done.kind === 'written') io.err(`propolis: wrote ${files.map(({ path }) => path).join(', ')}\n`);
  if (done.kind === 'committed') {
    const { committedText } = await import('../core/report/change-commit.ts');
    io.err(`propolis: ${committedText(done.committed)}\n`);
  }
  return options.diff === true ? EXIT.findings : EXIT.ok;
}

/** Says why nothing is changed. */
export async function printRefusal(
  refusal: ChangeRefusal,
  json: object,
  { output }: Pick<ChangeOptions, 'output'>,
  io: Io,
): Promise<ExitCode> {
  if (output !== 'table') await printData(json, output, io);
  const { refusalText } = await import('../core/report/change-refusal.ts');
  const { message, remedy } = refusalText(refusal);
  throw new CliError(message, remedy.join('\n  '));
}

/** Files that could not be read: what they say is in no proof. The change is made all the same. */
export async function reportUnread({ files, readOptions }: Inputs, io: Io): Promise<void> {
  const { readRepository } = await import('../core/manifest/read.ts');
  const { problems } = readRepository(files, readOptions);
  await reportProblems({ problems: problems.filter(({ place }) => place.file !== CATALOG_FILE) }, io);
}

function requireSense({ commit, branch, diff, reason, manifests }: ChangeOptions & InputOptions): void {
  const commits = commit === true || branch !== undefined;
  if (diff === true && commits) {
    throw new CliError('--diff writes nothing, so there is nothing to commit.', 'Give one of them.');
  }
  if (reason !== undefined && !commits && diff !== true) {
    throw new CliError('--reason is for the commit message.', 'Add --commit, or --branch NAME.');
  }
  if (manifests !== undefined && diff !== true) {
    throw new CliError(
      '--manifests are rendered, and what they were rendered from would not change.',
      'Name the repository with --repo, or only look with --diff.',
    );
  }
}

async function printPlan(
  { files, text, json }: PlannedChange,
  done: Done,
  { output, diff, color }: ChangeOptions & InputOptions,
  io: Io,
): Promise<void> {
  if (output !== 'table') {
    const commit = done.kind === 'committed' ? done.committed : null;
    await printData({ ...json, isWritten: done.kind !== 'nothing', commit }, output, io);
    return;
  }
  const words = text(await textOptions(color, io));
  if (diff !== true) {
    io.out(words);
    return;
  }
  const { changeDiff } = await import('../core/report/change.ts');
  io.out(changeDiff(files));
  io.err(words);
}

async function printData(json: object, output: 'json' | 'yaml', io: Io): Promise<void> {
  if (output === 'json') io.out(`${JSON.stringify(json, null, 2)}\n`);
  else io.out((await import('yaml')).stringify(json));
}

async function writeOrCommit(
  { files, message }: PlannedChange,
  { repo, commit, branch }: ChangeOptions & InputOptions,
  io: Io,
): Promise<Done> {
  const root = rootOf(resolve(io.cwd, repo ?? '.'));
  if (commit !== true && branch === undefined) {
    await writeFiles(root, files);
    return { kind: 'written' };
  }
  const [{ gitChanges }, { commitRefusalText }] = await Promise.all([
    import('../adapters/git/changes.ts'),
    import('../core/report/change-commit.ts'),
  ]);
  const outcome = await gitChanges(root, { write: writeFiles, env: io.env }).commit({
    files,
    message,
    ...(branch === undefined ? {} : { branch }),
  });
  if (outcome.kind === 'committed') return outcome;
  const refusal = commitRefusalText(outcome.refusal);
  throw new CliError(refusal.message, refusal.remedy.join('\n  '));
}

/** `--repo` may be one file. */
function rootOf(path: string): string {
  return existsSync(path) && statSync(path).isFile() ? dirname(path) : path;
}
