import {
  type ForgeRefusalCode,
  PULL_REQUEST_MARK,
  type PullRequest,
  type PullRequestDraft,
  type PullRequestOutcome,
} from '../model/pull-request.ts';
import type { Cancellation } from './cancellation.ts';
import type { Forge } from './forge.ts';

interface MemoryPullRequest extends PullRequest {
  readonly title: string;
  readonly body: string;
  readonly isOpen: boolean;
}

const HOST = 'forge.example.com';

/** The twin: pull requests in memory. */
export class MemoryForge implements Forge {
  readonly #branches: ReadonlySet<string>;
  readonly #defaultBranch: string;
  #all: readonly MemoryPullRequest[] = [];

  /** @param branches those that differ from the default branch */
  constructor(branches: readonly string[], defaultBranch = 'main') {
    this.#branches = new Set(branches);
    this.#defaultBranch = defaultBranch;
  }

  openPullRequest(draft: PullRequestDraft, until?: Cancellation): Promise<PullRequestOutcome> {
    return Promise.resolve(this.#open(draft, until));
  }

  /** What is there, the oldest first. */
  pullRequests(): readonly (Pick<MemoryPullRequest, 'number' | 'title' | 'body' | 'head' | 'base'> & {
    readonly isOpen: boolean;
  })[] {
    return this.#all;
  }

  /** What somebody does on the page. */
  edit(number: number, change: Partial<Pick<MemoryPullRequest, 'title' | 'body' | 'isOpen'>>): void {
    this.#all = this.#all.map((one) => (one.number === number ? { ...one, ...change } : one));
  }

  #open({ title, body, head, base = this.#defaultBranch }: PullRequestDraft, until?: Cancellation) {
    if (until?.aborted === true) return refused('interrupted');
    if (head === base) return refused('same-branch', head);
    const known = this.#all.find((one) => one.isOpen && one.head === head && one.base === base);
    if (known !== undefined) {
      const isOurs = known.body.includes(PULL_REQUEST_MARK);
      if (isOurs) this.edit(known.number, { title, body });
      return done(isOurs ? 'updated' : 'found', known);
    }
    if (!this.#branches.has(head)) return refused('invalid', `no branch ${head}`);
    const number = this.#all.length + 1;
    const url = `https://${HOST}/homelab/cluster/pulls/${number}`;
    const made = { number, url, title, body, head, base, isOpen: true };
    this.#all = [...this.#all, made];
    return done('opened', made);
  }
}

function done(
  kind: 'opened' | 'updated' | 'found',
  { number, url, head, base }: PullRequest,
): PullRequestOutcome {
  return { kind, pullRequest: { number, url, head, base } };
}

function refused(code: ForgeRefusalCode, detail = ''): PullRequestOutcome {
  return { kind: 'refused', refusal: { code, host: HOST, detail } };
}
