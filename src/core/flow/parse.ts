import type { Flow, FlowMore, FlowPolicy, SkipReason } from '../model/flow.ts';
import type { Instant } from '../model/instant.ts';
import { endpointFromJson, NO_ENDPOINT, type ShareEndpoint } from './endpoint.ts';
import { Enums, type UnknownValue } from './enums.ts';
import {
  BadFieldError,
  countOf,
  enumOf,
  isObject,
  isSet,
  type JsonObject,
  listOf,
  memberOf,
  type Name,
  objectOf,
  textOf,
  textsOf,
} from './fields.ts';
import { l4FromJson, l7FromJson } from './layers.ts';
import { moreFromJson } from './more.ts';
import { parseInstant } from './time.ts';

/** What one JSON value of a recording is. */
export type ParsedFlow =
  | { readonly kind: 'flow'; readonly flow: Flow; readonly unknown: readonly UnknownValue[] }
  /** Hubble says that it lost so many events. */
  | { readonly kind: 'lost'; readonly count: number }
  /** A node's status, an agent's event, a debug event: understood, and no flow. */
  | { readonly kind: 'other' }
  /** `field` is the first member of a wrong type; empty where the whole value is no flow. */
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly field: string };

/**
 * Reads one event as `hubble observe -o jsonpb`, the flow exporter and their older forms write it: a
 * `GetFlowsResponse` or `ExportEvent` of Hubble's `observer.proto`, or the `Flow` alone, with proto names or
 * lowerCamelCase. Members that this reader does not know are left out. A flow without a time is at 0.
 *
 * @param value what JSON.parse gave
 * @param share called for both ends, to hand out one object for ends that look the same
 */
export function flowFromJson(value: unknown, share: ShareEndpoint = same): ParsedFlow {
  if (!isObject(value)) return NOT_A_FLOW;
  try {
    const flow = objectOf(value, FLOW);
    if (flow !== undefined) return flowFromObject(flow, value, share);
    const lost = objectOf(value, LOST_EVENTS);
    if (lost !== undefined) return { kind: 'lost', count: countOf(lost, NUM_EVENTS_LOST) };
    if (OTHER_EVENTS.some((name) => isObject(memberOf(value, name)))) return { kind: 'other' };
    return looksLikeFlow(value) ? flowFromObject(value, NO_WRAPPER, share) : NOT_A_FLOW;
  } catch (error) {
    if (error instanceof BadFieldError) return { kind: 'skipped', reason: 'bad-field', field: error.field };
    throw error;
  }
}

function same<T>(value: T): T {
  return value;
}

/** A bare flow always says what became of it and between whom; nothing else that is recorded does. */
function looksLikeFlow(value: JsonObject): boolean {
  const verdict = value['verdict'];
  return (
    (typeof verdict === 'string' || typeof verdict === 'number') &&
    [IP, L4, SOURCE, DESTINATION].some((name) => isObject(memberOf(value, name)))
  );
}

