import { EXIT, type ExitCode } from '../exit.ts';
import { textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { printData } from '../print-data.ts';
import { type EvidenceOptions, readEvidence } from './evidence.ts';

export interface PlanOptions extends EvidenceOptions {
  readonly fixes: number;
  readonly output: 'table' | 'json' | 'yaml';
}

/** An emergency began a while before somebody looks. */
const SINCE_LIVE = '15m';

/** What opening a namespace would relieve and open, before anything is changed. */
export async function planNamespace(namespace: string, options: PlanOptions, io: Io): Promise<ExitCode> {
  const { planHatch } = await import('../../core/diagnose/hatch/index.ts');
  const evidence = await readEvidence(
    namespace,
    { verb: 'hatch plan', options, sinceOf: () => SINCE_LIVE },
    io,
  );
  const { inputs, summary, reportProblems } = evidence;
  const plan = planHatch(summary, { namespace, inputs, fixesMax: options.fixes });
  const { hatchPlanJson, hatchPlanText, relievesAll } = await import('../../core/report/hatch/plan.ts');
  if (options.output === 'table') io.out(hatchPlanText(plan, await textOptions(options.color, io)));
  else await printData(hatchPlanJson(plan), options.output, io);
  if (await reportProblems()) return EXIT.error;
  return relievesAll(plan) ? EXIT.ok : EXIT.findings;
}
