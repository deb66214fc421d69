import { describe, expect, it } from 'vitest';
import {
  PULL_REQUEST_MARK,
  type PullRequest,
  type PullRequestDraft,
  type PullRequestOutcome,
} from '../../src/core/model/pull-request.ts';
import type { Forge } from '../../src/core/ports/forge.ts';

export interface Kept {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly head: string;
  readonly base: string;
  readonly isOpen: boolean;
}

/** A forge with what people do on its page, and a way to look. */
export interface ForgeBench {
  readonly forge: Forge;
  readonly pullRequests: () => readonly Kept[];
  readonly edit: (number: number, change: Partial<Pick<Kept, 'title' | 'body' | 'isOpen'>>) => void;
}

/** Opens a forge whose default branch is `main`, and where these branches differ from it. */
export type OpenForge = (branches: readonly string[]) => Promise<ForgeBench>;

const DRAFT: PullRequestDraft = {
  title: 'Allow access to postgres in zipline "ä😀"',
  body: `Why.\r\n\n\`a\` <b> @c\n\n${PULL_REQUEST_MARK}\n`,
  head: 'propolis/zipline-postgres',
};

/** What every forge must do. */
export function describeForge(name: string, open: OpenForge): void {
  describe(`${name} as a forge`, () => {
    it('opens a pull request into the default branch', async () => {
      const { forge, pullRequests } = await open([DRAFT.head]);
      const outcome = await forge.openPullRequest(DRAFT);
      expect(outcome).toMatchObject({ kind: 'opened', pullRequest: { head: DRAFT.head, base: 'main' } });
      const { number, url } = done(outcome);
      expect(new URL(url).pathname).toContain(`/${number}`);
      expect(pullRequests()).toEqual([{ ...DRAFT, number, base: 'main', isOpen: true }]);
    });

    it('opens one into another branch', async () => {
      const { forge } = await open([DRAFT.head, 'release']);
      const outcome = await forge.openPullRequest({ ...DRAFT, base: 'release' });
      expect(outcome).toMatchObject({ kind: 'opened', pullRequest: { base: 'release' } });
    });

    it('does not double one, but writes it anew', async () => {
      const { forge, pullRequests } = await open([DRAFT.head]);
      const first = done(await forge.openPullRequest(DRAFT));
      const again = await forge.openPullRequest({ ...DRAFT, title: 'Other', body: `B ${PULL_REQUEST_MARK}` });
      expect(again).toEqual({ kind: 'updated', pullRequest: first });
      expect(pullRequests()).toMatchObject([{ title: 'Other', body: `B ${PULL_REQUEST_MARK}` }]);
    });

    it('leaves the words of others alone', async () => {
      const { forge, pullRequests, edit } = await open([DRAFT.head]);
      const first = done(await forge.openPullRequest(DRAFT));
      edit(first.number, { title: 'Mine', body: 'My own words' });
      expect(await forge.openPullRequest(DRAFT)).toEqual({ kind: 'found', pullRequest: first });
      expect(pullRequests()).toMatchObject([{ title: 'Mine', body: 'My own words' }]);
    });

    it('opens another one where the first was closed', async () => {
      const { forge, pullRequests, edit } = await open([DRAFT.head]);
      const first = done(await forge.openPullRequest(DRAFT));
      edit(first.number, { isOpen: false });
      const second = await forge.openPullRequest(DRAFT);
      expect(second.kind).toBe('opened');
      expect(pullRequests().map(({ isOpen }) => isOpen)).toEqual([false, true]);
    });

    it('keeps those of other branches apart', async () => {
      const { forge, pullRequests } = await open([DRAFT.head, `${DRAFT.head}-2`]);
      await forge.openPullRequest({ ...DRAFT, head: `${DRAFT.head}-2` });
      expect((await forge.openPullRequest(DRAFT)).kind).toBe('opened');
      expect(pullRequests().length).toBe(2);
    });

    it.each([
      { what: 'of a branch into itself', draft: { ...DRAFT, head: 'main' }, code: 'same-branch' },
      { what: 'of a branch that is not there', draft: { ...DRAFT, head: 'nowhere' }, code: 'invalid' },
    ])('refuses one $what', async ({ draft, code }) => {
      const { forge, pullRequests } = await open([DRAFT.head]);
      expect(await forge.openPullRequest(draft)).toMatchObject({ kind: 'refused', refusal: { code } });
      expect(pullRequests()).toEqual([]);
    });

    it('opens none once it is interrupted', async () => {
      const { forge, pullRequests } = await open([DRAFT.head]);
      expect(await forge.openPullRequest(DRAFT, { aborted: true })).toMatchObject({
        kind: 'refused',
        refusal: { code: 'interrupted' },
      });
      expect(pullRequests()).toEqual([]);
    });
  });
}

function done(outcome: PullRequestOutcome): PullRequest {
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusal));
  return outcome.pullRequest;
}
