import type { FlowL4, FlowL7 } from '../model/flow.ts';
import type { Enums } from './enums.ts';
import {
  BadFieldError,
  countOf,
  enumOf,
  isObject,
  isSet,
  type JsonObject,
  listOf,
  type Name,
  objectOf,
  textOf,
  textsOf,
} from './fields.ts';

/** In the order of Hubble's `flow.TCPFlags`. */
export const TCP_FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'NS'] as const;

const PORTED = ['TCP', 'UDP', 'SCTP'] as const;

/**
 * @param object the JSON of Hubble's `flow.Layer4`: one member, named as its protocol
 * @throws {BadFieldError} for a member of a wrong type
 */
export function l4FromJson(object: JsonObject): FlowL4 | undefined {
  for (const protocol of PORTED) {
    const ports = objectOf(object, [protocol, protocol]);
    if (ports === undefined) continue;
    const flags = objectOf(ports, FLAGS);
    return {
      protocol,
      sourcePort: countOf(ports, SOURCE_PORT),
      destinationPort: countOf(ports, DESTINATION_PORT),
      flags: flags === undefined ? NO_FLAGS : flagsFromJson(flags),
    };
  }
  const v4 = objectOf(object, ICMP_V4);
  if (v4 !== undefined) return { protocol: 'ICMP', type: countOf(v4, TYPE), code: countOf(v4, CODE) };
  const v6 = objectOf(object, ICMP_V6);
  if (v6 !== undefined) return { protocol: 'ICMPv6', type: countOf(v6, TYPE), code: countOf(v6, CODE) };
  // VRRP, IGMP, and what later versions add.
  const [name] = Object.keys(object);
  return name === undefined ? undefined : { protocol: 'other', name };
}

/** No flag at all, as one object for all flows. */
export const NO_FLAGS: readonly string[] = [];

/** The flags that are set. Flows with the same flags share one list. */
export function flagsFromJson(object: JsonObject): readonly string[] {
  let bits = 0;
  for (const [i, flag] of TCP_FLAGS.entries()) if (isSet(object, [flag, flag])) bits |= 1 << i;
  if (bits === 0) return NO_FLAGS;
  const list = FLAG_LISTS[bits] ?? TCP_FLAGS.filter((_, i) => (bits & (1 << i)) !== 0);
  FLAG_LISTS[bits] = list;
  return list;
}

// By the set's bits: at most 512 lists.
const FLAG_LISTS: (readonly string[])[] = [];

/**
 * @param object the JSON of Hubble's `flow.Layer7`
 * @throws {BadFieldError} for a member of a wrong type
 */
export function l7FromJson(object: JsonObject, enums: Enums): FlowL7 {
  const type = enums.l7Type(enumOf(object, TYPE));
  const http = objectOf(object, HTTP);
  if (http !== undefined) {
    return {
      kind: 'http',
      type,
      method: textOf(http, METHOD),
      url: textOf(http, URL),
      code: countOf(http, CODE),
      headers: listOf(http, HEADERS).map(headerFromJson),
    };
  }
  const dns = objectOf(object, DNS);
  if (dns !== undefined) {
    return {
      kind: 'dns',
      type,
      query: textOf(dns, QUERY),
      ips: textsOf(dns, IPS),
      rcode: countOf(dns, RCODE),
    };
  }
  return objectOf(object, KAFKA) === undefined
    ? { kind: 'other', type }
    : { kind: 'other', type, record: 'kafka' };
}

function headerFromJson(value: unknown): readonly [string, string] {
  if (!isObject(value)) throw new BadFieldError('headers');
  return [textOf(value, KEY), textOf(value, VALUE)];
}

const SOURCE_PORT: Name = ['source_port', 'sourcePort'];
const DESTINATION_PORT: Name = ['destination_port', 'destinationPort'];
const FLAGS: Name = ['flags', 'flags'];
const ICMP_V4: Name = ['ICMPv4', 'ICMPv4'];
const ICMP_V6: Name = ['ICMPv6', 'ICMPv6'];
const TYPE: Name = ['type', 'type'];
const CODE: Name = ['code', 'code'];
const HTTP: Name = ['http', 'http'];
const METHOD: Name = ['method', 'method'];
const URL: Name = ['url', 'url'];
const HEADERS: Name = ['headers', 'headers'];
const KEY: Name = ['key', 'key'];
const VALUE: Name = ['value', 'value'];
const DNS: Name = ['dns', 'dns'];
const KAFKA: Name = ['kafka', 'kafka'];
const QUERY: Name = ['query', 'query'];
const IPS: Name = ['ips', 'ips'];
const RCODE: Name = ['rcode', 'rcode'];
