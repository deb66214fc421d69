import type { CommitOutcome, Committed, FileChange } from '../../core/model/change.ts';
import type { ChangeSet, ChangeStore } from '../../core/ports/change-store.ts';
import { commitInPlace } from './in-place.ts';
import { type Git, prepare, type Ready, Refused } from './repository.ts';
import { type GitCall, NoGit } from './run-git.ts';
import { commitAside } from './worktree.ts';

/** Writes files below a folder, all or none. Rejects where one is not as it was read. */
export type WriteFiles = (root: string, files: readonly FileChange[]) => Promise<void>;

export interface GitChangesOptions {
  readonly write: WriteFiles;
  /** The environment of the user's git: who they are, where their keys are. */
  readonly env: GitCall['env'];
}

/**
 * The user's own git: their identity, their signature, their hooks. It never pushes. A branch of its own is made in a
 * second work tree, which goes away afterwards; where git cannot make one, in the first, which is put back.
 *
 * @param root the folder that paths are relative to, in a work tree of git
 */
export function gitChanges(root: string, { write, env }: GitChangesOptions): ChangeStore {
  return {
    async commit(change): Promise<CommitOutcome> {
      try {
        const ready = await prepare(root, env, change);
        const { branch } = change;
        const commit =
          branch === undefined || branch === ready.current
            ? await commitInPlace(ready, change, write)
            : await commitAside(ready, { ...change, branch }, write);
        return { kind: 'committed', committed: await lookedAt(ready, change, commit) };
      } catch (error) {
        if (error instanceof Refused) {
          const { code, paths, detail } = error;
          return { kind: 'refused', refusal: { code, paths, detail } };
        }
        if (error instanceof NoGit) {
          return { kind: 'refused', refusal: { code: 'no-store', paths: [], detail: error.message } };
        }
        throw error;
      }
    },
  };
}

/** Compares the commit with what was planned. */
async function lookedAt(
  { git, prefix, current }: Ready,
  change: ChangeSet,
  commit: string,
): Promise<Committed> {
  const { out } = await git([
    'diff-tree',
    '--no-commit-id',
    '--name-only',
    '-r',
    '-z',
    '--no-renames',
    commit,
  ]);
  const touched = new Set(out.split('\0').filter((path) => path !== ''));
  const altered: string[] = [];
  for (const { path, text } of change.files) {
    const isCommitted = touched.delete(`${prefix}${path}`);
    const asPlanned = await hashOf(git, path, text);
    if (!isCommitted || (await blobOf(git, commit, `${prefix}${path}`)) !== asPlanned) altered.push(path);
  }
  return { commit, branch: change.branch ?? current ?? '', altered: [...altered, ...touched] };
}

async function blobOf(git: Git, commit: string, path: string): Promise<string> {
  return (await git(['rev-parse', '--verify', '--quiet', `${commit}:${path}`])).out.trim();
}

/** What the text would be called in the store, after the filters that git has for the path. */
async function hashOf(git: Git, path: string, text: string): Promise<string> {
  return (await git(['hash-object', '--stdin', `--path=${path}`], { input: text })).out.trim();
}
