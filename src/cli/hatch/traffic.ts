import type { FlowFilter } from '../../core/model/flow-filter.ts';
import { type FlowObserver, flowsOf } from '../../core/ports/flow-observer.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openFlows } from '../flow-options.ts';
import { loadInputs, textOptions } from '../inputs.ts';
import type { Io } from '../io.ts';
import { messageOf } from '../message.ts';
import type { HatchOptions, HatchTarget } from './target.ts';
import { diagnoseAfter, watchTraffic } from './watch.ts';

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
  { target, namespace, seconds }: TrafficQuestion,
  options: HatchOptions,
  io: Io,
): Promise<ExitCode> {
  try {
    const observer = await liveFlows(target, options, io);
    io.err(`propolis: watching the flows of ${namespace} for ${seconds}s at the most; Ctrl-C ends it.\n`);
    const result = await watchTraffic(observer, { namespace, seconds }, io);
    const { watchedText } = await import('../../core/report/hatch/status.ts');
    io.err(`propolis: ${watchedText(result.watched)}\n`);
    if (result.watched.dropsAfter === 0) return EXIT.ok;
    const { inputs } = await loadInputs({ ...options, cluster: true }, quiet(io), 'debug');
    const diagnosis = diagnoseAfter(result, { namespace, inputs });
    const { debugText } = await import('../../core/report/debug.ts');
    const text = debugText(diagnosis, await textOptions(options.color, io));
    // With data on standard output, words go where people look.
    if (options.output === 'table') io.out(text);
    else io.err(text);
    return EXIT.findings;
  } catch (error) {
    const { message, remedy } = await messageOf(error);
    io.err(`propolis: the change stands, and its flows could not be watched: ${message}\n  ${remedy}\n`);
    return EXIT.ok;
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
      const dropped = { verdict: ['DROPPED'], dropReasonDesc: ['POLICY_DENIED', 'POLICY_DENY'] } as const;
      const allow: readonly FlowFilter[] = [
        { ...dropped, sourcePod: [`${namespace}/`] },
        { ...dropped, destinationPod: [`${namespace}/`] },
      ];
      const source = flowsOf(observer, { filters: { allow, deny: [] }, since: { ms, ns: 0 } });
      const { edges } = await summarizeFlows(source, namespace);
      counts.set(
        namespace,
        edges.reduce((sum, { count }) => sum + count, 0),
      );
    }
  } catch (error) {
    const { message } = await messageOf(error);
    io.err(`propolis: drops are not known: ${message}\n`);
  }
  return counts;
}
