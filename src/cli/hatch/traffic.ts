import type { FlowSummary } from '../../core/diagnose/index.ts';
import { type FlowObserver, flowsOf } from '../../core/ports/flow-observer.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openFlows } from '../flow-options.ts';
import { loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { errorLines, messageOf } from '../message.ts';
import { reportProblems } from '../problems.ts';
import type { HatchOptions, HatchTarget } from './target.ts';
import { dropsOf, type WatchResult, watchTraffic } from './watch.ts';

/** Flows of the cluster that is written to: by its own relay, unless a server or a recording is named. */
export function liveFlows({ cluster }: HatchTarget, options: HatchOptions, io: Io): Promise<FlowObserver> {
  return openFlows(options, io, { live: cluster, isForwardDefault: true });
}

export interface TrafficQuestion {
  readonly target: HatchTarget;
  readonly namespace: string;
  readonly seconds: number;
  /** What was done to the namespace. */
  readonly what: 'open' | 'close';
}

/**
 * Follows the flows after a change, and says whether drops have stopped or which go on, with their diagnosis. That
 * flows cannot be seen does not undo the change: it is said.
 *
 * @returns 1 when policy still drops something
 */
export async function reportTraffic(
  { target, namespace, seconds, what }: TrafficQuestion,
  options: HatchOptions,
  io: Io,
): Promise<ExitCode> {
  let result: WatchResult;
  try {
    const observer = await liveFlows(target, options, io);
    io.err(`propolis: watching the flows of ${namespace} for ${seconds}s at the most; Ctrl-C ends it.\n`);
    result = await watchTraffic(observer, { namespace, seconds, what }, io);
  } catch (error) {
    await sayUnseen(error, io);
    return EXIT.ok;
  }
  const { watchedText } = await import('../../core/report/hatch/watched.ts');
  io.err(`propolis: ${watchedText(result.watched)}\n`);
  if (result.failure !== undefined) await sayUnseen(result.failure, io);
  if (result.watched.dropsAfter === 0) return EXIT.ok;
  await explainDrops(result.after, { namespace, options }, io);
  return EXIT.findings;
}

async function sayUnseen(error: unknown, io: Io): Promise<void> {
  const { unseenText } = await import('../../core/report/hatch/watched.ts');
  const { message, remedy } = await messageOf(error);
  io.err(errorLines({ message: unseenText(message), remedy }));
}

/** Why policy drops what it drops now, by what the cluster has now. */
async function explainDrops(
  after: FlowSummary,
  { namespace, options }: { readonly namespace: string; readonly options: HatchOptions },
  io: Io,
): Promise<void> {
  try {
    const [{ inputs, problems }, { diagnoseSummary }, { debugText }] = await Promise.all([
      loadInputs({ ...options, cluster: true }, quiet(io), 'hatch open'),
      import('../../core/diagnose/index.ts'),
      import('../../core/report/debug.ts'),
    ]);
    const text = debugText(
      diagnoseSummary(after, { namespace, inputs }),
      await textOptions(options.color, io),
    );
    // With data on standard output, words go where people look.
    if (options.output === 'table') io.out(text);
    else io.err(text);
    await reportProblems({ problems }, io);
  } catch (error) {
    io.err(errorLines(await messageOf(error)));
  }
}

/** The cluster has been named once already. */
function quiet(io: Io): Io {
  return { ...io, err: () => undefined };
}

/** Policy drops from or to namespaces, each since its own time, as far as Hubble remembers. */
export async function dropsSince(
  since: ReadonlyMap<string, number>,
  { target, options }: { readonly target: HatchTarget; readonly options: HatchOptions },
  io: Io,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  try {
    const observer = await liveFlows(target, options, io);
    const { summarizeFlows } = await import('../../core/diagnose/index.ts');
    for (const [namespace, ms] of since) {
      const source = flowsOf(observer, { filters: dropsOf(namespace), since: { ms, ns: 0 } });
      const { edges } = await summarizeFlows(source, namespace);
      counts.set(
        namespace,
        edges.reduce((sum, { count }) => sum + count, 0),
      );
    }
  } catch (error) {
    const { dropsUnknownText } = await import('../../core/report/hatch/watched.ts');
    const { message, remedy } = await messageOf(error);
    io.err(errorLines({ message: dropsUnknownText(message), remedy }));
  }
  return counts;
}
