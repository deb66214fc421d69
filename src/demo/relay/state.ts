import { EventRing, type StoredEvent, storedEvent } from './ring.ts';
import type { RelayFaults, RelayOptions } from './types.ts';

/** What a relay knows, and who waits for more. */
export class RelayState {
  readonly version: string;
  readonly isAgent: boolean;
  readonly now: () => number;
  readonly ring: EventRing;
  readonly nodes: Set<string>;
  faults: RelayFaults = {};
  startMs: number;
  seenFlows = 0;
  private readonly waiting = new Set<() => void>();

  constructor(options: RelayOptions) {
    const { version = '1.19.4', now = Date.now, ringSize = 4095, nodes = [], isAgent = false } = options;
    this.isAgent = isAgent;
    this.version = version;
    this.now = now;
    this.ring = new EventRing(ringSize);
    this.nodes = new Set(nodes);
    this.startMs = now();
  }

  push(event: object): void {
    this.add(storedEvent(event));
  }

  add(event: StoredEvent): void {
    this.ring.push(event);
    if (event.flow !== undefined) this.seenFlows += 1;
    if (event.flow !== undefined && event.nodeName !== '') this.nodes.add(event.nodeName);
    this.wakeAll();
  }

  restart(isRingKept: boolean): void {
    if (!isRingKept) this.ring.clear();
    this.startMs = this.now();
    this.seenFlows = this.ring.size;
  }

  isUnavailable(node: string): boolean {
    return this.faults.unavailableNodes?.includes(node) === true;
  }

  /** Calls back when something came. @returns what ends the wait */
  onChange(wake: () => void): () => void {
    this.waiting.add(wake);
    return () => this.waiting.delete(wake);
  }

  wakeAll(): void {
    for (const wake of this.waiting) wake();
  }
}
