import type { PullRequestDraft, PullRequestOutcome } from '../model/pull-request.ts';
import type { Cancellation } from './cancellation.ts';

/** Where changes are put up for review: one repository of one host. */
export interface Forge {
  /**
   * Opens a pull request. An open one of the same branch into the same one is not doubled: it gets title and body
   * where its body is one that we wrote, and is left alone otherwise.
   */
  openPullRequest(draft: PullRequestDraft, until?: Cancellation): Promise<PullRequestOutcome>;
}
