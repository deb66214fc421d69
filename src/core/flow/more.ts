import type { Flow, FlowMore } from '../model/flow.ts';
import type { Enums } from './enums.ts';
import {
  BadFieldError,
  countOf,
  enumOf,
  isSet,
  type JsonObject,
  memberOf,
  type Name,
  objectOf,
  textOf,
  textsOf,
} from './fields.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What only filters ask for, of the JSON of Hubble's `flow.Flow`; undefined where there is nothing of it.
 *
 * @throws {BadFieldError} for a member of a wrong type
 */
export function moreFromJson(object: JsonObject, enums: Enums): FlowMore | undefined {
  const ip = objectOf(object, IP);
  const nodeLabels = textsOf(object, NODE_LABELS);
  const networkInterface = objectOf(object, INTERFACE);
  const trace = objectOf(object, TRACE_CONTEXT);
  const ipTrace = objectOf(object, IP_TRACE_ID);
  const more: Mutable<FlowMore> = {
    ...(ip === undefined ? undefined : moreOfAddresses(ip, enums)),
    ...(nodeLabels.length === 0 ? undefined : { nodeLabels }),
    ...(networkInterface === undefined ? undefined : { interface: interfaceFromJson(networkInterface) }),
    ...(trace === undefined ? undefined : traceIdFromJson(trace)),
    ...(ipTrace === undefined ? undefined : ipTraceIdFromJson(ipTrace)),
  };
  return Object.keys(more).length === 0 ? undefined : more;
}

/** @param ip the JSON of Hubble's `flow.IP` */
export function moreOfAddresses(ip: JsonObject, enums: Enums): FlowMore | undefined {
  const more: Mutable<FlowMore> = {};
  const version = enums.ipVersion(enumOf(ip, IP_VERSION));
  if (version !== versionOfAddresses(textOf(ip, SOURCE), textOf(ip, DESTINATION))) more.ipVersion = version;
  if (isSet(ip, ENCRYPTED)) more.isEncrypted = true;
  const xlated = textOf(ip, SOURCE_XLATED);
  if (xlated !== '') more.sourceXlatedIp = xlated;
  return Object.keys(more).length === 0 ? undefined : more;
}

/** Hubble's `IP.ipVersion`, which is not kept where the addresses tell it. */
export function ipVersionOf({
  more,
  sourceIp,
  destinationIp,
}: Pick<Flow, 'more' | 'sourceIp' | 'destinationIp'>): NonNullable<FlowMore['ipVersion']> {
  return more?.ipVersion ?? versionOfAddresses(sourceIp, destinationIp);
}

/** The version that the addresses of a packet have; `IP_NOT_USED` where there are none. */
export function versionOfAddresses(source: string, destination: string): NonNullable<FlowMore['ipVersion']> {
  const address = source === '' ? destination : source;
  if (address === '') return 'IP_NOT_USED';
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

/** @param object the JSON of Hubble's `flow.NetworkInterface` */
export function interfaceFromJson(object: JsonObject): NonNullable<FlowMore['interface']> {
  return { index: countOf(object, INDEX), name: textOf(object, NAME) };
}

/** @param context the JSON of Hubble's `flow.TraceContext` */
export function traceIdFromJson(context: JsonObject): FlowMore | undefined {
  const parent = objectOf(context, PARENT);
  const traceId = parent === undefined ? '' : textOf(parent, TRACE_ID);
  return traceId === '' ? undefined : { traceId };
}

/** @param object the JSON of Hubble's `flow.IPTraceID`, whose number may be larger than a double holds */
export function ipTraceIdFromJson(object: JsonObject): FlowMore | undefined {
  const value = memberOf(object, TRACE_ID);
  if (value === undefined || value === null) return undefined;
  const ipTraceId =
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? String(value) : value;
  if (typeof ipTraceId !== 'string' || !/^[0-9]{1,20}$/.test(ipTraceId))
    throw new BadFieldError('ip_trace_id');
  return /^0+$/.test(ipTraceId) ? undefined : { ipTraceId };
}

const IP: Name = ['IP', 'IP'];
const SOURCE: Name = ['source', 'source'];
const DESTINATION: Name = ['destination', 'destination'];
const IP_VERSION: Name = ['ipVersion', 'ipVersion'];
const ENCRYPTED: Name = ['encrypted', 'encrypted'];
const SOURCE_XLATED: Name = ['source_xlated', 'sourceXlated'];
const NODE_LABELS: Name = ['node_labels', 'nodeLabels'];
const INTERFACE: Name = ['interface', 'interface'];
const INDEX: Name = ['index', 'index'];
const NAME: Name = ['name', 'name'];
const TRACE_CONTEXT: Name = ['trace_context', 'traceContext'];
const PARENT: Name = ['parent', 'parent'];
const TRACE_ID: Name = ['trace_id', 'traceId'];
const IP_TRACE_ID: Name = ['ip_trace_id', 'ipTraceId'];
