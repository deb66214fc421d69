import type { Flow } from '../model/flow.ts';

/** The type of event of a trace: a packet seen at some point of its way. Cilium `pkg/monitor/api/types.go`. */
export const TRACE_EVENT = 4;

/** `TraceFrom…` of `pkg/monitor/api/types.go`, and `bpf/lib/trace.h`. */
const FROM_POINTS: readonly number[] = [5, 6, 7, 8, 9, 10, 12];

/** Whether it was seen where it came from, before any policy was asked. */
export function isBeforePolicy({
  eventType,
  eventSubType,
}: Pick<Flow, 'eventType' | 'eventSubType'>): boolean {
  return eventType === TRACE_EVENT && FROM_POINTS.includes(eventSubType);
}
