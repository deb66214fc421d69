import type { FlowQuery } from '../model/flow-filter.ts';
import type { Instant } from '../model/instant.ts';

/** Whether a time is between a query's bounds, both included. */
export function isWithin(
  { since, until }: Pick<FlowQuery, 'since' | 'until'>,
  ms: number,
  ns: number,
): boolean {
  if (since !== undefined && compare(since, ms, ns) > 0) return false;
  return until === undefined || compare(until, ms, ns) >= 0;
}

function compare(instant: Instant, ms: number, ns: number): number {
  return instant.ms === ms ? instant.ns - ns : instant.ms - ms;
}

/** What `--all` asks for: Hubble's CLI sends the largest number there is. */
export const ALL_FLOWS: bigint = 2n ** 64n - 1n;
