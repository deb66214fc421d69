import { type Diagnosis, diagnoseSummary, type FlowSummary } from '../../core/diagnose/index.ts';
import { Summarizer } from '../../core/diagnose/summarize.ts';
import type { Flow } from '../../core/model/flow.ts';
import type { FlowObserver } from '../../core/ports/flow-observer.ts';
import type { Watched } from '../../core/report/hatch/status.ts';
import { type Io, nowOf } from '../io.ts';
import { filtersOf } from '../namespace-flows.ts';

/**
 * Enforcement follows a label by so much at the most: the agents learn of it, and regenerate their endpoints. Who
 * watches for a short time waits for a quarter of it.
 */
const SETTLE_MS = 10_000;
/** Nothing dropped for so long after that is taken for an end; for a short time, a third of it. */
const QUIET_MS = 15_000;

export interface WatchOptions {
  readonly namespace: string;
  readonly seconds: number;
}

export interface WatchResult {
  readonly watched: Watched;
  /** The flows from when enforcement had followed. */
  readonly after: FlowSummary;
}

/**
 * Follows the flows of a namespace after its label was changed, until the drops have stopped, the time is over, or
 * somebody interrupts. Times are those of arrival: the clocks of nodes are not ours.
 */
export async function watchTraffic(
  observer: FlowObserver,
  { namespace, seconds }: WatchOptions,
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
  let lastDropMs: number | undefined;
  let flows = 0;
  const quiet = setInterval(
    () => {
      const now = nowOf(io);
      if (flows > 0 && now - begin >= settleMs + quietMs && now - (lastDropMs ?? 0) >= quietMs) end();
    },
    Math.min(1000, Math.max(10, quietMs / 4)),
  );
  try {
    for await (const batch of observer.events(followedOf(namespace), stop.signal)) {
      const now = nowOf(io);
      const isSettled = now - begin >= settleMs;
      for (const event of batch) {
        if (event.kind !== 'flow') continue;
        flows += 1;
        (isSettled ? after : before).add(event.flow);
        if (isSettled && isPolicyDrop(event.flow)) lastDropMs = now;
      }
    }
  } finally {
    clearTimeout(timer);
    clearInterval(quiet);
    interrupted?.removeEventListener('abort', end);
  }
  const [early, late] = [before.summary(observer.counts()), after.summary(observer.counts())];
  return {
    after: late,
    watched: {
      namespace,
      seconds: Math.max(1, Math.round((nowOf(io) - begin) / 1000)),
      flows,
      dropsBefore: policyDrops(early),
      dropsAfter: policyDrops(late),
      ...(lastDropMs === undefined ? {} : { lastDropMs }),
      lost: observer.counts().lost,
    },
  };
}

/** What still drops, with its diagnosis, by the inputs that the cluster gives now. */
export function diagnoseAfter(
  { after }: WatchResult,
  question: Parameters<typeof diagnoseSummary>[1],
): Diagnosis {
  return diagnoseSummary(after, question);
}

function followedOf(namespace: string): Parameters<FlowObserver['events']>[0] {
  return { filters: filtersOf(namespace), isFollowed: true };
}

function policyDrops({ edges }: FlowSummary): number {
  return edges.reduce(
    (sum, edge) =>
      edge.verdict === 'DROPPED' && POLICY_REASONS.has(edge.dropReason) ? sum + edge.count : sum,
    0,
  );
}

function isPolicyDrop({ verdict, dropReason }: Flow): boolean {
  return verdict === 'DROPPED' && POLICY_REASONS.has(dropReason);
}

const POLICY_REASONS: ReadonlySet<string> = new Set(['POLICY_DENIED', 'POLICY_DENY']);
