import { lstatSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommitRefusalCode } from '../../core/model/change.ts';
import { type ChangeSet, isBranchName, isOrdinaryPath } from '../../core/ports/change-store.ts';
import type { GitCall, Ran } from './run-git.ts';

/** What stopped a commit. Never leaves this folder. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: CommitRefusalCode;
  readonly paths: readonly string[];
  readonly detail: string;

  constructor(code: CommitRefusalCode, paths: readonly string[] = [], detail = '') {
    super(code);
    this.code = code;
    this.paths = paths;
    this.detail = detail;
  }
}

export type Git = (args: readonly string[], more?: Partial<Omit<GitCall, 'args'>>) => Promise<Ran>;

/** A work tree that is fit for a commit, and where it stands. */
export interface Ready {
  readonly git: Git;
  readonly root: string;
  /** From the top of the work tree to the root: empty, or with a `/` at its end. */
  readonly prefix: string;
  readonly head: string;
  /** Undefined: no branch is checked out. */
  readonly current: string | undefined;
}

/**
 * Looks at everything that can stop a commit before anything is touched.
 *
 * @param root the folder that the paths are relative to: the top of the work tree or a folder in it
 * @throws Refused
 */
export async function prepare(root: string, git: Git, { files, branch }: ChangeSet): Promise<Ready> {
  const paths = files.map(({ path }) => path);
  refuseIf(
    'outside',
    paths.filter((path) => !isOrdinaryPath(path) || isBehindLink(root, path)),
  );
  if (branch !== undefined && !isBranchName(branch)) throw new Refused('branch-name', [], branch);
  const place = await git(['rev-parse', '--is-inside-work-tree', '--show-prefix']);
  const [isInside = '', prefix = ''] = place.out.split('\n');
  if (place.code !== 0 || isInside !== 'true') throw new Refused('no-store', [], place.said);
  const head = (await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])).out.trim();
  if (head === '') throw new Refused('no-history');
  await refuseUnfinished(git);
  const current = (await git(['symbolic-ref', '--quiet', '--short', 'HEAD'])).out.trim();
  const ready = { git, root, prefix, head, current: current === '' ? undefined : current };
  await refuseBranch(ready, branch);
  await refuseFiles(ready, files);
  await refuseNobody(git);
  return ready;
}

/** Git follows no link within a repository, and what is behind one is not its own. */
function isBehindLink(root: string, path: string): boolean {
  for (let at = path; at !== '.' && at !== ''; at = dirname(at)) {
    const stat = lstatSync(join(root, at), { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) return true;
  }
  return false;
}

const UNFINISHED: readonly (readonly [file: string, what: string])[] = [
  ['MERGE_HEAD', 'merge'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
];

async function refuseUnfinished(git: Git): Promise<void> {
  const directory = (await git(['rev-parse', '--absolute-git-dir'])).out.trim();
  for (const [file, what] of UNFINISHED) {
    const found = lstatSync(join(directory, file), { throwIfNoEntry: false });
    if (found !== undefined) throw new Refused('in-progress', [], what);
  }
}

async function refuseBranch({ git, current }: Ready, branch: string | undefined): Promise<void> {
  if (branch === undefined) {
    if (current === undefined) throw new Refused('no-branch');
    return;
  }
  const valid = await git(['check-ref-format', `refs/heads/${branch}`]);
  if (valid.code !== 0) throw new Refused('branch-name', [], branch);
  if (branch === current) return;
  const known = await git(['show-ref', '--verify', '--quiet', `refs/heads/${branch}`]);
  if (known.code === 0) throw new Refused('branch-exists', [], branch);
}

/** Files must be tracked and clean, or new and not ignored; and as they were read. */
async function refuseFiles({ git, root }: Ready, files: ChangeSet['files']): Promise<void> {
  const paths = files.map(({ path }) => path);
  const status = await git([
    '--no-optional-locks',
    'status',
    '--porcelain=v1',
    '-z',
    '--untracked-files=all',
    '--no-renames',
    '--',
    ...paths,
  ]);
  if (status.code !== 0) throw new Refused('no-store', [], status.said);
  const dirty = status.out
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3));
  // Paths of a status begin at the top of the work tree.
  refuseIf(
    'dirty-file',
    paths.filter((path) => dirty.some((one) => one === path || one.endsWith(`/${path}`))),
  );
  if (dirty.length > 0) throw new Refused('dirty-file', dirty);
  const input = paths.map((path) => `./${path}`).join('\0');
  const ignored = await git(['check-ignore', '-z', '--stdin'], { input });
  refuseIf(
    'ignored-file',
    ignored.out.split('\0').flatMap((path) => (path === '' ? [] : [path.slice(2)])),
  );
  refuseIf(
    'file-changed',
    files.filter((file) => !isAsRead(join(root, file.path), file.before)).map(({ path }) => path),
  );
}

function isAsRead(file: string, before: string | undefined): boolean {
  const isThere = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  if (before === undefined || !isThere) return before === undefined && !isThere;
  return readFileSync(file).equals(Buffer.from(before, 'utf8'));
}

async function refuseNobody(git: Git): Promise<void> {
  for (const ident of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) {
    const { code, said } = await git(['var', ident]);
    if (code !== 0) throw new Refused('no-identity', [], said);
  }
}

function refuseIf(code: CommitRefusalCode, paths: readonly string[]): void {
  if (paths.length > 0) throw new Refused(code, paths);
}
