import {
  PULL_REQUEST_MARK,
  type PullRequestDraft,
  type PullRequestOutcome,
} from '../../core/model/pull-request.ts';
import type { Forge } from '../../core/ports/forge.ts';
import type { Existing, ForgeApi } from './api.ts';
import type { HttpOptions } from './http.ts';
import { hostOf } from './http.ts';
import { ForgeRefused } from './refused.ts';

/** What opening a pull request takes, the same for every API. */
export function forgeOver(makeApi: (http: HttpOptions) => ForgeApi, http: HttpOptions, url: string): Forge {
  return {
    async openPullRequest(draft, until): Promise<PullRequestOutcome> {
      try {
        const api = makeApi(until === undefined ? http : { ...http, until });
        return await opened(api, draft, hostOf(url));
      } catch (error) {
        if (error instanceof ForgeRefused) return { kind: 'refused', refusal: error.refusal };
        throw error;
      }
    },
  };
}

async function opened(api: ForgeApi, draft: PullRequestDraft, host: string): Promise<PullRequestOutcome> {
  const repository = await api.repository();
  const { head, base = repository.defaultBranch } = draft;
  if (head === base) throw new ForgeRefused('same-branch', { host, detail: head });
  const known = await api.find(repository, { head, base });
  if (known !== undefined) {
    if (!known.body.includes(PULL_REQUEST_MARK)) return done('found', known);
    return done('updated', await api.update(repository, known.number, draft));
  }
  try {
    return done('opened', await api.create(repository, { ...draft, base }));
  } catch (error) {
    // It may be there all the same: made by somebody else just now, or by this before the answer was lost.
    const made = isUnsure(error) ? await lookedUp(api, repository, { head, base }) : undefined;
    if (made === undefined) throw error;
    return done(made.body.includes(PULL_REQUEST_MARK) ? 'opened' : 'found', made);
  }
}

function isUnsure(error: unknown): boolean {
  if (!(error instanceof ForgeRefused)) return false;
  const codes: readonly string[] = [
    'invalid',
    'server-error',
    'timed-out',
    'unreachable',
    'unexpected-answer',
  ];
  return codes.includes(error.refusal.code);
}

/** The first error counts for more than one of the second look. */
async function lookedUp(...[api, repository, branches]: [ForgeApi, ...Parameters<ForgeApi['find']>]) {
  try {
    return await api.find(repository, branches);
  } catch (error) {
    if (error instanceof ForgeRefused) return undefined;
    throw error;
  }
}

function done(
  kind: 'opened' | 'updated' | 'found',
  { number, url, head, base }: Existing,
): PullRequestOutcome {
  return { kind, pullRequest: { number, url, head, base } };
}
