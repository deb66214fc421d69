import type { PushOutcome } from '../model/change.ts';
import type { PullRequestOutcome } from '../model/pull-request.ts';
import { forgeRefusalText } from './forge.ts';
import { pushRefusalText } from './push.ts';

/** What left this machine, for programs; null for what was not asked for. */
export function publishedJson({
  push,
  pullRequest,
}: {
  readonly push?: PushOutcome | undefined;
  readonly pullRequest?: PullRequestOutcome | undefined;
}): { readonly push: unknown; readonly pullRequest: unknown } {
  return {
    push: push === undefined ? null : pushJson(push),
    pullRequest: pullRequest === undefined ? null : pullRequestJson(pullRequest),
  };
}

function pushJson(push: PushOutcome): unknown {
  if (push.kind === 'pushed') return { kind: push.kind, ...push.pushed };
  return { kind: push.kind, ...push.refusal, text: pushRefusalText(push.refusal).message };
}

function pullRequestJson(outcome: PullRequestOutcome): unknown {
  if (outcome.kind !== 'refused') return { kind: outcome.kind, ...outcome.pullRequest };
  return { kind: outcome.kind, ...outcome.refusal, text: forgeRefusalText(outcome.refusal).message };
}