function flowFromObject(object: JsonObject, wrapper: JsonObject, share: ShareEndpoint): ParsedFlow {
  const enums = new Enums();
  const time = timeOf(object) ?? timeOf(wrapper) ?? EPOCH;
  const { type: eventType, subType: eventSubType } = eventTypeFromJson(
    objectOf(object, EVENT_TYPE) ?? NOTHING,
  );
  // A drop event repeats its reason as its sub-type, which a field mask may have left alone.
  const given = countOf(object, DROP_REASON);
  const code = given === 0 && eventType === DROP_EVENT ? eventSubType : given;
  const reason = enums.dropReason(enumOf(object, DROP_REASON_DESC), code);
  const ip = objectOf(object, IP) ?? NOTHING;
  const l4 = objectOf(object, L4);
  const l7 = objectOf(object, L7);
  const flow: Flow = {
    timeMs: time.ms,
    timeNs: time.ns,
    uuid: textOf(object, UUID),
    verdict: enums.verdict(enumOf(object, VERDICT)),
    dropReason: reason.name,
    dropReasonCode: reason.code,
    direction: enums.direction(enumOf(object, TRAFFIC_DIRECTION)),
    isReply: replyOf(object),
    type: enums.flowType(enumOf(object, FLOW_TYPE)),
    eventType,
    eventSubType,
    source: endpointOf(object, SOURCE, share),
    destination: endpointOf(object, DESTINATION, share),
    sourceIp: textOf(ip, IP_SOURCE),
    destinationIp: textOf(ip, IP_DESTINATION),
    l4: l4 === undefined ? undefined : l4FromJson(l4),
    l7: l7 === undefined ? undefined : l7FromJson(l7, enums),
    sourceNames: textsOf(object, SOURCE_NAMES),
    destinationNames: textsOf(object, DESTINATION_NAMES),
    sourceService: serviceOf(object, SOURCE_SERVICE),
    destinationService: serviceOf(object, DESTINATION_SERVICE),
    nodeName: textOf(memberOf(object, NODE_NAME) === undefined ? wrapper : object, NODE_NAME),
    policyMatchType: countOf(object, POLICY_MATCH_TYPE),
    authType: enums.authType(enumOf(object, AUTH_TYPE)),
    egressAllowedBy: policiesOf(object, EGRESS_ALLOWED_BY),
    ingressAllowedBy: policiesOf(object, INGRESS_ALLOWED_BY),
    egressDeniedBy: policiesOf(object, EGRESS_DENIED_BY),
    ingressDeniedBy: policiesOf(object, INGRESS_DENIED_BY),
    summary: textOf(object, SUMMARY),
    ...aggregateOf(object),
    ...moreOf(object, enums),
  };
  return { kind: 'flow', flow, unknown: enums.unknown };
}

export interface EventType {
  readonly type: number;
  readonly subType: number;
}

/** @param event the JSON of Hubble's `flow.CiliumEventType` */
export function eventTypeFromJson(event: JsonObject): EventType {
  return { type: countOf(event, TYPE), subType: countOf(event, SUB_TYPE) };
}

function timeOf(object: JsonObject): Instant | undefined {
  const text = textOf(object, TIME);
  if (text === '') return undefined;
  const time = parseInstant(text);
  if (time === undefined) throw new BadFieldError('time');
  return time;
}

/** `reply` is what came before `is_reply`; its absence says nothing. */
function replyOf(object: JsonObject): boolean | 'unknown' {
  const value = memberOf(object, IS_REPLY);
  if (value === undefined || value === null) return isSet(object, REPLY) ? true : 'unknown';
  return isSet(object, IS_REPLY);
}

function endpointOf(object: JsonObject, name: Name, share: ShareEndpoint): Flow['source'] {
  const endpoint = objectOf(object, name);
  return endpoint === undefined ? NO_ENDPOINT : share(endpointFromJson(endpoint));
}

/** `namespace/name`. */
function serviceOf(object: JsonObject, name: Name): string {
  const service = objectOf(object, name);
  return service === undefined ? '' : serviceFromJson(service);
}

/** @param service the JSON of Hubble's `flow.Service`; gives `namespace/name` */
export function serviceFromJson(service: JsonObject): string {
  const namespace = textOf(service, SERVICE_NAMESPACE);
  const name = textOf(service, SERVICE_NAME);
  return namespace === '' ? name : `${namespace}/${name}`;
}

function policiesOf(object: JsonObject, name: Name): readonly FlowPolicy[] {
  return policiesFromJson(listOf(object, name), name[0]);
}

/**
 * @param list the JSON of a list of Hubble's `flow.Policy`. Those that our engine named are none that Hubble did, so that
 * what we print can be read again.
 */
export function policiesFromJson(list: readonly unknown[], field: string): readonly FlowPolicy[] {
  if (list.length === 0) return NO_POLICIES;
  return list.flatMap((policy) => {
    if (!isObject(policy)) throw new BadFieldError(field);
    if (textsOf(policy, LABELS).includes(BY_ENGINE_LABEL)) return [];
    return [
      {
        name: textOf(policy, SERVICE_NAME),
        namespace: textOf(policy, SERVICE_NAMESPACE),
        kind: textOf(policy, KIND),
      },
    ];
  });
}

/** An aggregating exporter writes the first flow of a window, and how many it stands for. */
function aggregateOf(object: JsonObject): { readonly aggregated?: number } {
  const aggregate = objectOf(object, AGGREGATE);
  if (aggregate === undefined) return NOT_AGGREGATED;
  return { aggregated: AGGREGATE_COUNTS.reduce((sum, name) => sum + countOf(aggregate, name), 0) };
}

