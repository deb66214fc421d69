import type {
  CommitOutcome,
  CommitRefusalCode,
  Committed,
  PushOutcome,
  PushRefusalCode,
  RemoteOutcome,
} from '../model/change.ts';
import type { Cancellation } from './cancellation.ts';
import {
  type ChangeSet,
  type ChangeStore,
  isBranchName,
  isOrdinaryPath,
  type PushRequest,
} from './change-store.ts';

type Files = ReadonlyMap<string, string>;

interface MemoryCommit {
  readonly id: string;
  readonly message: string;
  readonly files: Files;
  readonly parent: MemoryCommit | undefined;
}

interface MemoryRemote {
  readonly url: string;
  readonly branches: Map<string, MemoryCommit>;
  readonly defaultBranch: string;
}

/** The twin: a history in memory, with what people do beside it. */
export class MemoryChanges implements ChangeStore {
  readonly #branches = new Map<string, MemoryCommit>();
  readonly #workTree: Map<string, string>;
  readonly #current: string;
  readonly #remotes = new Map<string, MemoryRemote>();
  #commits = 0;

  constructor(files: Readonly<Record<string, string>>, current = 'main') {
    this.#workTree = new Map(Object.entries(files));
    this.#current = current;
    this.#branches.set(current, this.#make('Begin', this.#workTree, undefined));
  }

