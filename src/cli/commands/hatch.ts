import { type Command, InvalidArgumentError, Option } from 'commander';
import { addClusterOptions, addConnectOptions, duration } from '../cluster-options.ts';
import type { ExitCode } from '../exit.ts';
import { addFlowOptions } from '../flow-options.ts';
import type { CloseOptions } from '../hatch/close.ts';
import type { OpenOptions } from '../hatch/open.ts';
import type { PlanOptions } from '../hatch/plan.ts';
import type { ReapOptions } from '../hatch/reap.ts';
import type { StatusOptions } from '../hatch/status.ts';
import { addInputOptions } from '../inputs.ts';
import { COLOR_MODES, type Io } from '../io.ts';

const OUTPUTS = ['table', 'json', 'yaml'] as const;

/** `propolis hatch`: the escape hatch, with a clock. */
export function addHatch(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const hatch = program
    .command('hatch')
    .summary('the escape hatch: plan, open, status, close, reap')
    .description(
      'Open a namespace to all traffic in an emergency, with a reason and an end, and close it again. Everything else goes through Git.',
    );
  addPlan(hatch, io, done);
  addOpen(hatch, io, done);
  addStatus(hatch, io, done);
  addClose(hatch, io, done);
  addReap(hatch, io, done);
}

function addPlan(hatch: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = hatch
    .command('plan')
    .summary('which drops it would relieve, and what it would open')
    .description(
      'Say of each current drop of a namespace whether opening it would help, and why not; and what it would open. Nothing is changed. Exit 1 when something would go on dropping.',
    )
    .argument('<namespace>', 'the namespace that would be opened')
    .option('--since <time>', 'how far to look back: 5m, or a time (default: 15m live, all of a recording)')
    .option('--fixes <n>', 'seek fixes for the n most frequent drops', wholeNumber, 20);
  addFlowOptions(withOutput(addClusterOptions(addInputOptions(command))))
    .addHelpText(
      'after',
      `
Examples:
  propolis hatch plan zipline --since 15m
  propolis hatch plan zipline --flows flows.jsonl --repo ../cluster`,
    )
    .action(async (namespace: string, options: PlanOptions) => {
      const { planNamespace } = await import('../hatch/plan.ts');
      done(await planNamespace(namespace, options, io));
    });
}

function addOpen(hatch: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = hatch
    .command('open')
    .summary('open a namespace, until a time')
    .description(
      'Set the label that opens a namespace, with the reason, who and until when, so that Flux leaves it alone. Then follow its flows and say whether the drops have stopped. Safe to run again.',
    )
    .argument('<namespace>', 'the namespace to open')
    .option('--reason <text>', 'why, for the record and the alarm')
    .option('--ticket <id>', 'the ticket or incident that it belongs to')
    .option('--for <time>', 'how long: 30m, 2h (default and limit: hatch in propolis.yaml)', seconds)
    .option('--confirm <namespace>', 'the name again, where the catalog asks for it')
    .option('--extend', 'set a new end and record where it is open already')
    .option('--force', 'take the label over from another field manager')
    .option('--watch <time>', 'follow the flows for so long; 0 to not', secondsOrNone, 60);
  addFlowOptions(withOutput(addConnectOptions(withRepo(command))))
    .addHelpText(
      'after',
      `
Examples:
  propolis hatch open zipline --reason "uploads fail" --for 1h
  propolis hatch open zipline --context live --reason "uploads fail" \\
    --ticket INC-7 --confirm zipline
  propolis hatch open zipline --extend --for 2h --reason "still looking"`,
    )
    .action(async (namespace: string, options: OpenOptions) => {
      const { openNamespace } = await import('../hatch/open.ts');
      done(await openNamespace(namespace, options, io));
    });
}

function addStatus(hatch: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = hatch
    .command('status')
    .summary('which namespaces are open: since, until, who, why')
    .description('A line for each open namespace. Exit 1 when one is past its time.')
    .argument('[namespace]', 'only this one')
    .option('--no-drops', 'do not ask Hubble for the drops meanwhile');
  addFlowOptions(withOutput(addConnectOptions(withRepo(command))))
    .addHelpText(
      'after',
      '\nExamples:\n  propolis hatch status\n  propolis hatch status --context live -o json',
    )
    .action(async (namespace: string | undefined, options: StatusOptions) => {
      const { hatchStatus } = await import('../hatch/status.ts');
      done(await hatchStatus(namespace, options, io));
    });
}

function addClose(hatch: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = hatch
    .command('close')
    .summary('close a namespace, and report what drops again')
    .description(
      'Take the label and its record away, then follow the flows and report what drops again, with its diagnosis. With --check nothing is changed: the traffic since it was opened is replayed, and what would drop is said; with --flows by the policies of a repository, so that a fix can be tried before it is merged. Safe to run again.',
    )
    .argument('<namespace>', 'the namespace to close')
    .option('--check', 'only say what of the traffic since then would drop')
    .option('--since <time>', 'of --check, how far to look back (default: since it was opened)')
    .option('--watch <time>', 'follow the flows for so long; 0 to not', secondsOrNone, 60);
  addFlowOptions(withOutput(addClusterOptions(addInputOptions(command))))
    .addHelpText(
      'after',
      `
Examples:
  propolis hatch close zipline --check
  propolis hatch close zipline --check --flows seen.jsonl --repo .
  propolis hatch close zipline`,
    )
    .action(async (namespace: string, options: CloseOptions) => {
      const { closeNamespace } = await import('../hatch/close.ts');
      done(await closeNamespace(namespace, options, io));
    });
}

function addReap(hatch: Command, io: Io, done: (code: ExitCode) => void): void {
  const command = hatch
    .command('reap')
    .summary('close what is past its time, for a CronJob')
    .description(
      'Close every namespace whose time is over. `hatch.reaper` in propolis.yaml renders its CronJob.',
    )
    .option('--dry-run', 'only say what would be closed');
  addConnectOptions(withRepo(command))
    .addHelpText('after', '\nExamples:\n  propolis hatch reap --dry-run\n  propolis hatch reap')
    .action(async (options: ReapOptions) => {
      const { reapHatches } = await import('../hatch/reap.ts');
      done(await reapHatches(options, io));
    });
}

function withRepo(command: Command): Command {
  return command
    .option('--repo <dir>', 'the repository whose catalog has the label and the limits (default: here)')
    .addOption(new Option('--color <when>', 'colours').choices(COLOR_MODES).default('auto'));
}

function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to print it').choices(OUTPUTS).default('table'),
  );
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function seconds(text: string): number {
  return Math.ceil(duration(text) / 1000);
}

function secondsOrNone(text: string): number {
  return text === '0' ? 0 : seconds(text);
}
