import type { CommitOutcome, Committed, FileChange, PushOutcome, RemoteOutcome } from '../model/change.ts';
import type { Cancellation } from './cancellation.ts';

/** Files to be committed as one. */
export interface ChangeSet {
  readonly files: readonly FileChange[];
  readonly message: string;
  /** A branch of its own, which begins where the work tree stands. Absent: the branch that is checked out. */
  readonly branch?: string;
}

export interface PushRequest {
  readonly branch: string;
  /** The remote's name. Absent: the one that pushes of the branch that is checked out go to. */
  readonly remote?: string;
  /** Whether a person named this very branch: only then it may be the remote's default. */
  readonly isNamed: boolean;
  /** Whether the branch was begun for one change, so that nothing else may go with it. */
  readonly isOwn: boolean;
}

/** Where people keep their files, with a history. Only `push` sends anything anywhere. */
export interface ChangeStore {
  /**
   * Commits exactly these files, or nothing. Files that somebody has changed and not committed are never touched.
   * With a branch of its own the work tree and what is checked out stay as they are.
   */
  commit(change: ChangeSet): Promise<CommitOutcome>;
  /**
   * A branch that is exactly this change already: one commit on top of where the work tree stands, with these files and
   * no others. So what failed after its commit can be done again.
   */
  find(change: ChangeSet & { readonly branch: string }): Promise<Committed | undefined>;
  /** Where a push would go. Asks nobody else. */
  remote(name?: string): Promise<RemoteOutcome>;
  /** Sends one branch, with the user's settings, keys and hooks; never by force, and without asking anybody. */
  push(request: PushRequest, until?: Cancellation): Promise<PushOutcome>;
}

/** Whether a path stays in the repository and out of its administration. */
export function isOrdinaryPath(path: string): boolean {
  if (path === '' || path.includes('\\') || path.includes('\0')) return false;
  return path
    .split('/')
    .every((step) => step !== '' && step !== '.' && step !== '..' && !/^\.git(?:[ .]*$|:)/i.test(step));
}

/** Whether a name can be a branch's, in any store (git-check-ref-format, and a little narrower). */
export function isBranchName(name: string): boolean {
  return (
    /^[A-Za-z0-9_][A-Za-z0-9_./+-]{0,199}$/.test(name) &&
    !/\.\.|\/\/|\/\.|\.lock(?:\/|$)|[./]$/.test(name) &&
    name !== 'HEAD'
  );
}
