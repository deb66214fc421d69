import { type Command, Option } from 'commander';
import type { ChangeRefusal } from '../core/change/index.ts';
import type { Inputs } from '../core/diagnose/index.ts';
import type { TextOptions } from '../core/report/index.ts';
import {
  type CommitDone,
  type CommitOptions,
  type CommitPlan,
  commitAndPublish,
  commitJson,
  isCommitted,
  rootOf,
} from './commit.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { CATALOG_FILE, type InputOptions, textOptions } from './inputs.ts';
import type { Io } from './io.ts';
import { printData } from './print-data.ts';
import { reportProblems } from './problems.ts';
import { reportPublished } from './publish.ts';
import { addPublishOptions, requirePublishSense } from './publish-options.ts';
import { writeFiles } from './write-files.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

/** Options of every verb that changes files. */
export interface ChangeOptions extends CommitOptions {
  readonly output: (typeof OUTPUTS)[number];
  readonly diff?: true;
  readonly reason?: string;
}

export function addChangeOptions(command: Command): Command {
  command
    .option('--diff', 'print the change as a diff and write nothing')
    .option('--commit', 'commit the change on the branch that is checked out')
    .option('--branch <name>', 'commit it on a new branch, and leave the work tree as it is')
    .option('--reason <text>', 'why, for the commit message')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  return addPublishOptions(command);
}

/** What a verb has planned. No files: they say so already. */
export interface PlannedChange extends CommitPlan {
  readonly text: (options: TextOptions) => string;
  readonly json: object;
}

/** What became of it. */
type Done =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'written' }
  | { readonly kind: 'committed'; readonly done: CommitDone };

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
    await reportCommit(done.done, io);
  }
  return options.diff === true ? EXIT.findings : EXIT.ok;
}

/** Tells what was done with a change. @throws CliError with what could not be done after the commit */
export async function reportCommit(done: CommitDone, io: Io): Promise<void> {
  const { committedText } = await import('../core/report/change-commit.ts');
  io.err(`propolis: ${committedText(done.committed, done.isKnown)}\n`);
  await reportPublished(done, io);
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

function requireSense(options: ChangeOptions & InputOptions): void {
  const { diff, reason, manifests } = options;
  const commits = isCommitted(options);
  requirePublishSense(options);
  if (diff === true && commits) {
    throw new CliError('--diff writes nothing, so there is nothing to commit or push.', 'Give one of them.');
  }
  if (reason !== undefined && !commits && diff !== true) {
    throw new CliError(
      '--reason is for the commit message.',
      'Add --commit, --branch NAME, --push or --pull-request.',
    );
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
    const none = { commit: null, push: null, pullRequest: null };
    const made = done.kind === 'committed' ? await commitJson(done.done) : none;
    await printData({ ...json, isWritten: done.kind !== 'nothing', ...made }, output, io);
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

async function writeOrCommit(
  planned: PlannedChange,
  options: ChangeOptions & InputOptions,
  io: Io,
): Promise<Done> {
  if (isCommitted(options)) return { kind: 'committed', done: await commitAndPublish(planned, options, io) };
  await writeFiles(rootOf(options, io), planned.files);
  return { kind: 'written' };
}
