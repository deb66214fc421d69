import { CliError, EXIT, type ExitCode } from '../exit.ts';
import type { FlowOptions } from '../flow-options.ts';
import { type InputOptions, loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { isLive, sumNamespace } from '../namespace-flows.ts';
import { reportProblems, requirePolicies } from '../problems.ts';

export interface PlanOptions extends InputOptions, FlowOptions {
  readonly since?: string;
  readonly fixes: number;
  readonly output: 'table' | 'json' | 'yaml';
}

/** An emergency began a while before somebody looks. */
const SINCE_LIVE = '15m';

/** What opening a namespace would relieve and open, before anything is changed. */
export async function planNamespace(namespace: string, options: PlanOptions, io: Io): Promise<ExitCode> {
  const isAsked = isLive(options);
  // Live flows belong to a live cluster: what Git says of it may have drifted.
  const given: PlanOptions =
    isAsked && options.snapshot === undefined ? { ...options, cluster: true } : options;
  const [{ inputs, problems, cluster }, { planHatch }, { readRepository }] = await Promise.all([
    loadInputs(given, io, 'debug'),
    import('../../core/diagnose/hatch/index.ts'),
    import('../../core/manifest/read.ts'),
  ]);
  const read = readRepository(inputs.files, inputs.readOptions);
  requirePolicies(read, given);
  const since = options.since ?? (isAsked ? SINCE_LIVE : undefined);
  const summary = await sumNamespace(
    namespace,
    { ...given, ...(since === undefined ? {} : { since }) },
    io,
    cluster?.live === undefined ? {} : { live: cluster.live },
  );
  const plan = planHatch(summary, { namespace, inputs, fixesMax: options.fixes });
  const known = read.namespaces.map(({ name }) => name);
  if (!plan.diagnosis.isSeen && !known.includes(namespace)) {
    const { nearestNames } = await import('../../core/ask/index.ts');
    const nearest = nearestNames(namespace, known);
    throw new CliError(
      `There is no namespace "${namespace}", and no flow names it.`,
      nearest.length > 0 ? `Did you mean ${nearest.join(' or ')}?` : 'Check the name.',
    );
  }
  const { hatchPlanJson, hatchPlanText, relievesAll } = await import('../../core/report/hatch/plan.ts');
  switch (options.output) {
    case 'table':
      io.out(hatchPlanText(plan, await textOptions(options.color, io)));
      break;
    case 'json':
      io.out(`${JSON.stringify(hatchPlanJson(plan), null, 2)}\n`);
      break;
    case 'yaml':
      io.out((await import('yaml')).stringify(hatchPlanJson(plan)));
  }
  const isBroken = await reportProblems(
    { problems: [...problems, ...read.problems], skipped: plan.diagnosis.counts.skipped },
    io,
  );
  if (isBroken) return EXIT.error;
  return relievesAll(plan) ? EXIT.ok : EXIT.findings;
}
