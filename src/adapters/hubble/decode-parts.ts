import { NO_ENDPOINT } from '../../core/flow/endpoint.ts';
import type { Enums } from '../../core/flow/enums.ts';
import { NO_FLAGS, TCP_FLAGS } from '../../core/flow/layers.ts';
import type { FlowEndpoint, FlowL4, FlowL7, FlowPolicy } from '../../core/model/flow.ts';
import type { WireReader } from './wire.ts';

// Each reads the message that `reader` has entered, up to its end. Cases are tags: the field's number times 8, plus 0
// for numbers and 2 for texts, messages and packed lists. Numbers as in proto/flow.proto.

/** `flow.IP`. */
export interface AddressPair {
  readonly source: string;
  readonly destination: string;
  readonly xlated: string;
  readonly version: number;
  readonly isEncrypted: boolean;
}

export const NO_ADDRESSES: AddressPair = {
  source: '',
  destination: '',
  xlated: '',
  version: 0,
  isEncrypted: false,
};

export function readAddresses(reader: WireReader): AddressPair {
  let [source, destination, xlated, version, isEncrypted] = ['', '', '', 0, false];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) source = reader.string();
    else if (tag === 18) destination = reader.string();
    else if (tag === 24) version = reader.int32();
    else if (tag === 32) isEncrypted = reader.bool();
    else if (tag === 42) xlated = reader.string();
    else reader.skip(tag);
  }
  return { source, destination, xlated, version, isEncrypted };
}

/** `flow.Endpoint`. Its `ID` is local to a node and left out. */
export function readEndpoint(reader: WireReader): FlowEndpoint {
  let { identity, namespace, podName, clusterName } = NO_ENDPOINT;
  const labels: string[] = [];
  const workloads: FlowEndpoint['workloads'][number][] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 16:
        identity = reader.uint32();
        break;
      case 26:
        namespace = reader.string();
        break;
      case 34:
        labels.push(reader.string());
        break;
      case 42:
        podName = reader.string();
        break;
      case 50: {
        const outer = reader.enter();
        const [name, kind] = readTexts(reader, 1, 2);
        workloads.push({ name, kind });
        reader.leave(outer);
        break;
      }
      case 58:
        clusterName = reader.string();
        break;
      default:
        reader.skip(tag);
    }
  }
  return { identity, namespace, podName, labels, workloads, clusterName };
}

/** `flow.Service` as `namespace/name`. */
export function readService(reader: WireReader): string {
  const [name, namespace] = readTexts(reader, 1, 2);
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** `flow.Policy`. */
export function readPolicy(reader: WireReader): FlowPolicy {
  let [name, namespace, kind] = ['', '', ''];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) name = reader.string();
    else if (tag === 18) namespace = reader.string();
    else if (tag === 42) kind = reader.string();
    else reader.skip(tag);
  }
  return { name, namespace, kind };
}

/** Two fields of text of a small message. */
export function readTexts(reader: WireReader, first: number, second: number): readonly [string, string] {
  let [one, two] = ['', ''];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === first * 8 + 2) one = reader.string();
    else if (tag === second * 8 + 2) two = reader.string();
    else reader.skip(tag);
  }
  return [one, two];
}

/** Two numbers of a small message: fields 1 and 2. */
export function readNumbers(reader: WireReader): readonly [number, number] {
  let [one, two] = [0, 0];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8) one = reader.uint32();
    else if (tag === 16) two = reader.uint32();
    else reader.skip(tag);
  }
  return [one, two];
}

/** `flow.Layer4`: the last of its protocols counts, as in any `oneof`. */
export function readL4(reader: WireReader): FlowL4 | undefined {
  let l4: FlowL4 | undefined;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if ((tag & 7) !== 2 || tag > 58) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    l4 = readProtocol(reader, tag >>> 3);
    reader.leave(outer);
  }
  return l4;
}

function readProtocol(reader: WireReader, field: number): FlowL4 {
  switch (field) {
    case 1:
      return readTcp(reader);
    case 2:
    case 5: {
      const [sourcePort, destinationPort] = readNumbers(reader);
      return { protocol: field === 2 ? 'UDP' : 'SCTP', sourcePort, destinationPort, flags: NO_FLAGS };
    }
    case 3:
    case 4: {
      const [type, code] = readNumbers(reader);
      return { protocol: field === 3 ? 'ICMP' : 'ICMPv6', type, code };
    }
    default:
      return { protocol: 'other', name: field === 6 ? 'VRRP' : 'IGMP' };
  }
}

function readTcp(reader: WireReader): FlowL4 {
  let [sourcePort, destinationPort, bits] = [0, 0, 0];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8) sourcePort = reader.uint32();
    else if (tag === 16) destinationPort = reader.uint32();
    else if (tag === 26) {
      const outer = reader.enter();
      bits = readFlags(reader);
      reader.leave(outer);
    } else reader.skip(tag);
  }
  return { protocol: 'TCP', sourcePort, destinationPort, flags: flagsOf(bits) };
}

function readFlags(reader: WireReader): number {
  let bits = 0;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const field = tag >>> 3;
    if ((tag & 7) !== 0 || field > TCP_FLAGS.length) reader.skip(tag);
    else if (reader.bool()) bits |= 1 << (field - 1);
    else bits &= ~(1 << (field - 1));
  }
  return bits;
}

/** Flows with the same flags share one list. */
function flagsOf(bits: number): readonly string[] {
  if (bits === 0) return NO_FLAGS;
  const list = FLAG_LISTS[bits] ?? TCP_FLAGS.filter((_, i) => (bits & (1 << i)) !== 0);
  FLAG_LISTS[bits] = list;
  return list;
}

// By the set's bits: at most 512 lists.
const FLAG_LISTS: (readonly string[])[] = [];

/** `flow.Layer7`. */
export function readL7(reader: WireReader, enums: Enums): FlowL7 {
  let type: FlowL7['type'] = 'UNKNOWN';
  let record: Http | Dns | undefined;
  let isKafka = false;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8) {
      type = enums.l7Type(reader.int32());
      continue;
    }
    if (tag !== 802 && tag !== 810 && tag !== 818) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    isKafka = tag === 818;
    record = tag === 802 ? readDns(reader) : tag === 810 ? readHttp(reader) : undefined;
    reader.leave(outer);
  }
  if (record !== undefined) return { ...record, type };
  return isKafka ? { kind: 'other', type, record: 'kafka' } : { kind: 'other', type };
}

type Http = Omit<Extract<FlowL7, { readonly kind: 'http' }>, 'type'>;
type Dns = Omit<Extract<FlowL7, { readonly kind: 'dns' }>, 'type'>;

function readHttp(reader: WireReader): Http {
  let [code, method, url] = [0, '', ''];
  const headers: (readonly [string, string])[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    switch (tag) {
      case 8:
        code = reader.uint32();
        break;
      case 18:
        method = reader.string();
        break;
      case 26:
        url = reader.string();
        break;
      case 42: {
        const outer = reader.enter();
        headers.push(readTexts(reader, 1, 2));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip(tag);
    }
  }
  return { kind: 'http', method, url, code, headers };
}

function readDns(reader: WireReader): Dns {
  let [query, rcode] = ['', 0];
  const ips: string[] = [];
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) query = reader.string();
    else if (tag === 18) ips.push(reader.string());
    else if (tag === 48) rcode = reader.uint32();
    else reader.skip(tag);
  }
  return { kind: 'dns', query, ips, rcode };
}
