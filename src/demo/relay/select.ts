import type { Flow } from '../../core/model/flow.ts';
import type { Instant } from '../../core/model/instant.ts';
import type { EventRing, StoredEvent } from './ring.ts';

/** What is asked of a ring, as an agent understands `GetFlowsRequest`. */
export interface RingQuery {
  readonly number: bigint;
  readonly isFirst: boolean;
  readonly isFollowed: boolean;
  readonly since?: Instant;
  readonly until?: Instant;
  /** Filters; what is no flow passes. */
  readonly matches: (flow: Flow) => boolean;
  /** Nodes of which nothing is told. */
  readonly isHidden: (nodeName: string) => boolean;
}

/** What a reader of the ring finds next. */
export type RingStep =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  /** Events that were overwritten before they were read. */
  | { readonly kind: 'lost'; readonly count: number }
  /** Nothing more for now. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'end' };

/**
 * Reads a ring as an agent does (Cilium `pkg/hubble/observer/local_observer.go`): `since` decides the beginning, before
 * `number` and `first`; else the last `number` that match are replayed, counted backwards; what is followed without
 * `number` and `since` begins with what comes next. `number` ends a stream that is not followed. `until` ends at the
 * first event after it. Losses pass every filter and are not counted.
 */
export class RingReader {
  private readonly ring: EventRing;
  private readonly query: RingQuery;
  private at: number;
  private left: bigint;

  constructor(ring: EventRing, query: RingQuery) {
    this.ring = ring;
    this.query = query;
    const { number, isFollowed } = query;
    this.left = number === 0n || isFollowed ? -1n : number;
    this.at = this.beginning();
  }

  next(): RingStep {
    const { ring, query } = this;
    if (this.left === 0n) return { kind: 'end' };
    if (this.at < ring.start) {
      const count = ring.start - this.at;
      this.at = ring.start;
      return { kind: 'lost', count };
    }
    for (; this.at < ring.end; this.at += 1) {
      const event = ring.at(this.at);
      if (event === undefined) continue;
      if (query.until !== undefined && isLater(event, query.until)) return { kind: 'end' };
      if (!this.isWanted(event)) continue;
      this.at += 1;
      if (event.flow !== undefined && this.left > 0n) this.left -= 1n;
      return { kind: 'event', event };
    }
    return { kind: query.isFollowed ? 'wait' : 'end' };
  }

  private beginning(): number {
    const { ring, query } = this;
    const { since, number, isFirst, isFollowed } = query;
    // Nodes are merged here, so that what is late may stand behind what is not: all of it is looked at.
    if (since !== undefined || isFirst) return ring.start;
    if (number === 0n) return isFollowed ? ring.end : ring.start;
    let [at, count] = [ring.end, 0n];
    while (at > ring.start && count < number) {
      at -= 1;
      const event = ring.at(at);
      if (event?.flow !== undefined && this.isWanted(event)) count += 1n;
    }
    return at;
  }

  private isWanted({ flow, nodeName, timeMs, timeNs }: StoredEvent): boolean {
    const { query } = this;
    if (query.isHidden(nodeName)) return false;
    if (query.since !== undefined && isEarlier({ timeMs, timeNs }, query.since)) return false;
    return flow === undefined || query.matches(flow);
  }
}

type Timed = Pick<StoredEvent, 'timeMs' | 'timeNs'>;

function isEarlier({ timeMs, timeNs }: Timed, { ms, ns }: Instant): boolean {
  return timeMs < ms || (timeMs === ms && timeNs < ns);
}

function isLater({ timeMs, timeNs }: Timed, { ms, ns }: Instant): boolean {
  return timeMs > ms || (timeMs === ms && timeNs > ns);
}
