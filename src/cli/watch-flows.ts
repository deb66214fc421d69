import type { Summarizer } from '../core/diagnose/summarize.ts';
import type { FlowEvent } from '../core/flow/event.ts';
import type { Flow } from '../core/model/flow.ts';
import type { FlowQuery } from '../core/model/flow-filter.ts';
import type { FlowObserver } from '../core/ports/flow-observer.ts';

/** Time that passes: tests give their own. */
export interface Timers {
  /** Calls back once. @returns what calls it off */
  readonly after: (milliseconds: number, call: () => void) => () => void;
}

export interface Watching {
  readonly observer: FlowObserver;
  readonly query: FlowQuery;
  readonly summarizer: Summarizer;
  /** What of a flow counts; undefined for nothing. */
  readonly telling: (flow: Flow) => Flow | undefined;
  readonly interruption?: AbortSignal;
}

/** Sums up what a source tells until it ends, or somebody interrupts. @returns how often we were not listening */
export async function sumFlows(watching: Watching): Promise<number> {
  let gaps = 0;
  for await (const events of watching.observer.events(watching.query, watching.interruption))
    gaps += take(events, watching);
  return gaps;
}

export interface Waiting extends Watching {
  /** Milliseconds. */
  readonly waitMs: number;
  readonly timers: Timers;
  /** Whether nothing more is to be learnt. Asked at most once a second: it judges everything anew. */
  readonly isFinal: () => Promise<boolean>;
}

const JUDGE_EVERY_MS = 1000;

/** Follows flows until nothing more is to be learnt, or the time is over. @returns as above */
export async function waitForFlows(waiting: Waiting): Promise<number> {
  const { observer, query, waitMs, timers, isFinal, interruption } = waiting;
  const stop = new AbortController();
  const end = (): void => stop.abort();
  const cancels = [timers.after(waitMs, end)];
  interruption?.addEventListener('abort', end, { once: true });
  let isJudgePlanned = false;
  let failure: { readonly error: unknown } | undefined;
  let gaps = 0;
  const judge = async (): Promise<void> => {
    try {
      if (await isFinal()) end();
    } catch (error) {
      failure = { error };
      end();
    }
    isJudgePlanned = false;
  };
  try {
    for await (const events of observer.events(query, stop.signal)) {
      gaps += take(events, waiting);
      if (stop.signal.aborted) break;
      if (isJudgePlanned) continue;
      isJudgePlanned = true;
      cancels[1] = timers.after(JUDGE_EVERY_MS, () => void judge());
    }
  } finally {
    for (const cancel of cancels) cancel();
    interruption?.removeEventListener('abort', end);
  }
  if (failure !== undefined) throw failure.error;
  return gaps;
}

function take(events: readonly FlowEvent[], { summarizer, telling }: Watching): number {
  let gaps = 0;
  for (const event of events) {
    if (event.kind === 'gap') gaps += 1;
    if (event.kind !== 'flow') continue;
    const told = telling(event.flow);
    if (told !== undefined) summarizer.add(told);
  }
  return gaps;
}

/** The machine's own time. */
export const SYSTEM_TIMERS: Timers = {
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};