  commit(change: ChangeSet): Promise<CommitOutcome> {
    return Promise.resolve(this.#commit(change));
  }

  find({ files, branch }: ChangeSet & { readonly branch: string }): Promise<Committed | undefined> {
    const head = this.#branches.get(this.#current);
    const commit = this.#branches.get(branch);
    const isOnTop = commit?.parent !== undefined && commit.parent === head;
    if (commit === undefined || !isOnTop) return Promise.resolve(undefined);
    const after = new Map(head.files);
    for (const { path, text } of files) after.set(path, text);
    const isSame =
      after.size === commit.files.size && [...after].every(([path, text]) => commit.files.get(path) === text);
    return Promise.resolve(isSame ? { commit: commit.id, branch, altered: [], isOwn: true } : undefined);
  }

  remote(name?: string): Promise<RemoteOutcome> {
    const names = [...this.#remotes.keys()];
    const chosen = name ?? (this.#remotes.has('origin') || names.length !== 1 ? 'origin' : (names[0] ?? ''));
    const remote = this.#remotes.get(chosen);
    if (remote !== undefined) {
      return Promise.resolve({ kind: 'found', remote: { name: chosen, url: remote.url } });
    }
    const code = name === undefined && names.length > 1 ? 'several-remotes' : 'no-remote';
    const refusal = { code, remote: name ?? '', branch: '', detail: names.sort().join(', ') } as const;
    return Promise.resolve({ kind: 'refused', refusal });
  }

  async push(request: PushRequest, until?: Cancellation): Promise<PushOutcome> {
    const found = await this.remote(request.remote);
    if (found.kind === 'refused') {
      return { kind: 'refused', refusal: { ...found.refusal, branch: request.branch } };
    }
    return this.#push(request, found.remote.name, until);
  }

  /** A place to push to. It begins with the branch that is checked out, which is its default. */
  addRemote(name: string, url: string): void {
    const head = this.#branches.get(this.#current);
    const branches = new Map(head === undefined ? [] : [[this.#current, head]]);
    this.#remotes.set(name, { url, branches, defaultBranch: this.#current });
  }

  /** What somebody else pushes to a branch of a remote. */
  commitAt(remote: string, branch: string, message: string): void {
    const place = this.#remotes.get(remote);
    const parent = place?.branches.get(branch) ?? place?.branches.get(place.defaultBranch);
    place?.branches.set(branch, this.#make(message, parent?.files ?? new Map(), parent));
  }

  /** The newest first; undefined where the remote has no such branch. */
  messagesAt(remote: string, branch: string): readonly string[] | undefined {
    const commit = this.#remotes.get(remote)?.branches.get(branch);
    return commit === undefined ? undefined : historyOf(commit).map(({ message }) => message);
  }

  /** What somebody writes into the work tree; undefined removes it. */
  write(path: string, text: string | undefined): void {
    if (text === undefined) this.#workTree.delete(path);
    else this.#workTree.set(path, text);
  }

  inWorkTree(path: string): string | undefined {
    return this.#workTree.get(path);
  }

  on(branch: string, path: string): string | undefined {
    return this.#branches.get(branch)?.files.get(path);
  }

  /** The newest first; undefined where there is no such branch. */
  messages(branch: string): readonly string[] | undefined {
    const commit = this.#branches.get(branch);
    return commit === undefined ? undefined : historyOf(commit).map(({ message }) => message);
  }

  current(): string {
    return this.#current;
  }

  #commit({ files, message, branch = this.#current }: ChangeSet): CommitOutcome {
    const head = this.#branches.get(this.#current);
    if (head === undefined) return refused('no-history');
    const paths = files.map(({ path }) => path);
    const outside = paths.filter((path) => !isOrdinaryPath(path));
    if (outside.length > 0) return refused('outside', outside);
    if (!isBranchName(branch)) return refused('branch-name', [], branch);
    if (branch !== this.#current && this.#branches.has(branch)) return refused('branch-exists', [], branch);
    const dirty = paths.filter((path) => this.#workTree.get(path) !== head.files.get(path));
    if (dirty.length > 0) return refused('dirty-file', dirty);
    const changed = files.filter(({ path, before }) => this.#workTree.get(path) !== before);
    if (changed.length > 0)
      return refused(
        'file-changed',
        changed.map(({ path }) => path),
      );
    const after = new Map(head.files);
    for (const { path, text } of files) after.set(path, text);
    const commit = this.#make(message, after, head);
    this.#branches.set(branch, commit);
    if (branch === this.#current) for (const { path, text } of files) this.#workTree.set(path, text);
    return {
      kind: 'committed',
      committed: { commit: commit.id, branch, altered: [], isOwn: branch !== this.#current },
    };
  }

  #push({ branch, isNamed, isOwn }: PushRequest, name: string, until?: Cancellation): PushOutcome {
    const stopped = (code: PushRefusalCode, detail = ''): PushOutcome => ({
      kind: 'refused',
      refusal: { code, remote: name, branch, detail },
    });
    const remote = this.#remotes.get(name);
    const commit = this.#branches.get(branch);
    if (remote === undefined) return stopped('no-remote');
    if (commit === undefined) return stopped('no-branch');
    if (branch === remote.defaultBranch && !isNamed) return stopped('default-branch');
    const known = new Set([...remote.branches.values()].flatMap(historyOf));
    const news = historyOf(commit).filter((one) => !known.has(one));
    if (isOwn && news.length > 1) return stopped('unpublished', String(news.length - 1));
    if (until?.aborted === true) return stopped('interrupted');
    const there = remote.branches.get(branch);
    if (there !== undefined && !historyOf(commit).includes(there)) return stopped('rejected');
    remote.branches.set(branch, commit);
    return {
      kind: 'pushed',
      pushed: { remote: { name, url: remote.url }, branch, isNews: there !== commit },
    };
  }

  #make(message: string, files: Files, parent: MemoryCommit | undefined): MemoryCommit {
    this.#commits += 1;
    return { id: String(this.#commits).padStart(40, '0'), message, files: new Map(files), parent };
  }
}

/** A commit and what is below it, the newest first. */
function historyOf(commit: MemoryCommit): readonly MemoryCommit[] {
  const all: MemoryCommit[] = [];
  for (let at: MemoryCommit | undefined = commit; at !== undefined; at = at.parent) all.push(at);
  return all;
}

function refused(code: CommitRefusalCode, paths: readonly string[] = [], detail = ''): CommitOutcome {
  return { kind: 'refused', refusal: { code, paths, detail } };
}
