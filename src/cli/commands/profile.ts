import { type Command, Option } from 'commander';
import { addClusterOptions } from '../cluster-options.ts';
import { jsonText, yamlText } from '../data-text.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { reportProblems } from '../problems.ts';
import { addChoose } from './profile-choose.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

interface ListOptions extends InputOptions {
  readonly output: (typeof OUTPUTS)[number];
  readonly rendered?: true;
}

/** `propolis profile list`, `propolis profile choose`: what each admits, and which it should be. */
export function addProfile(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('profile')
    .summary('which profile: what each admits, and which an app needs')
    .description('The profiles of the catalog.');
  addList(command, io, done);
  addChoose(command, io, done);
}

function addList(parent: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = parent
    .command('list')
    .summary('what each profile admits, and who has it')
    .description(
      'List the profiles with what their namespaces may do, in and out, asked of the engine and not of any description; and the namespaces that have them.',
    )
    .option('--rendered', 'judge the policies that render would write, not those of the repository')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'));
  addClusterOptions(addInputOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  propolis profile list
  propolis profile list --rendered
  propolis profile list --env live -o json`,
    )
    .action(async (options: ListOptions) => done(await list(options, io)));
}

async function list(options: ListOptions, io: Io): Promise<ExitCode> {
  const [{ inputs, problems }, { profileList }, { readRepository }, report] = await Promise.all([
    loadInputs(options, io, 'profile list'),
    import('../../core/catalog/profile-list.ts'),
    import('../../core/manifest/read.ts'),
    import('../../core/report/profiles.ts'),
  ]);
  const read = readRepository(inputs.files, inputs.readOptions);
  const found = profileList(inputs.catalog, {
    read,
    options: inputs.options,
    rendered: options.rendered === true,
  });
  switch (options.output) {
    case 'table':
      io.out(report.profileListText(found, await textOptions(options.color, io)));
      break;
    case 'json':
      io.out(jsonText(report.profileListJson(found)));
      break;
    case 'yaml': {
      io.out(await yamlText(report.profileListJson(found)));
      break;
    }
  }
  return (await reportProblems({ problems: [...problems, ...read.problems] }, io)) ? EXIT.error : EXIT.ok;
}