function moreOf(object: JsonObject, enums: Enums): { readonly more?: FlowMore } {
  const more = moreFromJson(object, enums);
  return more === undefined ? NOTHING_MORE : { more };
}

/** Marks a policy that our engine named, among the labels of Hubble's `flow.Policy`. */
export const BY_ENGINE_LABEL = 'propolis:by=engine';

const DROP_EVENT = 1;
const NO_POLICIES: readonly FlowPolicy[] = [];
const NOT_AGGREGATED = {};
const NOTHING_MORE = {};
const EPOCH: Instant = { ms: 0, ns: 0 };
const NOTHING: JsonObject = {};
const NO_WRAPPER: JsonObject = {};
const NOT_A_FLOW: ParsedFlow = { kind: 'skipped', reason: 'not-a-flow', field: '' };

const FLOW: Name = ['flow', 'flow'];
const LOST_EVENTS: Name = ['lost_events', 'lostEvents'];
const NUM_EVENTS_LOST: Name = ['num_events_lost', 'numEventsLost'];
const OTHER_EVENTS: readonly Name[] = [
  ['node_status', 'nodeStatus'],
  ['agent_event', 'agentEvent'],
  ['debug_event', 'debugEvent'],
];

const TIME: Name = ['time', 'time'];
const UUID: Name = ['uuid', 'uuid'];
const VERDICT: Name = ['verdict', 'verdict'];
const DROP_REASON: Name = ['drop_reason', 'dropReason'];
const DROP_REASON_DESC: Name = ['drop_reason_desc', 'dropReasonDesc'];
const IP: Name = ['IP', 'IP'];
const IP_SOURCE: Name = ['source', 'source'];
const IP_DESTINATION: Name = ['destination', 'destination'];
const L4: Name = ['l4', 'l4'];
const L7: Name = ['l7', 'l7'];
const SOURCE: Name = ['source', 'source'];
const DESTINATION: Name = ['destination', 'destination'];
const FLOW_TYPE: Name = ['Type', 'Type'];
const NODE_NAME: Name = ['node_name', 'nodeName'];
const SOURCE_NAMES: Name = ['source_names', 'sourceNames'];
const DESTINATION_NAMES: Name = ['destination_names', 'destinationNames'];
const REPLY: Name = ['reply', 'reply'];
const IS_REPLY: Name = ['is_reply', 'isReply'];
const EVENT_TYPE: Name = ['event_type', 'eventType'];
const TYPE: Name = ['type', 'type'];
const SUB_TYPE: Name = ['sub_type', 'subType'];
const SOURCE_SERVICE: Name = ['source_service', 'sourceService'];
const DESTINATION_SERVICE: Name = ['destination_service', 'destinationService'];
const SERVICE_NAME: Name = ['name', 'name'];
const SERVICE_NAMESPACE: Name = ['namespace', 'namespace'];
const KIND: Name = ['kind', 'kind'];
const TRAFFIC_DIRECTION: Name = ['traffic_direction', 'trafficDirection'];
const POLICY_MATCH_TYPE: Name = ['policy_match_type', 'policyMatchType'];
const AUTH_TYPE: Name = ['auth_type', 'authType'];
const EGRESS_ALLOWED_BY: Name = ['egress_allowed_by', 'egressAllowedBy'];
const INGRESS_ALLOWED_BY: Name = ['ingress_allowed_by', 'ingressAllowedBy'];
const EGRESS_DENIED_BY: Name = ['egress_denied_by', 'egressDeniedBy'];
const INGRESS_DENIED_BY: Name = ['ingress_denied_by', 'ingressDeniedBy'];
const LABELS: Name = ['labels', 'labels'];
const SUMMARY: Name = ['Summary', 'Summary'];
const AGGREGATE: Name = ['aggregate', 'aggregate'];
const AGGREGATE_COUNTS: readonly Name[] = [
  ['ingress_flow_count', 'ingressFlowCount'],
  ['egress_flow_count', 'egressFlowCount'],
  ['unknown_direction_flow_count', 'unknownDirectionFlowCount'],
];
