import type { NamespacePlan, PlatformChange } from '../core/change/index.ts';
import type { Inputs } from '../core/diagnose/index.ts';
import type { ReadAssumption } from '../core/manifest/assumptions.ts';
import type { CommitPlan } from './commit.ts';

/** How a change of a namespace's labels is committed and proposed. */
export async function namespaceCommitPlan(
  plan: Exclude<NamespacePlan, { readonly kind: 'refused' }>,
  inputs: Inputs,
  reason?: string,
): Promise<CommitPlan> {
  if (plan.kind === 'unchanged') {
    return { files: [], message: '', branch: '', body: () => Promise.resolve('') };
  }
  const [{ labelsBranchName }, { namespaceCommitMessage }] = await Promise.all([
    import('../core/change/index.ts'),
    import('../core/report/change-message.ts'),
  ]);
  const { change } = plan;
  return {
    files: [change.file],
    message: namespaceCommitMessage(change, reason),
    branch: labelsBranchName(change),
    async body() {
      const { namespacePullRequestBody } = await import('../core/report/pull-request.ts');
      return namespacePullRequestBody(change, await groundsOf(inputs, reason));
    },
  };
}

/** How a policy of a platform namespace is committed and proposed. */
export async function platformCommitPlan(
  change: PlatformChange,
  inputs: Inputs,
  reason?: string,
): Promise<CommitPlan> {
  const [{ branchName }, { platformCommitMessage }] = await Promise.all([
    import('../core/change/index.ts'),
    import('../core/report/change-message.ts'),
  ]);
  return {
    files: change.files,
    message: platformCommitMessage(change, reason),
    branch: branchName(change.policy.namespace, 'policy'),
    async body() {
      const { platformPullRequestBody } = await import('../core/report/pull-request.ts');
      return platformPullRequestBody(change, await groundsOf(inputs, reason));
    },
  };
}

async function groundsOf(
  { files, readOptions, options }: Inputs,
  reason: string | undefined,
): Promise<{ readonly reason?: string; readonly assumptions: readonly ReadAssumption[] }> {
  const [{ readAssumptions }, { readRepository }] = await Promise.all([
    import('../core/manifest/assumptions.ts'),
    import('../core/manifest/read.ts'),
  ]);
  const assumptions = readAssumptions(readRepository(files, readOptions), options.version);
  return { assumptions, ...(reason === undefined ? {} : { reason }) };
}
