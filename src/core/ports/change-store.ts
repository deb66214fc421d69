import type { CommitOutcome, FileChange } from '../model/change.ts';

/** Files to be committed as one. */
export interface ChangeSet {
  readonly files: readonly FileChange[];
  readonly message: string;
  /** A branch of its own, which begins where the work tree stands. Absent: the branch that is checked out. */
  readonly branch?: string;
}

/** Where people keep their files, with a history. Nothing is ever sent anywhere. */
export interface ChangeStore {
  /**
   * Commits exactly these files, or nothing. Files that somebody has changed and not committed are never touched.
   * With a branch of its own the work tree and what is checked out stay as they are.
   */
  commit(change: ChangeSet): Promise<CommitOutcome>;
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
