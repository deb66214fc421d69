import type { Pushed } from '../../core/model/change.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import { isBranchName, type PushRequest } from '../../core/ports/change-store.ts';
import { defaultBranchOf, failureOf, findRemote, PushRefused, withoutSecrets } from './remote.ts';
import type { Git } from './repository.ts';
import type { GitCall, Ran } from './run-git.ts';

/** Hooks before a push run tests, at times. */
const LIMIT_MS = 5 * 60_000;

export interface PushContext {
  readonly git: Git;
  readonly env: GitCall['env'];
  readonly until?: Cancellation;
  readonly limitMs?: number;
}

/**
 * Pushes one branch as the user would: their settings, keys and hooks, and never by force.
 *
 * @throws PushRefused
 */
export async function pushBranch(
  { branch, remote: named, isNamed, isOwn }: PushRequest,
  { git, env, until, limitMs = LIMIT_MS }: PushContext,
): Promise<Pushed> {
  const remote = await findRemote(git, named);
  const { name } = remote;
  if (!isBranchName(branch)) throw new PushRefused('no-branch', name);
  const known = await git(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]);
  if (known.code !== 0) throw new PushRefused('no-branch', name);
  if (!isNamed && branch === (await defaultBranchOf(git, name, until))) {
    throw new PushRefused('default-branch', name);
  }
  if (isOwn) await refuseOthers(git, name, branch);
  const args = [
    ...(await sshSettings(git, env)),
    'push',
    '--porcelain',
    '--no-follow-tags',
    '--recurse-submodules=no',
    ...((await hasUpstream(git, branch)) ? [] : ['--set-upstream']),
    name,
    `refs/heads/${branch}:refs/heads/${branch}`,
  ];
  const ran = await git(args, {
    hooks: 'run',
    away: true,
    limitMs,
    ...(until === undefined ? {} : { until }),
  });
  if (ran.code !== 0 || ran.ended !== undefined) throw refusalOf(ran, name, limitMs);
  return { remote, branch, isNews: !/^=\t/m.test(ran.out) };
}

/** A branch for one change takes nothing else along. What the remote has is known from the last fetch. */
async function refuseOthers(git: Git, remote: string, branch: string): Promise<void> {
  const refs = await git(['for-each-ref', '--count=1', `refs/remotes/${remote}/`]);
  if (refs.out.trim() === '') return;
  const args = ['rev-list', '--count', `refs/heads/${branch}`, '--not', `--remotes=${remote}`];
  const count = Number((await git(args)).out.trim());
  if (count > 1) throw new PushRefused('unpublished', remote, String(count - 1));
}

/** Where the user has not said how ssh is called: it must not ask, and not wait for long. */
async function sshSettings(git: Git, env: GitCall['env']): Promise<readonly string[]> {
  const isSaid =
    (env['GIT_SSH_COMMAND'] ?? env['GIT_SSH'] ?? '') !== '' ||
    (await git(['config', '--get', 'core.sshCommand'])).out.trim() !== '';
  return isSaid ? [] : ['-c', 'core.sshCommand=ssh -o BatchMode=yes -o ConnectTimeout=20'];
}

async function hasUpstream(git: Git, branch: string): Promise<boolean> {
  return (await git(['config', '--get', `branch.${branch}.remote`])).code === 0;
}

function refusalOf({ said, out, ended }: Ran, remote: string, limitMs: number): PushRefused {
  if (ended === 'interrupted') return new PushRefused('interrupted', remote);
  if (ended === 'timed-out') return new PushRefused('timed-out', remote, String(limitMs / 1000));
  const detail = withoutSecrets(said);
  // Lines of `--porcelain`: a mark, the refs, what became of them.
  if (/^!\t/m.test(out)) return new PushRefused('rejected', remote, detail);
  const code = failureOf(said);
  if (code !== 'push-failed') return new PushRefused(code, remote, detail);
  // Git itself says `fatal:` when it cannot go on; a hook that refuses leaves it with nothing but this line.
  const isHook = !/^fatal:/m.test(said) && /^error: failed to push some refs/m.test(said);
  return new PushRefused(isHook ? 'hook-refused' : 'push-failed', remote, detail);
}
