import type { Flow } from '../../model/flow.ts';
import { isDrop } from '../fold.ts';
import type { Edge } from '../summarize.ts';
import { isBeforePolicy, TRACE_EVENT } from '../trace-points.ts';
import type { Pair } from './matches.ts';
import type { LastChange, Outcome, Span } from './types.ts';

const TO_ENDPOINT = 0;
/** To the stack, the overlay, the network: on its way out. */
const OUT_POINTS: readonly number[] = [3, 4, 11];

/**
 * The flow as far as it shows what policy did; undefined where it was seen before the policies were asked. Old
 * recordings lack the direction, which some points of observation tell. An answer is given the port that it comes
 * from, by which its request goes.
 */
export function telling(flow: Flow): Flow | undefined {
  const { l4 } = flow;
  if (isBeforePolicy(flow)) return undefined;
  if (flow.isReply === true && l4 !== undefined && 'sourcePort' in l4)
    return { ...flow, l4: { ...l4, sourcePort: l4.destinationPort, destinationPort: l4.sourcePort } };
  if (flow.eventType !== TRACE_EVENT || flow.direction !== 'unknown') return flow;
  if (flow.eventSubType === TO_ENDPOINT) return { ...flow, direction: 'ingress' };
  return OUT_POINTS.includes(flow.eventSubType) ? { ...flow, direction: 'egress' } : flow;
}

export const NOTHING: Span = { count: 0, firstMs: 0, lastMs: 0 };

/** The span of both. */
export function joined(a: Span, b: Span): Span {
  const firsts = [a.firstMs, b.firstMs].filter((ms) => ms > 0);
  return {
    count: a.count + b.count,
    firstMs: firsts.length === 0 ? 0 : Math.min(...firsts),
    lastMs: Math.max(a.lastMs, b.lastMs),
  };
}

/** What was seen between two ends on one port, by where it was seen. */
export interface PairSeen extends Pair {
  left: Span;
  arrived: Span;
  answered: Span;
  /** Requests that a proxy accepted. */
  accepted: Span;
  audited: Span;
  readonly drops: Edge[];
}

/** Adds an edge. Those that drop something are kept, since each is judged by its own time. */
export function see(pair: PairSeen, edge: Edge): void {
  const { verdict, direction } = edge;
  if (verdict === 'AUDIT') pair.audited = joined(pair.audited, edge);
  else if (isDrop(edge)) pair.drops.push(edge);
  else if (verdict === 'FORWARDED' || verdict === 'REDIRECTED') {
    if (direction === 'egress') pair.left = joined(pair.left, edge);
    if (direction === 'ingress') pair.arrived = joined(pair.arrived, edge);
    if (edge.type === 'L7' && direction !== 'unknown') pair.accepted = joined(pair.accepted, edge);
  }
}

/** How enforcement followed a change. */
export interface Settling {
  readonly change: LastChange | undefined;
  readonly graceMs: number;
}

export interface PairOutcome {
  readonly outcome: Outcome;
  readonly failing: readonly Edge[];
  readonly outdated: readonly Edge[];
}

/**
 * The last state wins: a drop does not count any more where the same ends passed afterwards and either never before,
 * so that the state changed once, or the drop is no later than the change with its delay.
 */
export function outcomeOf(pair: PairSeen, settling: Settling): PairOutcome {
  const outdated = pair.drops.filter((drop) => isOutdated(drop, pair, settling));
  const failing = pair.drops.filter((drop) => !outdated.includes(drop));
  return { outcome: failing.length > 0 ? 'fail' : passing(pair), failing, outdated };
}

function passing({ left, arrived, answered, audited, to }: PairSeen): Outcome {
  if (arrived.count > 0) return 'pass';
  if (left.count > 0) {
    // Nothing is enforced at the other end, or by another cluster, which tells its own flows.
    const isOnlyEnd = to.party.kind !== 'pod' || to.party.cluster !== '';
    return isOnlyEnd || answered.count > 0 ? 'pass' : 'half';
  }
  return audited.count > 0 ? 'audit' : 'no-traffic';
}

function isOutdated(drop: Edge, pair: PairSeen, { change, graceMs }: Settling): boolean {
  // Without a time nobody knows what came later.
  if (drop.lastMs === 0) return false;
  const passed = afterDrop(drop, pair);
  if (passed.count === 0 || passed.lastMs <= drop.lastMs) return false;
  const isSettling = change !== undefined && drop.lastMs <= change.timeMs + graceMs;
  // Requests differ, so that one was accepted says nothing of another.
  return isSettling || (drop.type !== 'L7' && passed.firstMs > drop.lastMs);
}

/** What shows that the end which dropped it admits it. */
function afterDrop({ type, direction }: Edge, { left, arrived, accepted }: PairSeen): Span {
  if (type === 'L7') return accepted;
  return direction === 'egress' ? joined(left, arrived) : arrived;
}
