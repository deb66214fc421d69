import type {
  CommitOutcome,
  Committed,
  FileChange,
  PushOutcome,
  PushRefusal,
  RemoteOutcome,
} from '../../core/model/change.ts';
import {
  type ChangeSet,
  type ChangeStore,
  isBranchName,
  isOrdinaryPath,
} from '../../core/ports/change-store.ts';
import { commitInPlace } from './in-place.ts';
import { pushBranch } from './push.ts';
import { findRemote, PushRefused } from './remote.ts';
import { type Git, prepare, type Ready, Refused } from './repository.ts';
import { type GitCall, NoGit, runGit } from './run-git.ts';
import { commitAside } from './worktree.ts';

/** Writes files below a folder, all or none. Rejects where one is not as it was read. */
export type WriteFiles = (root: string, files: readonly FileChange[]) => Promise<void>;

export interface GitChangesOptions {
  readonly write: WriteFiles;
  /** The environment of the user's git: who they are, where their keys are. */
  readonly env: GitCall['env'];
  /** How long a push may take, its hooks included. Milliseconds. */
  readonly pushLimitMs?: number;
}

/**
 * The user's own git: their identity, their signature, their hooks. It pushes only when asked to. A branch of its own is made in a
 * second work tree, which goes away afterwards; where git cannot make one, in the first, which is put back.
 *
 * @param root the folder that paths are relative to, in a work tree of git
 */
export function gitChanges(root: string, { write, env, pushLimitMs }: GitChangesOptions): ChangeStore {
  const git: Git = (args, more = {}) => runGit({ cwd: root, env, args, ...more });
  return {
    find: (change) => findSame(git, change),

    async remote(name): Promise<RemoteOutcome> {
      try {
        return { kind: 'found', remote: await findRemote(git, name) };
      } catch (error) {
        return { kind: 'refused', refusal: pushRefusal(error, '') };
      }
    },

    async push(request, until): Promise<PushOutcome> {
      try {
        const context = {
          git,
          env,
          ...(until === undefined ? {} : { until }),
          ...(pushLimitMs === undefined ? {} : { limitMs: pushLimitMs }),
        };
        return { kind: 'pushed', pushed: await pushBranch(request, context) };
      } catch (error) {
        return { kind: 'refused', refusal: pushRefusal(error, request.branch) };
      }
    },

    async commit(change): Promise<CommitOutcome> {
      try {
        const ready = await prepare(root, git, change);
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

function pushRefusal(error: unknown, branch: string): PushRefusal {
  if (error instanceof NoGit) return { code: 'no-store', remote: '', branch, detail: error.message };
  if (!(error instanceof PushRefused)) throw error;
  const { code, remote, detail } = error;
  return { code, remote, branch, detail };
}

/** The branch's last commit, where it stands on what is checked out and is this change and nothing else. */
async function findSame(
  git: Git,
  change: ChangeSet & { readonly branch: string },
): Promise<Committed | undefined> {
  const { branch, files } = change;
  if (!isBranchName(branch) || files.some(({ path }) => !isOrdinaryPath(path))) return undefined;
  const place = await git(['rev-parse', '--show-prefix', 'HEAD^{commit}', `refs/heads/${branch}^{commit}`]);
  const parents = await git(['rev-parse', `refs/heads/${branch}^@`]);
  if (place.code !== 0 || parents.code !== 0) return undefined;
  const [prefix = '', head, commit = ''] = place.out.split('\n');
  if (parents.out.trim() !== head) return undefined;
  const found = await lookedAt({ git, prefix, current: undefined }, change, commit);
  return found.altered.length === 0 ? found : undefined;
}

/** Compares the commit with what was planned. */
async function lookedAt(
  { git, prefix, current }: Pick<Ready, 'git' | 'prefix' | 'current'>,
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
  const branch = change.branch ?? current ?? '';
  return { commit, branch, altered: [...altered, ...touched], isOwn: branch !== current };
}

async function blobOf(git: Git, commit: string, path: string): Promise<string> {
  return (await git(['rev-parse', '--verify', '--quiet', `${commit}:${path}`])).out.trim();
}

/** What the text would be called in the store, after the filters that git has for the path. */
async function hashOf(git: Git, path: string, text: string): Promise<string> {
  return (await git(['hash-object', '--stdin', `--path=${path}`], { input: text })).out.trim();
}
