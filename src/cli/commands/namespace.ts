import { type Command, Option } from 'commander';
import type { NamespacePlan, NamespaceRequest } from '../../core/change/index.ts';
import {
  addChangeOptions,
  type ChangeOptions,
  finishChange,
  printRefusal,
  reportUnread,
} from '../change-options.ts';
import { addClusterOptions } from '../cluster-options.ts';
import { namespaceCommitPlan } from '../commit-plans.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { reportProblems } from '../problems.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

interface ListOptions extends InputOptions {
  readonly output: (typeof OUTPUTS)[number];
}

interface SetOptions extends InputOptions, ChangeOptions {
  readonly profile?: string;
  readonly removeProfile?: true;
  readonly access?: readonly string[];
  readonly removeAccess?: readonly string[];
}

/** `propolis namespace list`, `propolis namespace set NAME`: who has what, and changes of it in people's files. */
export function addNamespace(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('namespace')
    .alias('ns')
    .summary('who has what; changes labels in your files')
    .description('List the namespaces with their profiles and access labels, or change those of one.');
  addList(command, io, done);
  addSet(command, io, done);
}

function addList(parent: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = parent
    .command('list')
    .summary('profile, access, escape hatch and place of every namespace')
    .description('List every namespace that the files name, with what its labels say and where they stand.')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addClusterOptions(addInputOptions(command))
    .addHelpText(
      'after',
      '\nExamples:\n  propolis namespace list\n  propolis namespace list --env live -o json',
    )
    .action(async (options: ListOptions) => done(await list(options, io)));
}

function addSet(parent: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = parent
    .command('set')
    .summary('give a namespace a profile and access, in the file that declares it')
    .description(
      'Change the profile and the access labels of a namespace in the file that declares it, and only those bytes. The files are read again, and what the change opens and closes is shown. Refused where it cannot be shown that nothing else changes.',
    )
    .argument('<name>', 'the namespace')
    .option('--profile <name>', 'the profile it is to have')
    .option('--remove-profile', 'it is to have no profile')
    .option(
      '--access <resources>',
      'shared resources it may reach: postgres,dragonfly; repeatable',
      splitList,
    )
    .option('--remove-access <resources>', 'shared resources it may not reach any more', splitList);
  addInputOptions(addChangeOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  propolis namespace set zipline --access postgres --diff
  propolis namespace set zipline --profile internal-egress --access postgres,garage-s3
  propolis namespace set zipline --remove-access dragonfly --branch zipline-without-cache \\
    --reason 'It has kept its sessions in PostgreSQL since 4.0.'
  propolis namespace set zipline --access postgres --pull-request`,
    )
    .action(async (name: string, options: SetOptions) => done(await set(name, options, io)));
}

async function list(options: ListOptions, io: Io): Promise<ExitCode> {
  const [{ inputs, problems }, { namespaceEntries }, { readRepository }, report] = await Promise.all([
    loadInputs(options, io, 'namespace list'),
    import('../../core/change/index.ts'),
    import('../../core/manifest/read.ts'),
    import('../../core/report/change-namespaces.ts'),
  ]);
  const read = readRepository(inputs.files, inputs.readOptions);
  const entries = namespaceEntries(read, inputs.catalog);
  switch (options.output) {
    case 'table':
      io.out(report.namespaceListText(entries, await textOptions(options.color, io)));
      break;
    case 'json':
      io.out(jsonText(report.namespaceListJson(entries)));
      break;
    case 'yaml': {
      io.out(await yamlText(report.namespaceListJson(entries)));
      break;
    }
  }
  const chosen = read.approximations.find(({ code }) => code === 'environment-chosen');
  if (chosen !== undefined && options.env === undefined) {
    const { printable } = await import('../../core/report/printable.ts');
    io.err(`propolis: of several clusters, these are of ${printable(chosen.detail)}; choose with --env.\n`);
  }
  if (await reportProblems({ problems: [...problems, ...read.problems] }, io)) return EXIT.error;
  return entries.some(({ faults }) => faults.length > 0) ? EXIT.findings : EXIT.ok;
}

async function set(namespace: string, options: SetOptions, io: Io): Promise<ExitCode> {
  const request = requestOf(namespace, options);
  const [{ inputs, problems }, { planNamespaceChange }] = await Promise.all([
    loadInputs(options, io),
    import('../../core/change/index.ts'),
  ]);
  if (await reportProblems({ problems }, io)) return EXIT.error;
  await reportUnread(inputs, io);
  const plan = planNamespaceChange(request, inputs);
  if (plan.kind === 'refused') return printRefusal(plan.refusal, await planJson(plan), options, io);
  const { namespaceChangeText } = await import('../../core/report/change.ts');
  return finishChange(
    {
      ...(await namespaceCommitPlan(plan, inputs, options.reason)),
      text: (text) => (plan.kind === 'change' ? namespaceChangeText(plan.change, text) : ''),
      json: await planJson(plan),
    },
    options,
    io,
  );
}

async function planJson(plan: NamespacePlan): Promise<object> {
  const { namespacePlanJson } = await import('../../core/report/change.ts');
  return namespacePlanJson(plan);
}

function requestOf(namespace: string, options: SetOptions): NamespaceRequest {
  const { profile, removeProfile, access = [], removeAccess = [], env } = options;
  if (profile !== undefined && removeProfile === true) {
    throw new CliError('--profile and --remove-profile are opposites.', 'Give one of them.');
  }
  const both = access.find((resource) => removeAccess.includes(resource));
  if (both !== undefined) {
    throw new CliError(
      `"${both}" is both to be given and to be taken.`,
      'Name it in --access or in --remove-access.',
    );
  }
  if (profile === undefined && removeProfile !== true && access.length + removeAccess.length === 0) {
    throw new CliError(
      'Nothing was asked for.',
      'Say what to change: --profile, --remove-profile, --access or --remove-access.',
    );
  }
  return {
    namespace,
    access,
    removeAccess,
    ...(profile === undefined ? {} : { profile: { kind: 'set', name: profile } }),
    ...(removeProfile === true ? { profile: { kind: 'remove' } } : {}),
    ...(env === undefined ? {} : { environment: env }),
  };
}

/** `a,b` and several of them. */
function splitList(value: string, before: readonly string[] = []): readonly string[] {
  return [
    ...before,
    ...value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ];
}
