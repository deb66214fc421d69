import type { Committed, PushOutcome } from '../core/model/change.ts';
import type { PullRequestOutcome } from '../core/model/pull-request.ts';
import type { ChangeStore } from '../core/ports/change-store.ts';
import type { Forge } from '../core/ports/forge.ts';
import type { RefusalText } from '../core/report/change-words.ts';
import { CliError } from './exit.ts';
import type { Io } from './io.ts';
import { isPublished, type PublishOptions } from './publish-options.ts';

/** What is known before anything is committed, so that what cannot work is said first. */
export interface Target {
  readonly forge?: Forge;
  readonly until?: AbortSignal;
}

/** What became of a commit beyond this machine. */
export interface Published {
  readonly push?: PushOutcome;
  readonly pullRequest?: PullRequestOutcome;
}

export interface PublishContext {
  readonly store: ChangeStore;
  /** The folder of the repository. */
  readonly root: string;
  readonly io: Io;
}

/** Finds the remote, its forge and a token. @throws CliError when one of them is missing */
export async function findTarget(
  options: PublishOptions,
  { store, root, io }: PublishContext,
): Promise<Target | undefined> {
  if (!isPublished(options)) return undefined;
  const until = io.interruption?.();
  const found = await store.remote(options.remote);
  if (found.kind === 'refused') {
    const { pushRefusalText } = await import('../core/report/push.ts');
    throw errorOf(pushRefusalText(found.refusal));
  }
  const target = until === undefined ? {} : { until };
  if (options.pullRequest !== true) return target;
  const [{ connectForge }, { gitCredential }] = await Promise.all([
    import('../adapters/forge/connect.ts'),
    import('../adapters/git/credential.ts'),
  ]);
  const { forge: kind, forgeUrl: url } = options;
  const connected = await connectForge(found.remote.url, {
    env: io.env,
    credential: (place) => gitCredential(root, io.env, place),
    ...(kind === undefined ? {} : { kind }),
    ...(url === undefined ? {} : { url }),
    ...target,
  });
  if (connected.kind === 'ready') return { ...target, forge: connected.forge };
  const { forgeRefusalText } = await import('../core/report/forge.ts');
  throw errorOf(forgeRefusalText(connected.refusal));
}

export interface Proposal {
  readonly title: string;
  readonly body: string;
  /** Whether a person named the branch. */
  readonly isNamed: boolean;
}

/** Pushes the branch and opens its pull request. What is refused is data: the commit is there all the same. */
export async function publish(
  { branch, isOwn }: Committed,
  { forge, until }: Target,
  {
    store,
    options: { remote, base },
    proposal: { title, body, isNamed },
  }: { readonly store: ChangeStore; readonly options: PublishOptions; readonly proposal: Proposal },
): Promise<Published> {
  const request = { branch, isNamed, isOwn, ...(remote === undefined ? {} : { remote }) };
  const push = await store.push(request, until);
  if (push.kind === 'refused' || forge === undefined) return { push };
  const draft = { title, body, head: branch, ...(base === undefined ? {} : { base }) };
  return { push, pullRequest: await forge.openPullRequest(draft, until) };
}

/** Tells what was done. @throws CliError with what was not */
export async function reportPublished({ push, pullRequest }: Published, io: Io): Promise<void> {
  if (push === undefined) return;
  const { pushedText, pushRefusalText } = await import('../core/report/push.ts');
  if (push.kind === 'refused') throw errorOf(pushRefusalText(push.refusal));
  io.err(`propolis: ${pushedText(push.pushed)}\n`);
  if (pullRequest === undefined) return;
  const { forgeRefusalText, pullRequestText } = await import('../core/report/forge.ts');
  if (pullRequest.kind === 'refused') throw errorOf(forgeRefusalText(pullRequest.refusal));
  io.err(`propolis: ${pullRequestText(pullRequest)}\n`);
}

export function errorOf({ message, remedy }: RefusalText): CliError {
  return new CliError(message, remedy.join('\n  '));
}
