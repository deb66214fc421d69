import { isPolicyDrop, Ways } from '../../core/diagnose/hatch/index.ts';
import type { FlowSummary } from '../../core/diagnose/index.ts';
import { Summarizer } from '../../core/diagnose/summarize.ts';
import type { Flow } from '../../core/model/flow.ts';
import type { FlowFilter, FlowFilters } from '../../core/model/flow-filter.ts';
import { type FlowObserver, flowsOf } from '../../core/ports/flow-observer.ts';
import type { Watched } from '../../core/report/hatch/watched.ts';
import { type Io, nowOf } from '../io.ts';
import { filtersOf } from '../namespace-flows.ts';

/**
 * Enforcement follows a label by so much at the most: the agents learn of it, and regenerate their endpoints. Who
 * watches for a short time waits for a quarter of it.
 */
const SETTLE_MS = 10_000;
/** Nothing dropped for so long after that is taken for an end; for a short time, a third of it. */
const QUIET_MS = 15_000;
/** Drops of so long before are those that it was opened for. */
const BEFORE_MS = 15 * 60_000;

export interface WatchOptions {
  readonly namespace: string;
  readonly seconds: number;
  readonly what: 'open' | 'close';
}

export interface WatchResult {
  readonly watched: Watched;
  /** The flows from when enforcement had followed. */
  readonly after: FlowSummary;
  /** Why it ended before its time, where something went wrong on the way. */
  readonly failure?: unknown;
}

/**
 * Follows the flows of a namespace after its label was changed, until the drops have stopped, the time is over, or
 * somebody interrupts. What was seen before something went wrong is told with what went wrong.
 *
 * @throws an error of the observer where nothing at all was seen
 */
export async function watchTraffic(
  observer: FlowObserver,
  { namespace, seconds, what }: WatchOptions,
  io: Io,
): Promise<WatchResult> {
  const settleMs = Math.min(SETTLE_MS, seconds * 250);
  const quietMs = Math.min(QUIET_MS, seconds * 333);
  const stop = new AbortController();
  const interrupted = io.interruption?.();
  const end = (): void => stop.abort();
  interrupted?.addEventListener('abort', end, { once: true });
  const begin = nowOf(io);
  const timer = setTimeout(end, seconds * 1000);
  const [before, after] = [new Summarizer(namespace), new Summarizer(namespace)];
  const ways = new Ways();
  const clock = new FlowClock();
  let lastDropMs: number | undefined;
  let [flows, gaps] = [0, 0];
  let failure: unknown;
  const quiet = setInterval(
    () => {
      const now = nowOf(io);
      const isQuiet = now - begin >= settleMs + quietMs && now - (lastDropMs ?? 0) >= quietMs;
      if (flows > 0 && isQuiet && ways.areAllKnown) end();
    },
    Math.min(1000, Math.max(10, quietMs / 4)),
  );
  try {
    if (what === 'open') await readDropsBefore(observer, { namespace, ways, nowMs: begin }, stop.signal);
    for await (const batch of observer.events(
      { filters: filtersOf(namespace), isFollowed: true },
      stop.signal,
    )) {
      const now = nowOf(io);
      for (const event of batch) {
        if (event.kind === 'gap') gaps += 1;
        if (event.kind !== 'flow') continue;
        flows += 1;
        const isSettled = clock.isAfter(event.flow, { now, sinceMs: begin + settleMs });
        (isSettled ? after : before).add(event.flow);
        if (isSettled) ways.after(event.flow);
        else if (what === 'open') ways.before(event.flow);
        if (isSettled && isPolicyDrop(event.flow)) lastDropMs = now;
      }
    }
  } catch (error) {
    if (flows === 0) throw error;
    failure = error;
  } finally {
    clearTimeout(timer);
    clearInterval(quiet);
    interrupted?.removeEventListener('abort', end);
  }
  const [early, late] = [before.summary(observer.counts()), after.summary(observer.counts())];
  return {
    after: late,
    ...(failure === undefined ? {} : { failure }),
    watched: {
      namespace,
      what,
      seconds: Math.max(1, Math.round((nowOf(io) - begin) / 1000)),
      flows,
      dropsBefore: policyDrops(early),
      dropsAfter: policyDrops(late),
      ways: ways.all(),
      lost: observer.counts().lost,
      gaps,
    },
  };
}

/**
 * When flows happened, by our clock: those of nodes may be wrong. How far theirs are ahead is what the freshest flow
 * shows. Flows that are told again after a connection was lost are late, and are known by it.
 */
class FlowClock {
  #ahead = Number.NEGATIVE_INFINITY;

  isAfter({ timeMs }: Flow, { now, sinceMs }: { readonly now: number; readonly sinceMs: number }): boolean {
    if (timeMs > 0) this.#ahead = Math.max(this.#ahead, timeMs - now);
    return now >= sinceMs && (timeMs === 0 || timeMs - this.#ahead >= sinceMs);
  }
}

interface DropsBefore {
  readonly namespace: string;
  readonly ways: Ways;
  readonly nowMs: number;
}

/** What policy dropped until now: that is what should pass from now on. */
async function readDropsBefore(
  observer: FlowObserver,
  { namespace, ways, nowMs }: DropsBefore,
  until: AbortSignal,
): Promise<void> {
  const query = { filters: dropsOf(namespace), since: { ms: nowMs - BEFORE_MS, ns: 0 } };
  try {
    for await (const batch of flowsOf(observer, query).batches(until)) {
      for (const flow of batch) ways.before(flow);
    }
  } catch {
    // What is wrong is told by those who follow; without this the watch is only less sure.
  }
}

const DROPPED: FlowFilter = {
  verdict: ['DROPPED'],
  dropReasonDesc: ['POLICY_DENIED', 'POLICY_DENY'],
};

/** Of the flows of a namespace, those that policy dropped. */
export function dropsOf(namespace: string): FlowFilters {
  const { allow, deny } = filtersOf(namespace);
  return { allow: allow.map((filter) => ({ ...filter, ...DROPPED })), deny };
}

function policyDrops({ edges }: FlowSummary): number {
  return edges.reduce((sum, edge) => (isPolicyDrop(edge) ? sum + edge.count : sum), 0);
}
