import type { FlowEvent } from '../flow/event.ts';
import type { Flow, FlowReadCounts } from '../model/flow.ts';
import type { FlowQuery } from '../model/flow-filter.ts';
import type { Cancellation } from './cancellation.ts';
import type { FlowSource } from './flow-source.ts';

/** Where flows can be asked for: recordings or a relay. The same query gives the same flows of both. */
export interface FlowObserver {
  /**
   * Yields events in the order of the source, in batches whose size is the source's choice; a batch is only valid
   * until the next one is asked for. Ends by itself unless flows are followed.
   *
   * @throws an error of the source's own, which says where it looked, when it cannot answer
   */
  events(query: FlowQuery, until?: Cancellation): AsyncIterable<readonly FlowEvent[]>;
  /** What was read so far; final after the last batch. */
  counts(): FlowReadCounts;
}

/** The flows alone, for those who count and judge them. */
export function flowsOf(observer: FlowObserver, query: FlowQuery): FlowSource {
  return {
    async *batches(until) {
      for await (const events of observer.events(query, until)) {
        const flows: Flow[] = [];
        for (const event of events) if (event.kind === 'flow') flows.push(event.flow);
        if (flows.length > 0) yield flows;
      }
    },
    counts: () => observer.counts(),
  };
}
