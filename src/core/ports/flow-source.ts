import type { Flow, FlowReadCounts } from '../model/flow.ts';
import type { Cancellation } from './cancellation.ts';

/** Recorded or live flows. */
export interface FlowSource {
  /**
   * Yields flows in the order of the source, in batches whose size is the source's choice.
   * A batch is only valid until the next one is asked for.
   */
  batches(until?: Cancellation): AsyncIterable<readonly Flow[]>;
  /** What was read so far; final after the last batch. */
  counts(): FlowReadCounts;
}

/** The twin: flows from an array. */
export function flowsFromArray(flows: readonly Flow[], lost = 0): FlowSource {
  let seen = 0;
  return {
    async *batches(until) {
      for (let start = 0; start < flows.length && until?.aborted !== true; start += 1024) {
        const batch = flows.slice(start, start + 1024);
        seen += batch.length;
        yield batch;
      }
    },
    counts: () => ({ lines: seen, flows: seen, lost, otherEvents: 0, skipped: [], unknownValues: [] }),
  };
}
