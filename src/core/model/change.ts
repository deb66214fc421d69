/** A file as it was read, and as it is to be. */
export interface FileChange {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  /** Absent where the file is new. Who writes it must find exactly this text there. */
  readonly before: string | undefined;
  readonly text: string;
}

export type CommitOutcome =
  | { readonly kind: 'committed'; readonly committed: Committed }
  | { readonly kind: 'refused'; readonly refusal: CommitRefusal };

export interface Committed {
  /** The commit's id. */
  readonly commit: string;
  readonly branch: string;
  /** Files that are not in the commit as they were planned, or were not planned: hooks can do that. */
  readonly altered: readonly string[];
  /** Whether the branch was begun for it; else it is the one that is checked out. */
  readonly isOwn: boolean;
}

/** Why nothing was committed. The wording is in `report/`. */
export interface CommitRefusal {
  readonly code: CommitRefusalCode;
  readonly paths: readonly string[];
  readonly detail: string;
}

export const COMMIT_REFUSAL_CODES = [
  /** There is nothing that keeps changes, or the program for it is missing. `detail`: what it said. */
  'no-store',
  /** No commit yet, so that no branch can begin. */
  'no-history',
  /** Changed and not committed, or not tracked. `paths`. */
  'dirty-file',
  /** Not what was read: somebody changed it since. `paths`. */
  'file-changed',
  /** Outside of the repository, or behind a link. `paths`. */
  'outside',
  /** Told to be ignored. `paths`. */
  'ignored-file',
  /** No name for a branch. `detail`: the name. */
  'branch-name',
  /** There is such a branch, and it is not the one that is checked out. `detail`: the name. */
  'branch-exists',
  /** No branch is checked out to commit on. */
  'no-branch',
  /** A merge, a rebase or the like is not finished. `detail`: which. */
  'in-progress',
  /** Nobody is named as the author. `detail`: what was said. */
  'no-identity',
  /** A hook, a signature or the store itself refused. `detail`: what was said. */
  'commit-failed',
] as const;
export type CommitRefusalCode = (typeof COMMIT_REFUSAL_CODES)[number];

/** A place elsewhere that keeps the history too. */
export interface Remote {
  readonly name: string;
  /** Where pushes go, as the store would use it, without user and password. */
  readonly url: string;
}

export type RemoteOutcome =
  | { readonly kind: 'found'; readonly remote: Remote }
  | { readonly kind: 'refused'; readonly refusal: PushRefusal };

export type PushOutcome =
  | { readonly kind: 'pushed'; readonly pushed: Pushed }
  | { readonly kind: 'refused'; readonly refusal: PushRefusal };

export interface Pushed {
  readonly remote: Remote;
  readonly branch: string;
  /** False where the remote had exactly this already. */
  readonly isNews: boolean;
}

/** Why nothing was pushed. What was committed stays committed. The wording is in `report/`. */
export interface PushRefusal {
  readonly code: PushRefusalCode;
  /** Its name; empty where none was found. */
  readonly remote: string;
  readonly branch: string;
  readonly detail: string;
}

export const PUSH_REFUSAL_CODES = [
  /** There is nothing that keeps changes, or the program for it is missing. `detail`: what it said. */
  'no-store',
  /** Nobody said where to, and there is no remote; or none is called so. `detail`: those that there are. */
  'no-remote',
  /** Several remotes, and neither settings nor habit say which. `detail`: their names. */
  'several-remotes',
  /** There is no such branch here. */
  'no-branch',
  /** The branch that others build on, and nobody named it. */
  'default-branch',
  /** More commits would go with it that nobody has pushed. `detail`: how many. */
  'unpublished',
  /** The remote has other commits on this branch, or a rule of its own refused. `detail`: what it said. */
  'rejected',
  /** No credentials, wrong ones, or ones that may not write. `detail`: what was said. */
  'authentication',
  /** Not there: no such host, no connection, no trust in its certificate. `detail`: what was said. */
  'unreachable',
  /** The user's own hook refused. `detail`: what it said. */
  'hook-refused',
  /** It took longer than the limit. `detail`: seconds. */
  'timed-out',
  /** Somebody interrupted it. */
  'interrupted',
  /** Anything else. `detail`: what was said. */
  'push-failed',
] as const;
export type PushRefusalCode = (typeof PUSH_REFUSAL_CODES)[number];
