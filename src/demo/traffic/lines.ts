import type { Json, JsonObject } from './layers.ts';
import type { Random } from './random.ts';

/** An event, and when: seconds from the beginning, and nanoseconds after that. */
export interface Timed {
  readonly second: number;
  readonly nanos: number;
  readonly node: string;
  readonly flow: JsonObject;
}

/** The order of Hubble's own fields (`flow.proto`), which its JSON keeps. */
const FIELDS = [
  'verdict',
  'drop_reason',
  'IP',
  'l4',
  'source',
  'destination',
  'Type',
  'node_name',
  'source_names',
  'destination_names',
  'l7',
  'event_type',
  'source_service',
  'destination_service',
  'traffic_direction',
  'policy_match_type',
  'trace_observation_point',
  'drop_reason_desc',
  'is_reply',
  'trace_reason',
  'file',
  'egress_allowed_by',
  'ingress_allowed_by',
  'egress_denied_by',
  'ingress_denied_by',
  'Summary',
];

/** Where and when a recording is made. */
export interface Setting {
  readonly clusterName: string;
  /** RFC 3339, of so many seconds from the beginning and nanoseconds after that. */
  readonly timeAt: (second: number, nanos: number) => string;
}

/** An event in the shape that `hubble observe -o jsonpb` writes. */
export function flowLine(
  { second, nanos, node, flow }: Timed,
  { timeAt, clusterName, random }: Setting & { readonly random: Random },
): JsonObject {
  const time = timeAt(second, nanos);
  const name = `${clusterName}/${node}`;
  const fields = Object.entries({ ...flow, node_name: name });
  const order = ([field]: readonly [string, Json]): number => FIELDS.indexOf(field);
  const stray = fields.find((field) => order(field) === -1);
  if (stray !== undefined) throw new Error(`the field ${stray[0]} has no place in the order`);
  fields.sort((a, b) => order(a) - order(b));
  return { flow: { time, uuid: random.uuid(), ...Object.fromEntries(fields) }, node_name: name, time };
}

/** What a relay says first. */
export function nodesConnected(nodes: readonly string[], { timeAt, clusterName }: Setting): JsonObject {
  return {
    node_status: {
      state_change: 'NODE_CONNECTED',
      node_names: nodes.map((node) => `${clusterName}/${node}`),
    },
    node_name: 'hubble-relay',
    time: timeAt(0, 0),
  };
}

/** In each round a node loses so many events once. */
export const LOST = { second: 171, node: 'node-1', count: 14 };

export function eventsLost(
  { second, node, count }: { readonly second: number; readonly node: string; readonly count: number },
  { timeAt, clusterName }: Setting,
): JsonObject {
  const time = timeAt(second, 0);
  const lost = { source: 'HUBBLE_RING_BUFFER', num_events_lost: String(count), first: time, last: time };
  return { lost_events: lost, node_name: `${clusterName}/${node}`, time };
}

/** One line of JSON as Go writes it. */
export function encode(line: Json): string {
  return JSON.stringify(line).replace(
    /[<>&]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
