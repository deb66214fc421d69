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
  const folder = await mkdtemp(join(tmpdir(), 'propolis-branch-'));
  const tree = join(folder, 'tree');
  const made = await ready.git([
    'worktree',
    'add',
    '--quiet',
    '--no-checkout',
    '-b',
    change.branch,
    tree,
    ready.head,
  ]);
  if (made.code !== 0) {
    await rm(folder, { recursive: true, force: true });
    return commitByTurns(ready, change, write);
  }
  let commit: string | undefined;
  try {
    commit = await commitIn(tree, ready, change, write);
    return commit;
  } finally {
    await removeTree(ready.git, folder, tree);
    if (commit === undefined) await ready.git(['branch', '--quiet', '-D', '--', change.branch]);
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

async function removeTree(git: Git, folder: string, tree: string): Promise<void> {
  await git(['worktree', 'remove', '--force', tree]);
  await rm(folder, { recursive: true, force: true });
  await git(['worktree', 'prune']);
}

/** In the first work tree: to the branch and back. Only the files of the change differ between the two. */
async function commitByTurns(ready: Ready, change: OwnBranch, write: WriteFiles): Promise<string> {
  const { git, current, head } = ready;
  const back = current === undefined ? ['--detach', head] : [current];
  demand(await git(['switch', '--quiet', '--create', change.branch]));
  let commit: string | undefined;
  try {
    commit = await commitInPlace(ready, change, write);
    return commit;
  } finally {
    await git(['switch', '--quiet', ...back]);
    if (commit === undefined) await git(['branch', '--quiet', '-D', '--', change.branch]);
  }
}
