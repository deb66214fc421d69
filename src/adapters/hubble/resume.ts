import type { FlowEvent, FlowGap } from '../../core/flow/event.ts';
import type { Flow } from '../../core/model/flow.ts';
import type { FlowQuery } from '../../core/model/flow-filter.ts';
import type { Instant } from '../../core/model/instant.ts';

/** How many of the latest flows are remembered, to know them again. */
const WINDOW = 1 << 17;

/** A relay sorts the flows of its nodes only roughly, so we ask for a little more than what we missed. */
const SLACK_MS = 5000;

/**
 * Follows flows over several connections. After an interruption the server is asked for everything since shortly before
 * the last flow; what was told already is left out; and where it cannot be shown that nothing is missing, a gap is told.
 */
export class Resume {
  private readonly window: Window;
  private readonly query: FlowQuery;
  private state: Resuming | undefined;

  /** @param capacity how many flows are remembered; the memory that this takes is bounded by it */
  constructor(query: FlowQuery, capacity: number = WINDOW) {
    this.query = query;
    this.window = new Window(capacity);
    // A relay that lost a node asks it again with the same request, and so tells what that had brought once more.
    if (query.since !== undefined || (query.number ?? 0n) > 0n) this.window.guard();
  }

  /** What to ask a server for next. */
  next(): FlowQuery {
    const since = this.window.since();
    if (since === undefined) return this.query;
    const { number: _, isFirst: __, ...rest } = this.query;
    return { ...rest, since: later(since, this.query.since) };
  }

  /**
   * The connection ended.
   * @param nowMs milliseconds since 1970, told as the gap's begin where no flow was seen before
   */
  interrupted(nowMs: number, detail: string): void {
    const fromMs = this.window.isEmpty ? nowMs : this.window.newest.ms;
    this.window.guard();
    // Of several interruptions without a flow in between, the first one counts.
    this.state = { ...(this.state ?? { fromMs, detail }), ...this.window.known() };
  }

  /** The events that are new, with a gap where there may be one. */
  fresh(events: readonly FlowEvent[]): readonly FlowEvent[] {
    // What is not followed is not gone on with.
    if (this.query.isFollowed !== true) return events;
    if (this.state === undefined && !this.window.isGuarded) {
      for (const event of events) if (event.kind === 'flow') this.window.note(event.flow);
      return events;
    }
    const fresh: FlowEvent[] = [];
    for (const event of events) {
      if (event.kind !== 'flow') fresh.push(event);
      else if (!this.isKnown(event.flow)) {
        const gap = this.gapBefore(event.flow);
        if (gap !== undefined) fresh.push(gap);
        this.window.note(event.flow);
        fresh.push(event);
      }
    }
    return fresh;
  }

  /** Whether it was told before. A server that tells it again still has all that followed on that node. */
  private isKnown(flow: Flow): boolean {
    const { state, window } = this;
    const key = keyOf(flow);
    if (state?.keys.delete(key) === true) state.nodes.set(flow.nodeName, 'proven');
    return window.has(key);
  }

  private gapBefore(flow: Flow): FlowGap | undefined {
    const { state } = this;
    if (state === undefined) return undefined;
    const node = state.nodes.get(flow.nodeName);
    const isBlind = state.nodes.size === 0 && this.query.since === undefined;
    const isOver = state.keys.size === 0 || flow.timeMs > state.fromMs + 2 * SLACK_MS;
    const isTold = state.isGapTold === true;
    if (isOver) this.state = undefined;
    if (isTold || (node !== 'unproven' && !isBlind)) return undefined;
    if (this.state !== undefined) this.state.isGapTold = true;
    return {
      kind: 'gap',
      fromMs: state.fromMs,
      toMs: flow.timeMs,
      because: isBlind ? 'disconnected' : 'overtaken',
      detail: state.detail,
    };
  }
}

interface Resuming {
  readonly fromMs: number;
  readonly detail: string;
  /** Keys of flows that the server is asked for again. */
  readonly keys: Set<string>;
  /** Nodes of these flows, and whether one of them was told again. */
  readonly nodes: Map<string, 'proven' | 'unproven'>;
  isGapTold?: boolean;
}

