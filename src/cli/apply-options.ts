import { type Command, InvalidArgumentError } from 'commander';
import type { FixChoice } from '../core/change/index.ts';
import { CAUSE_CODES } from '../core/diagnose/types.ts';
import { CliError } from './exit.ts';
import type { InputOptions } from './inputs.ts';
import { addPublishOptions, type PublishOptions, requirePublishSense } from './publish-options.ts';

/** Options of `debug` that make its fixes. */
export interface ApplyOptions extends PublishOptions {
  readonly apply?: true;
  readonly fix?: readonly number[];
  readonly only?: readonly Kind[];
  readonly branch?: string;
  readonly reason?: string;
}

type Kind = NonNullable<FixChoice['only']>[number];
const KINDS: readonly string[] = ['access-label', 'profile', 'port', 'rule', ...CAUSE_CODES];

export function addApplyOptions(command: Command): Command {
  command
    .option('--apply', 'make the fixes as one commit on a new branch; the work tree stays as it is')
    .option('--fix <n>', 'of the causes, the nth from the top; repeatable, or 1,3', numbers)
    .option(
      '--only <kind>',
      'fixes of this kind (access-label, profile, port, rule) or cause; repeatable',
      kinds,
    )
    .option('--branch <name>', 'the name of the branch (default: propolis/NAMESPACE-WHAT)')
    .option('--reason <text>', 'why, for the commit message and the pull request');
  return addPublishOptions(command);
}

function numbers(text: string, before: readonly number[] = []): readonly number[] {
  const all = text.split(',').map((one) => one.trim());
  if (!all.every((one) => /^[1-9]\d{0,5}$/.test(one))) {
    throw new InvalidArgumentError('It must be the number of a cause, from 1.');
  }
  return [...before, ...all.map(Number)];
}

function kinds(text: string, before: readonly Kind[] = []): readonly Kind[] {
  const all = text.split(',').map((one) => one.trim());
  const wrong = all.find((one) => !KINDS.includes(one));
  if (wrong !== undefined) {
    throw new InvalidArgumentError(
      'It must be access-label, profile, port or rule, or the code of a cause as it is printed.',
    );
  }
  return [...before, ...(all as readonly Kind[])];
}

/** @throws CliError for options that do not go together */
export function requireApplySense(options: ApplyOptions & InputOptions & { readonly output: string }): void {
  if (options.apply !== true) {
    const { fix, only, branch, reason, push, pullRequest } = options;
    const given = { '--fix': fix, '--only': only, '--branch': branch, '--reason': reason };
    const sent = { '--push': push, '--pull-request': pullRequest };
    const name = Object.entries({ ...given, ...sent }).find(([, value]) => value !== undefined)?.[0];
    if (name !== undefined) throw new CliError(`${name} is about making the fixes.`, 'Add --apply.');
  } else if (options.output === 'diff') {
    throw new CliError('-o diff prints the fixes, and --apply makes them.', 'Give one of them.');
  } else if (options.manifests !== undefined || options.cluster === true || options.snapshot !== undefined) {
    throw new CliError(
      'Fixes are made in the files that people wrote, and these are not.',
      'Name the repository with --repo.',
    );
  }
  requirePublishSense(options);
}
