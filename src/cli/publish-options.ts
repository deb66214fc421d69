import { type Command, Option } from 'commander';
import { FORGE_KINDS, type ForgeKind } from '../core/model/pull-request.ts';
import { CliError } from './exit.ts';

/** Options of every verb that sends its commit somewhere. */
export interface PublishOptions {
  readonly push?: true;
  readonly remote?: string;
  readonly pullRequest?: true;
  readonly base?: string;
  readonly forge?: ForgeKind;
  readonly forgeUrl?: string;
}

export function addPublishOptions(command: Command): Command {
  return command
    .option('--push', 'push that branch, as git push does; without --commit or --branch a new one is made')
    .option('--remote <name>', 'where to (default: where git pushes to)')
    .option('--pull-request', 'push, and open a pull request on GitHub, GitLab or Forgejo')
    .option('--base <branch>', 'what it is to go into (default: the default branch there)')
    .addOption(
      new Option('--forge <kind>', 'what the remote is, where it cannot be told').choices(FORGE_KINDS),
    )
    .option('--forge-url <url>', 'where its API is, where that is another host than the remote');
}

/** Whether anything is to leave this machine. */
export function isPublished({ push, pullRequest }: PublishOptions): boolean {
  return push === true || pullRequest === true;
}

/** @throws CliError for options that have nothing to do without others */
export function requirePublishSense(options: PublishOptions): void {
  const { remote, base, forge, forgeUrl, pullRequest } = options;
  if (remote !== undefined && !isPublished(options)) {
    throw new CliError('--remote is where to push to.', 'Add --push, or --pull-request.');
  }
  for (const [name, value] of [
    ['--base', base],
    ['--forge', forge],
    ['--forge-url', forgeUrl],
  ] as const) {
    if (value !== undefined && pullRequest !== true) {
      throw new CliError(`${name} is about the pull request.`, 'Add --pull-request.');
    }
  }
}
