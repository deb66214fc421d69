import type { FixChange } from '../core/change/index.ts';
import type { Diagnosis, FlowSummary, Inputs } from '../core/diagnose/index.ts';
import type { TextOptions } from '../core/report/index.ts';
import type { ApplyOptions } from './apply-options.ts';
import { reportCommit } from './change-options.ts';
import { type CommitDone, commitAndPublish, commitJson } from './commit.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { InputOptions } from './inputs.ts';
import type { Io } from './io.ts';
import { errorOf } from './publish.ts';

/** What `--apply` did, to be printed with the diagnosis. */
export interface Applied {
  readonly text: (options: TextOptions) => Promise<string>;
  /** For the field `applied`. */
  readonly json: object | null;
  /** Tells the rest. @throws CliError with what could not be done after the commit */
  readonly finish: () => Promise<ExitCode>;
}

/**
 * Makes the fixes of a diagnosis as one commit on a branch of its own, and publishes it as the options say.
 *
 * @throws CliError when the fixes do not go together, or nothing could be committed
 */
export async function applyFixes(
  { diagnosis, summary, inputs }: Diagnosed,
  options: ApplyOptions & Pick<InputOptions, 'repo'>,
  io: Io,
): Promise<Applied> {
  const { planFixes } = await import('../core/change/index.ts');
  const { fix, only, reason } = options;
  const choice = {
    ...(fix === undefined ? {} : { numbers: fix }),
    ...(only === undefined ? {} : { only }),
  };
  const plan = planFixes(diagnosis, { choice, inputs, summary });
  const report = await import('../core/report/apply.ts');
  if (plan.kind === 'refused') throw errorOf(report.fixRefusalText(plan.refusal));
  if (plan.kind === 'nothing') return nothing(diagnosis, io);
  const { change } = plan;
  const done = await commitAndPublish(
    {
      files: change.files,
      message: report.fixCommitMessage(change, reason),
      branch: change.branch,
      async body() {
        const { fixPullRequestBody } = await import('../core/report/pull-request.ts');
        return fixPullRequestBody(diagnosis, change, reason);
      },
    },
    options,
    io,
  );
  return {
    text: (layout) => Promise.resolve(report.applyText(change, layout)),
    json: { ...report.applyJson(change, diagnosis.findings), ...(await commitJson(done)) },
    finish: () => finish(done, change, io),
  };
}

interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly summary: FlowSummary;
  readonly inputs: Inputs;
}

function nothing({ findings }: Diagnosis, io: Io): Applied {
  return {
    text: () => Promise.resolve(''),
    json: null,
    finish() {
      const why =
        findings.length === 0 ? 'nothing is dropped that a change could help' : 'no cause has a fix';
      io.err(`propolis: nothing to apply: ${why}.\n`);
      return Promise.resolve(findings.length === 0 ? EXIT.ok : EXIT.findings);
    },
  };
}

async function finish(done: CommitDone, { left }: FixChange, io: Io): Promise<ExitCode> {
  await reportCommit(done, io);
  return left.length === 0 ? EXIT.ok : EXIT.findings;
}