/**
 * The latest flows: a ring of their keys, nodes and times. Each is in a list of its own, since an object for each flow,
 * kept for as long as a hundred thousand others take, is what a garbage collector does worst with.
 */
class Window {
  newest: Instant = BEGINNING;
  private evicted: Instant = BEGINNING;
  private readonly capacity: number;
  private readonly keys: string[] = [];
  private readonly nodes: string[] = [];
  private readonly ms: Float64Array;
  private readonly ns: Int32Array;
  private at = 0;
  /** All keys, where they are asked for. */
  private index: Set<string> | undefined;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.ms = new Float64Array(capacity);
    this.ns = new Int32Array(capacity);
  }

  get isEmpty(): boolean {
    return this.newest === BEGINNING;
  }

  get isGuarded(): boolean {
    return this.index !== undefined;
  }

  /** From now on it can be asked whether a flow is among them. */
  guard(): void {
    this.index ??= new Set(this.keys);
  }

  has(key: string): boolean {
    return this.index?.has(key) === true;
  }

  note(flow: Flow): void {
    const { timeMs: ms, timeNs: ns } = flow;
    // A flow without a time cannot be asked for again.
    if (ms === 0) return;
    const { at } = this;
    if (at < this.keys.length) this.evict(at);
    const key = keyOf(flow);
    this.keys[at] = key;
    this.index?.add(key);
    this.nodes[at] = flow.nodeName;
    this.ms[at] = ms;
    this.ns[at] = ns;
    this.at = (at + 1) % this.capacity;
    const { newest } = this;
    if (ms > newest.ms || (ms === newest.ms && ns > newest.ns)) this.newest = { ms, ns };
  }

  /** From where on all flows that were told are remembered. */
  since(): Instant | undefined {
    if (this.isEmpty) return undefined;
    const wanted: Instant = { ms: this.newest.ms - SLACK_MS, ns: this.newest.ns };
    return isLater(this.evicted, wanted) ? after(this.evicted) : wanted;
  }

  known(): Pick<Resuming, 'keys' | 'nodes'> {
    const since = this.since();
    const keys = new Set<string>();
    const nodes = new Map<string, 'unproven'>();
    for (const [i, key] of this.keys.entries()) {
      if (since === undefined || isLater(since, this.timeOf(i))) continue;
      keys.add(key);
      nodes.set(this.nodes[i] ?? '', 'unproven');
    }
    return { keys, nodes };
  }

  private evict(at: number): void {
    const { evicted } = this;
    this.index?.delete(this.keys[at] ?? '');
    const [ms, ns] = [this.ms[at] ?? 0, this.ns[at] ?? 0];
    if (ms > evicted.ms || (ms === evicted.ms && ns > evicted.ns)) this.evicted = { ms, ns };
  }

  private timeOf(at: number): Instant {
    return { ms: this.ms[at] ?? 0, ns: this.ns[at] ?? 0 };
  }
}

/** Hubble's own number of a flow; of older versions, and under a mask without it, what tells flows apart. */
function keyOf(flow: Flow): string {
  if (flow.uuid !== '') return flow.uuid;
  const { timeMs, timeNs, nodeName, sourceIp, destinationIp, l4, eventType, eventSubType, direction } = flow;
  const ends = l4 === undefined ? '' : JSON.stringify(l4);
  return `${timeMs} ${timeNs} ${nodeName} ${sourceIp} ${destinationIp} ${eventType} ${eventSubType} ${direction} ${ends}`;
}

function isLater(a: Instant, b: Instant): boolean {
  return a.ms > b.ms || (a.ms === b.ms && a.ns > b.ns);
}

function later(a: Instant, b: Instant | undefined): Instant {
  return b !== undefined && isLater(b, a) ? b : a;
}

function after({ ms, ns }: Instant): Instant {
  return ns === 999_999 ? { ms: ms + 1, ns: 0 } : { ms, ns: ns + 1 };
}

const BEGINNING: Instant = { ms: 0, ns: 0 };
