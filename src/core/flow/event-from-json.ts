import type { EventsLost, FlowEvent, NodesChanged } from './event.ts';
import {
  countOf,
  enumOf,
  type JsonObject,
  memberOf,
  type Name,
  objectOf,
  textOf,
  textsOf,
} from './fields.ts';
import type { ParsedFlow } from './parse.ts';
import { parseInstant } from './time.ts';

/**
 * The event that a JSON value of a recording is, with that value in it.
 *
 * @param parsed what `flowFromJson` made of the value
 * @returns undefined for agent and debug events, which are no flow's business
 */
export function eventFromJson(
  parsed: Exclude<ParsedFlow, { readonly kind: 'skipped' }>,
  value: JsonObject,
): FlowEvent | undefined {
  switch (parsed.kind) {
    case 'flow':
      return { kind: 'flow', flow: parsed.flow, json: () => wrapped(value) };
    case 'lost':
      return lostFromJson(value, parsed.count);
    case 'other':
      return nodesFromJson(value);
  }
}

/** Old recordings hold the flow alone; Hubble's own tools want it in a response. */
export function wrapped(value: JsonObject): JsonObject {
  if (value['flow'] !== undefined) return value;
  const [nodeName, time] = [memberOf(value, NODE_NAME), memberOf(value, TIME)];
  return {
    flow: value,
    ...(nodeName === undefined ? {} : { node_name: nodeName }),
    ...(time === undefined ? {} : { time }),
  };
}

/** A member of a wrong type says nothing: what counts, the number, was read before. */
function lostFromJson(value: JsonObject, count: number): EventsLost {
  const lost = attempt(() => objectOf(value, LOST_EVENTS)) ?? {};
  const source = attempt(() => enumOf(lost, SOURCE)) ?? 0;
  const cpu = attempt(() => (memberOf(lost, CPU) == null ? undefined : countOf(lost, CPU)));
  const [firstMs, lastMs] = [msOf(lost, FIRST), msOf(lost, LAST)];
  return {
    kind: 'lost',
    ...told(value),
    source: typeof source === 'string' ? source : (LOST_SOURCES[source] ?? String(source)),
    count,
    ...(cpu === undefined ? {} : { cpu }),
    ...(firstMs === 0 ? {} : { firstMs }),
    ...(lastMs === 0 ? {} : { lastMs }),
  };
}

function nodesFromJson(value: JsonObject): NodesChanged | undefined {
  const status = attempt(() => objectOf(value, NODE_STATUS));
  if (status === undefined) return undefined;
  const state = attempt(() => enumOf(status, STATE_CHANGE)) ?? 0;
  return {
    kind: 'nodes',
    ...told(value),
    state: typeof state === 'string' ? state : (NODE_STATES[state] ?? String(state)),
    nodes: attempt(() => textsOf(status, NODE_NAMES)) ?? [],
    message: attempt(() => textOf(status, MESSAGE)) ?? '',
  };
}

function told(value: JsonObject): Pick<EventsLost, 'nodeName' | 'timeMs' | 'json'> {
  return {
    nodeName: attempt(() => textOf(value, NODE_NAME)) ?? '',
    timeMs: msOf(value, TIME),
    json: () => value,
  };
}

function msOf(object: JsonObject, name: Name): number {
  const text = attempt(() => textOf(object, name)) ?? '';
  return parseInstant(text)?.ms ?? 0;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** By number. Hubble's `flow.LostEventSource` and `relay.NodeState`, Cilium v1.19. */
export const LOST_SOURCES: readonly string[] = [
  'UNKNOWN_LOST_EVENT_SOURCE',
  'PERF_EVENT_RING_BUFFER',
  'OBSERVER_EVENTS_QUEUE',
  'HUBBLE_RING_BUFFER',
];
export const NODE_STATES: readonly string[] = [
  'UNKNOWN_NODE_STATE',
  'NODE_CONNECTED',
  'NODE_UNAVAILABLE',
  'NODE_GONE',
  'NODE_ERROR',
];

const LOST_EVENTS: Name = ['lost_events', 'lostEvents'];
const NODE_STATUS: Name = ['node_status', 'nodeStatus'];
const NODE_NAME: Name = ['node_name', 'nodeName'];
const TIME: Name = ['time', 'time'];
const SOURCE: Name = ['source', 'source'];
const CPU: Name = ['cpu', 'cpu'];
const FIRST: Name = ['first', 'first'];
const LAST: Name = ['last', 'last'];
const STATE_CHANGE: Name = ['state_change', 'stateChange'];
const NODE_NAMES: Name = ['node_names', 'nodeNames'];
const MESSAGE: Name = ['message', 'message'];
