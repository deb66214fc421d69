import type { CommitOutcome, CommitRefusalCode } from '../model/change.ts';
import { type ChangeSet, type ChangeStore, isBranchName, isOrdinaryPath } from './change-store.ts';

type Files = ReadonlyMap<string, string>;

interface MemoryCommit {
  readonly id: string;
  readonly message: string;
  readonly files: Files;
  readonly parent: MemoryCommit | undefined;
}

/** The twin: a history in memory, with what people do beside it. */
export class MemoryChanges implements ChangeStore {
  readonly #branches = new Map<string, MemoryCommit>();
  readonly #workTree: Map<string, string>;
  readonly #current: string;
  #commits = 0;

  constructor(files: Readonly<Record<string, string>>, current = 'main') {
    this.#workTree = new Map(Object.entries(files));
    this.#current = current;
    this.#branches.set(current, this.#make('Begin', this.#workTree, undefined));
  }

  commit(change: ChangeSet): Promise<CommitOutcome> {
    return Promise.resolve(this.#commit(change));
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
    const messages: string[] = [];
    let commit = this.#branches.get(branch);
    if (commit === undefined) return undefined;
    for (; commit !== undefined; commit = commit.parent) messages.push(commit.message);
    return messages;
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
    return { kind: 'committed', committed: { commit: commit.id, branch, altered: [] } };
  }

  #make(message: string, files: Files, parent: MemoryCommit | undefined): MemoryCommit {
    this.#commits += 1;
    return { id: String(this.#commits).padStart(40, '0'), message, files: new Map(files), parent };
  }
}

function refused(code: CommitRefusalCode, paths: readonly string[] = [], detail = ''): CommitOutcome {
  return { kind: 'refused', refusal: { code, paths, detail } };
}
