import { openHatchOf } from '../../core/cluster/hatch.ts';
import { isoTime } from '../../core/model/instant.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type LoadedInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { printData } from '../print-data.ts';
import { type EvidenceOptions, readEvidence } from './evidence.ts';

export interface CheckOptions extends EvidenceOptions {
  readonly output: 'table' | 'json' | 'yaml';
}

/** Says what closing a namespace would drop of the traffic that was seen. Nothing is changed. */
export async function checkClose(namespace: string, options: CheckOptions, io: Io): Promise<ExitCode> {
  const { planClose } = await import('../../core/diagnose/hatch/index.ts');
  const sinceOf = (loaded: LoadedInputs): string => openedAt(loaded, namespace) ?? SINCE_LIVE;
  const { inputs, summary, reportProblems } = await readEvidence(
    namespace,
    { verb: 'hatch close', options, sinceOf },
    io,
  );
  const plan = planClose(summary, { namespace, inputs });
  const { closePlanJson, closePlanText } = await import('../../core/report/hatch/close.ts');
  if (options.output === 'table') io.out(closePlanText(plan, await textOptions(options.color, io)));
  else await printData(closePlanJson(plan), options.output, io);
  if (await reportProblems()) return EXIT.error;
  return plan.lost.length > 0 || plan.uncertain.length > 0 ? EXIT.findings : EXIT.ok;
}

/** Where nobody wrote since when it stands open. */
const SINCE_LIVE = '15m';

function openedAt({ inputs, cluster }: LoadedInputs, namespace: string): string | undefined {
  const object = cluster?.state.objects.Namespace?.find(({ metadata }) => metadata.name === namespace);
  const sinceMs = object === undefined ? undefined : openHatchOf(object, inputs.catalog)?.sinceMs;
  return sinceMs === undefined ? undefined : isoTime(sinceMs);
}
