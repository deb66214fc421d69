import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ChangeSet } from '../../core/ports/change-store.ts';
import type { WriteFiles } from './changes.ts';
import { commitInPlace, demand } from './in-place.ts';
import type { Git, Ready } from './repository.ts';

type OwnBranch = ChangeSet & { readonly branch: string };

/**
 * Commits on a new branch in a second work tree, so that the first stays as it is. Where git cannot make one, the
 * first is used and put back.
 *
 * @returns the commit's id
 */
export async function commitAside(ready: Ready, change: OwnBranch, write: WriteFiles): Promise<string> {
  const { git, head } = ready;
  const ref = `refs/heads/${change.branch}`;
  // The empty old value: only if nobody else has made it since.
  demand(await git(['update-ref', ref, head, '']));
  let commit: string | undefined;
  try {
    commit = await commitInOther(ready, change, write);
    return commit;
  } finally {
    if (commit === undefined) await git(['update-ref', '-d', ref, head]);
  }
}

async function commitInOther(ready: Ready, change: OwnBranch, write: WriteFiles): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'propolis-branch-'));
  const tree = join(folder, 'tree');
  try {
    const made = await ready.git(['worktree', 'add', '--quiet', '--no-checkout', tree, change.branch]);
    return made.code === 0
      ? await commitIn(tree, ready, change, write)
      : await commitByTurns(ready, change, write);
  } finally {
    await ready.git(['worktree', 'remove', '--force', tree]);
    await rm(folder, { recursive: true, force: true });
    await ready.git(['worktree', 'prune']);
  }
}

async function commitIn(
  tree: string,
  { git, root, prefix }: Ready,
  { files, message }: OwnBranch,
  write: WriteFiles,
): Promise<string> {
  const inTree: Git = (args, more = {}) => git(args, { cwd: tree, ...more });
  const hooks = resolve(root, (await git(['rev-parse', '--git-path', 'hooks'], { hooks: 'run' })).out.trim());
  const hasHooks = await runsHooks(git, hooks);
  // Hooks look at files; without any, the index is enough.
  demand(await inTree(hasHooks ? ['reset', '--quiet', '--hard', 'HEAD'] : ['read-tree', 'HEAD']));
  const all = files.map(({ path, before, text }) => ({
    path: `${prefix}${path}`,
    before: hasHooks ? before : undefined,
    text,
  }));
  await write(tree, all);
  demand(await inTree(['add', '--', ...all.map(({ path }) => path)]));
  // A folder of hooks that is relative and not committed is only in the first work tree.
  const args = ['-c', `core.hooksPath=${hooks}`, 'commit', '--quiet', '--file=-'];
  demand(await inTree(args, { input: message, hooks: 'run' }));
  return (await inTree(['rev-parse', '--verify', 'HEAD'])).out.trim();
}

const HOOKS = ['pre-commit', 'prepare-commit-msg', 'commit-msg', 'post-commit'];

async function runsHooks(git: Git, folder: string): Promise<boolean> {
  const inSettings = await git(['config', '--get-regexp', '^hook\\.']);
  return inSettings.code === 0 || HOOKS.some((name) => isExecutable(join(folder, name)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** In the first work tree: to the branch and back. Only the files of the change differ between the two. */
async function commitByTurns(ready: Ready, change: OwnBranch, write: WriteFiles): Promise<string> {
  const { git, current, head } = ready;
  demand(await git(['switch', '--quiet', change.branch]));
  try {
    return await commitInPlace(ready, change, write);
  } finally {
    await git(['switch', '--quiet', ...(current === undefined ? ['--detach', head] : [current])]);
  }
}
