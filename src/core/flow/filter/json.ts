import { dropReasonByCode, dropReasonByName } from '../../model/drop-reason.ts';
import { FLOW_VERDICTS, type FlowVerdict } from '../../model/flow.ts';
import type { FlowFilter } from '../../model/flow-filter.ts';
import { isObject, type JsonObject } from '../fields.ts';
import { TCP_FLAGS } from '../layers.ts';
import { FilterError } from './error.ts';
import { objectsIn } from './json-stream.ts';

/**
 * Reads filters as `--allowlist` and `--denylist` have them: one or more JSON objects of Hubble's `flow.FlowFilter`,
 * one behind the other, with proto names or lowerCamelCase.
 *
 * @param field what to call the text in errors
 * @throws {FilterError} for what is no JSON, for fields that no filter has, and for values of a wrong type
 */
export function filtersFromText(field: string, text: string): readonly FlowFilter[] {
  return objectsIn(field, text).map(filterFromJson);
}

/** @param object the JSON of Hubble's `flow.FlowFilter`. @throws {FilterError} as `filtersFromText` */
export function filterFromJson(object: JsonObject): FlowFilter {
  const filter: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (value === null) continue;
    if (key === 'experimental') {
      const expressions = isObject(value) ? (value['cel_expression'] ?? value['celExpression'] ?? []) : value;
      filter['celExpression'] = listOf('experimental.cel_expression', expressions, TEXT);
      continue;
    }
    const found = FIELDS.find(({ proto, name }) => proto === key || name === key);
    if (found === undefined) {
      throw new FilterError(
        'filter',
        key,
        `a field of Hubble's flow.FlowFilter, such as source_pod or verdict`,
      );
    }
    const list = listOf(found.proto, value, found.codec);
    if (list.length > 0) filter[found.name] = list;
  }
  return filter;
}

/** The filter as protojson writes it: proto names, in the proto file's order, and nothing that is empty. */
export function filterToJson(filter: FlowFilter): JsonObject {
  const object: Record<string, unknown> = {};
  for (const { name, proto, codec } of FIELDS) {
    const values = (filter[name] ?? []) as readonly never[];
    if (values.length > 0) object[proto] = values.map(codec.write);
  }
  const { celExpression = [] } = filter;
  if (celExpression.length > 0) object['experimental'] = { cel_expression: celExpression };
  return object;
}

