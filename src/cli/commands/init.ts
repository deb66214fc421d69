import type { Command } from 'commander';
import { addChangeOptions, type ChangeOptions, finishChange } from '../change-options.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { addInputOptions, type InputOptions, loadInputs } from '../inputs.ts';
import type { Io } from '../io.ts';

interface InitOptions extends InputOptions, ChangeOptions {}

/** `propolis init`: a first catalog, from what the repository holds. */
export function addInit(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = program
    .command('init')
    .summary('write a first propolis.yaml from what the repository holds')
    .description(
      'Find out what network policy means in a repository (labels, profiles, shared resources, gateways, platform namespaces, folders, clusters) and write what differs from the defaults into propolis.yaml. A file that is there is never overwritten.',
    );
  addInputOptions(addChangeOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  propolis init --diff
  propolis init --repo ../cluster
  propolis init --branch propolis --reason 'Say in one place what our labels mean.'`,
    )
    .action(async (options: InitOptions) => done(await init(options, io)));
}

async function init(options: InitOptions, io: Io): Promise<ExitCode> {
  const [{ inputs }, { planInit }, report] = await Promise.all([
    loadInputs(options, io),
    import('../../core/change/index.ts'),
    import('../../core/report/change-init.ts'),
  ]);
  const outcome = planInit(inputs);
  const { plan } = outcome;
  if (outcome.kind === 'exists' && options.diff !== true) {
    throw new CliError(
      `${plan.file.path} is there already, and is not overwritten.`,
      'See what would stand in a new one with --diff.',
    );
  }
  const { initCommitMessage } = await import('../../core/report/change-message.ts');
  const code = await finishChange(
    {
      files: plan.file.before === plan.file.text ? [] : [plan.file],
      text: (text) => report.initText(plan, text),
      json: report.initJson(outcome),
      message: initCommitMessage(options.reason),
      branch: 'propolis/catalog',
      async body() {
        const { initPullRequestBody } = await import('../../core/report/pull-request.ts');
        return initPullRequestBody(plan, options.reason);
      },
    },
    options,
    io,
  );
  return plan.counts.policies + plan.counts.namespaces === 0 ? nothingFound(code, io) : code;
}

function nothingFound(code: ExitCode, io: Io): ExitCode {
  io.err('propolis: no policy and no Namespace was found here; the file has the defaults only.\n');
  return code === EXIT.ok ? EXIT.findings : code;
}