/** The same as text, with what is special in HTML escaped, as Go does. */
export function filterToText(filter: FlowFilter): string {
  return JSON.stringify(filterToJson(filter)).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** How one value of a field is read and written. */
interface Codec {
  /** @returns undefined for a value of a wrong type */
  readonly read: (value: unknown) => unknown;
  readonly write: (value: never) => unknown;
  readonly expected: string;
}

function listOf(field: string, value: unknown, codec: Codec): readonly unknown[] {
  if (!Array.isArray(value))
    throw new FilterError(field, JSON.stringify(value), `a list, each ${codec.expected}`);
  return value.map((item: unknown) => {
    const read = codec.read(item);
    if (read === undefined) throw new FilterError(field, JSON.stringify(item), codec.expected);
    return read;
  });
}

const same = <T>(value: T): T => value;

const TEXT: Codec = {
  read: (value) => (typeof value === 'string' ? value : undefined),
  write: same,
  expected: 'a text',
};
const FLAG: Codec = {
  read: (value) => (typeof value === 'boolean' ? value : undefined),
  write: same,
  expected: 'true or false',
};
const NUMBER_32: Codec = {
  read: (value) => whole(value, 2n ** 32n - 1n, Number),
  write: same,
  expected: 'a number of 32 bits',
};
const NUMBER_64: Codec = {
  read: (value) => whole(value, 2n ** 64n - 1n, String),
  write: same,
  expected: 'a number of 64 bits',
};
const VERDICT: Codec = {
  read: (value) => {
    const name = typeof value === 'number' ? FLOW_VERDICTS[value] : value;
    if (name === 'VERDICT_UNKNOWN' || value === 0) return 'UNKNOWN';
    return name !== 'UNKNOWN' && (FLOW_VERDICTS as readonly unknown[]).includes(name) ? name : undefined;
  },
  write: (value: FlowVerdict) => (value === 'UNKNOWN' ? 'VERDICT_UNKNOWN' : value),
  expected: `one of ${FLOW_VERDICTS.slice(1).join(', ')}`,
};
const DROP_REASON: Codec = {
  read: (value) => {
    const found =
      typeof value === 'number'
        ? dropReasonByCode(value)
        : typeof value === 'string'
          ? dropReasonByName(value)
          : undefined;
    return found?.name;
  },
  write: same,
  expected: "one of Hubble's drop reasons, such as POLICY_DENIED",
};
const DIRECTION: Codec = oneOf([
  ['unknown', 'TRAFFIC_DIRECTION_UNKNOWN'],
  ['ingress', 'INGRESS'],
  ['egress', 'EGRESS'],
]);
const IP_VERSION: Codec = oneOf([
  ['IP_NOT_USED', 'IP_NOT_USED'],
  ['IPv4', 'IPv4'],
  ['IPv6', 'IPv6'],
]);
const WORKLOAD: Codec = {
  read: (value) => {
    const [name, kind] = members(value, ['name', 'kind'], TEXT) ?? [];
    return name === undefined ? undefined : { name, kind };
  },
  write: ({ name, kind }: { readonly name: string; readonly kind: string }) => ({
    ...(name === '' ? {} : { name }),
    ...(kind === '' ? {} : { kind }),
  }),
  expected: 'an object of name and kind',
};
const HEADER: Codec = {
  read: (value) => {
    const [key, text] = members(value, ['key', 'value'], TEXT) ?? [];
    return key === undefined ? undefined : { key, value: text };
  },
  write: ({ key, value }: { readonly key: string; readonly value: string }) => ({
    ...(key === '' ? {} : { key }),
    ...(value === '' ? {} : { value }),
  }),
  expected: 'an object of key and value',
};
const INTERFACE: Codec = {
  read: (value) => {
    if (!isObject(value) || !hasOnly(value, ['index', 'name'])) return undefined;
    const index = NUMBER_32.read(value['index'] ?? 0);
    const name = TEXT.read(value['name'] ?? '');
    return index === undefined || name === undefined ? undefined : { index, name };
  },
  write: ({ index, name }: { readonly index: number; readonly name: string }) => ({
    ...(index === 0 ? {} : { index }),
    ...(name === '' ? {} : { name }),
  }),
  expected: 'an object of index and name',
};
const EVENT_TYPE: Codec = {
  read: (value) => {
    if (!isObject(value)) return undefined;
    if (!hasOnly(value, ['type', 'match_sub_type', 'matchSubType', 'sub_type', 'subType'])) return undefined;
    const type = NUMBER_32.read(value['type'] ?? 0);
    const subType = NUMBER_32.read(value['sub_type'] ?? value['subType'] ?? 0);
    const isMatched = FLAG.read(value['match_sub_type'] ?? value['matchSubType'] ?? false);
    if (type === undefined || subType === undefined || isMatched === undefined) return undefined;
    return isMatched === true ? { type, subType } : { type };
  },
  write: ({ type, subType }: { readonly type: number; readonly subType?: number }) => ({
    ...(type === 0 ? {} : { type }),
    ...(subType === undefined ? {} : { match_sub_type: true }),
    ...(subType === undefined || subType === 0 ? {} : { sub_type: subType }),
  }),
  expected: 'an object of type, match_sub_type and sub_type',
};
const FLAGS: Codec = {
  read: (value) => {
    const set = members(value, TCP_FLAGS, FLAG);
    return set === undefined ? undefined : TCP_FLAGS.filter((_, i) => set[i] === true);
  },
  write: (flags: readonly string[]) =>
    Object.fromEntries(TCP_FLAGS.filter((flag) => flags.includes(flag)).map((flag) => [flag, true])),
  expected: `an object of ${TCP_FLAGS.join(', ')}`,
};

/** The model's words by the constants and numbers of an enum. */
function oneOf(words: readonly (readonly [own: string, constant: string])[]): Codec {
  return {
    read: (value) => words.find(([, constant], number) => value === constant || value === number)?.[0],
    write: (value: string) => words.find(([own]) => own === value)?.[1],
    expected: `one of ${words.map(([, constant]) => constant).join(', ')}`,
  };
}

/** protojson takes whole numbers also as text. */
function whole<T>(value: unknown, most: bigint, as: (number: bigint) => T): T | undefined {
  const isNumber = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  if (!isNumber && !(typeof value === 'string' && /^[0-9]{1,20}$/.test(value))) return undefined;
  const number = BigInt(value);
  return number <= most ? as(number) : undefined;
}

function members(value: unknown, names: readonly string[], codec: Codec): readonly unknown[] | undefined {
  if (!isObject(value) || !hasOnly(value, names)) return undefined;
  const read = names.map((name) => codec.read(value[name] ?? (codec === FLAG ? false : '')));
  return read.includes(undefined) ? undefined : read;
}

function hasOnly(object: JsonObject, names: readonly string[]): boolean {
  return Object.keys(object).every((key) => names.includes(key));
}

/** In the order of the proto file, in which Hubble prints them. Cilium v1.19.4 `api/v1/flow/flow.proto`. */
const FIELDS: readonly {
  readonly name: Exclude<keyof FlowFilter, 'celExpression'>;
  readonly proto: string;
  readonly codec: Codec;
}[] = [
  { name: 'uuid', proto: 'uuid', codec: TEXT },
  { name: 'sourceIp', proto: 'source_ip', codec: TEXT },
  { name: 'sourceIpXlated', proto: 'source_ip_xlated', codec: TEXT },
  { name: 'sourcePod', proto: 'source_pod', codec: TEXT },
  { name: 'sourceFqdn', proto: 'source_fqdn', codec: TEXT },
  { name: 'sourceLabel', proto: 'source_label', codec: TEXT },
  { name: 'sourceService', proto: 'source_service', codec: TEXT },
  { name: 'sourceWorkload', proto: 'source_workload', codec: WORKLOAD },
  { name: 'sourceClusterName', proto: 'source_cluster_name', codec: TEXT },
  { name: 'destinationIp', proto: 'destination_ip', codec: TEXT },
  { name: 'destinationPod', proto: 'destination_pod', codec: TEXT },
  { name: 'destinationFqdn', proto: 'destination_fqdn', codec: TEXT },
  { name: 'destinationLabel', proto: 'destination_label', codec: TEXT },
  { name: 'destinationService', proto: 'destination_service', codec: TEXT },
  { name: 'destinationWorkload', proto: 'destination_workload', codec: WORKLOAD },
  { name: 'destinationClusterName', proto: 'destination_cluster_name', codec: TEXT },
  { name: 'trafficDirection', proto: 'traffic_direction', codec: DIRECTION },
  { name: 'verdict', proto: 'verdict', codec: VERDICT },
  { name: 'dropReasonDesc', proto: 'drop_reason_desc', codec: DROP_REASON },
  { name: 'interface', proto: 'interface', codec: INTERFACE },
  { name: 'eventType', proto: 'event_type', codec: EVENT_TYPE },
  { name: 'httpStatusCode', proto: 'http_status_code', codec: TEXT },
  { name: 'protocol', proto: 'protocol', codec: TEXT },
  { name: 'sourcePort', proto: 'source_port', codec: TEXT },
  { name: 'destinationPort', proto: 'destination_port', codec: TEXT },
  { name: 'reply', proto: 'reply', codec: FLAG },
  { name: 'dnsQuery', proto: 'dns_query', codec: TEXT },
  { name: 'sourceIdentity', proto: 'source_identity', codec: NUMBER_32 },
  { name: 'destinationIdentity', proto: 'destination_identity', codec: NUMBER_32 },
  { name: 'httpMethod', proto: 'http_method', codec: TEXT },
  { name: 'httpPath', proto: 'http_path', codec: TEXT },
  { name: 'httpUrl', proto: 'http_url', codec: TEXT },
  { name: 'httpHeader', proto: 'http_header', codec: HEADER },
  { name: 'tcpFlags', proto: 'tcp_flags', codec: FLAGS },
  { name: 'nodeName', proto: 'node_name', codec: TEXT },
  { name: 'nodeLabels', proto: 'node_labels', codec: TEXT },
  { name: 'ipVersion', proto: 'ip_version', codec: IP_VERSION },
  { name: 'traceId', proto: 'trace_id', codec: TEXT },
  { name: 'ipTraceId', proto: 'ip_trace_id', codec: NUMBER_64 },
  { name: 'encrypted', proto: 'encrypted', codec: FLAG },
];
