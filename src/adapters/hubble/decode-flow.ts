import { ByteMemo, type MemoLimits } from '../../core/flow/byte-memo.ts';
import { NO_ENDPOINT, sharedEndpoints } from '../../core/flow/endpoint.ts';
import { Enums, type UnknownValue } from '../../core/flow/enums.ts';
import { versionOfAddresses } from '../../core/flow/more.ts';
import type { Flow, FlowL4, FlowL7, FlowMore, FlowPolicy } from '../../core/model/flow.ts';
import {
  type AddressPair,
  NO_ADDRESSES,
  readAddresses,
  readEndpoint,
  readL4,
  readL7,
  readNumbers,
  readPolicy,
  readService,
  readTexts,
} from './decode-parts.ts';
import { WireError, type WireReader } from './wire.ts';

/**
 * Reads `flow.Flow` from its bytes to the same that `flowFromJson` makes of its JSON. What recurs from flow to flow
 * (ends, addresses, policies, names) is found again by its bytes, in bounded memory.
 */
export class FlowDecoder {
  private readonly at: WireReader;
  private enums = new Enums();
  private readonly share = sharedEndpoints();
  private readonly endpoints = new ByteMemo<Flow['source']>(ENDPOINT_LIMITS);
  private readonly addresses = new ByteMemo<AddressPair>();
  private readonly texts = new ByteMemo<string>();
  private readonly lists = new ByteMemo<readonly string[]>();
  private readonly policies = new ByteMemo<readonly FlowPolicy[]>();
  private readonly services = new ByteMemo<string>();

  constructor(reader: WireReader) {
    this.at = reader;
  }

  /** Values of enums that are not known, of all flows since the last call. */
  takeUnknown(): readonly UnknownValue[] {
    const { unknown } = this.enums;
    if (unknown.length > 0) this.enums = new Enums();
    return unknown;
  }

  /**
   * Reads the message that the reader has entered, up to its end.
   * @param wrapper what the response around it says, for a flow that does not say it itself
   * @throws {WireError} for bytes that are no flow
   */
  flow(wrapper: { readonly timeMs: number; readonly timeNs: number; readonly nodeName: string }): Flow {
    const { at, enums } = this;
    let [timeMs, timeNs, hasTime] = [0, 0, false];
    let [uuid, nodeName, summary, authType] = ['', '', '', 0];
    let [verdict, direction, type, dropReason, dropDesc] = [0, 0, 0, 0, 0];
    let [eventType, eventSubType, policyMatchType] = [0, 0, 0];
    let [isOldReply, isReply]: [boolean, boolean | 'unknown'] = [false, 'unknown'];
    let ip = NO_ADDRESSES;
    let l4: FlowL4 | undefined;
    let l7: FlowL7 | undefined;
    let [source, destination] = [NO_ENDPOINT, NO_ENDPOINT];
    let [sourceNames, destinationNames] = [NO_TEXTS, NO_TEXTS];
    let [sourceService, destinationService] = ['', ''];
    let [egressAllowedBy, ingressAllowedBy] = [NO_POLICIES, NO_POLICIES];
    let [egressDeniedBy, ingressDeniedBy] = [NO_POLICIES, NO_POLICIES];
    let aggregated: number | undefined;
    let more: Writable<FlowMore> | undefined;
    for (let start = at.pos, tag = at.tag(); tag !== 0; start = at.pos, tag = at.tag()) {
      switch (tag) {
        case 10: // time
          this.time();
          timeMs = this.ms;
          timeNs = this.ns;
          hasTime = true;
          break;
        case 16: // verdict
          verdict = at.int32();
          break;
        case 24: // drop_reason
          dropReason = at.uint32();
          break;
        case 42: // IP
          ip = this.remembered(this.addresses, readAddresses);
          break;
        case 50: {
          // l4
          const outer = at.enter();
          l4 = readL4(at) ?? l4;
          at.leave(outer);
          break;
        }
        case 66: // source
          source = this.endpoint();
          break;
        case 74: // destination
          destination = this.endpoint();
          break;
        case 80: // Type
          type = at.int32();
          break;
        case 90: // node_name
          nodeName = this.text();
          break;
        case 106: // source_names
          sourceNames = this.repeated(this.lists, start, tag, sourceNames, textOf);
          break;
        case 114: // destination_names
          destinationNames = this.repeated(this.lists, start, tag, destinationNames, textOf);
          break;
        case 122: {
          // l7
          const outer = at.enter();
          l7 = readL7(at, enums);
          at.leave(outer);
          break;
        }
        case 128: // reply
          isOldReply = at.bool();
          break;
        case 154: {
          // event_type
          const outer = at.enter();
          [eventType, eventSubType] = readNumbers(at);
          at.leave(outer);
          break;
        }
        case 162: // source_service
          sourceService = this.remembered(this.services, readService);
          break;
        case 170: // destination_service
          destinationService = this.remembered(this.services, readService);
          break;
        case 176: // traffic_direction
          direction = at.int32();
          break;
        case 184: // policy_match_type
          policyMatchType = at.uint32();
          break;
        case 200: // drop_reason_desc
          dropDesc = at.int32();
          break;
        case 210: {
          // is_reply
          const outer = at.enter();
          isReply = readNumbers(at)[0] !== 0;
          at.leave(outer);
          break;
        }
        case 226: {
          // interface
          const outer = at.enter();
          more = { ...more, interface: readInterface(at) };
          at.leave(outer);
          break;
        }
        case 242: {
          // trace_context
          const outer = at.enter();
          const traceId = readTraceId(at);
          if (traceId !== '') more = { ...more, traceId };
          at.leave(outer);
          break;
        }
        case 274: // uuid
          uuid = at.string();
          break;
        case 280: // auth_type
          authType = at.int32();
          break;
        case 298: {
          // node_labels
          const nodeLabels = this.repeated(this.lists, start, tag, more?.nodeLabels ?? NO_TEXTS, textOf);
          more = { ...more, nodeLabels };
          break;
        }
        case 322: {
          // ip_trace_id
          const outer = at.enter();
          const ipTraceId = readIpTraceId(at);
          if (ipTraceId !== '') more = { ...more, ipTraceId };
          at.leave(outer);
          break;
        }
        case 168010: // egress_allowed_by
          egressAllowedBy = this.repeated(this.policies, start, tag, egressAllowedBy, policyOf);
          break;
        case 168018: // ingress_allowed_by
          ingressAllowedBy = this.repeated(this.policies, start, tag, ingressAllowedBy, policyOf);
          break;
        case 168034: // egress_denied_by
          egressDeniedBy = this.repeated(this.policies, start, tag, egressDeniedBy, policyOf);
          break;
        case 168042: // ingress_denied_by
          ingressDeniedBy = this.repeated(this.policies, start, tag, ingressDeniedBy, policyOf);
          break;
        case 168058: {
          // aggregate
          const outer = at.enter();
          aggregated = readSum(at);
          at.leave(outer);
          break;
        }
        case 800002: // Summary
          summary = this.text();
          break;
        default:
          at.skip(tag);
      }
    }
    // A drop event repeats its reason as its sub-type, which a field mask may have left alone.
    const code = dropReason === 0 && eventType === DROP_EVENT ? eventSubType : dropReason;
    const reason = enums.dropReason(dropDesc, code);
    if (ip !== NO_ADDRESSES) more = moreOf(ip, more, enums);
    return {
      timeMs: hasTime ? timeMs : wrapper.timeMs,
      timeNs: hasTime ? timeNs : wrapper.timeNs,
      uuid,
      verdict: enums.verdict(verdict),
      dropReason: reason.name,
      dropReasonCode: reason.code,
      direction: enums.direction(direction),
      isReply: isReply === 'unknown' && isOldReply ? true : isReply,
      type: enums.flowType(type),
      eventType,
      eventSubType,
      source,
      destination,
      sourceIp: ip.source,
      destinationIp: ip.destination,
      l4,
      l7,
      sourceNames,
      destinationNames,
      sourceService,
      destinationService,
      nodeName: nodeName === '' ? wrapper.nodeName : nodeName,
      policyMatchType,
      authType: enums.authType(authType),
      egressAllowedBy,
      ingressAllowedBy,
      egressDeniedBy,
      ingressDeniedBy,
      summary,
      ...(aggregated === undefined ? undefined : { aggregated }),
      ...(more === undefined ? undefined : { more }),
    };
  }

  /** What `time` read last. */
  ms = 0;
  ns = 0;

  /** `google.protobuf.Timestamp`, from its length on, into `ms` and `ns`. */
  time(): void {
    const { at } = this;
    const outer = at.enter();
    let [seconds, nanos] = [0, 0];
    for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
      if (tag === 8) seconds = at.seconds();
      else if (tag === 16) nanos = at.uint32();
      else at.skip(tag);
    }
    at.leave(outer);
    if (seconds < TIME_MIN || seconds > TIME_MAX || nanos > 999_999_999)
      throw new WireError('a time out of range');
    this.ns = nanos % 1_000_000;
    this.ms = seconds * 1000 + (nanos - this.ns) / 1_000_000;
  }

  /** A text that recurs. */
  text(): string {
    const { at, texts } = this;
    const end = at.endOfValue();
    const known = texts.find(at.view, at.pos, end);
    const text = known ?? at.bytes.toString('utf8', at.pos, end);
    if (known === undefined) texts.remember(at.bytes, at.view, at.pos, end, text);
    at.pos = end;
    return text;
  }

  private endpoint(): Flow['source'] {
    return this.remembered(this.endpoints, (at) => this.share(readEndpoint(at)));
  }

  private remembered<T>(memo: ByteMemo<T>, read: (at: WireReader) => T): T {
    const { at } = this;
    const outer = at.enter();
    const [start, end] = [at.pos, at.end];
    const known = memo.find(at.view, start, end);
    const value = known ?? read(at);
    if (known === undefined) memo.remember(at.bytes, at.view, start, end, value);
    at.leave(outer);
    return value;
  }

  /** All values of a repeated field that stand together, as writers put them; others are added to `before`. */
  private repeated<T>(
    memo: ByteMemo<readonly T[]>,
    start: number,
    tag: number,
    before: readonly T[],
    read: (at: WireReader) => T,
  ): readonly T[] {
    const { at } = this;
    const first = at.pos;
    for (;;) {
      at.pos = at.endOfValue();
      const next = at.pos;
      if (at.tag() !== tag) {
        at.pos = next;
        break;
      }
    }
    const end = at.pos;
    const known = memo.find(at.view, start, end);
    if (known !== undefined) return before.length === 0 ? known : [...before, ...known];
    const outer = at.end;
    const list: T[] = [];
    at.pos = first;
    for (;;) {
      const inner = at.enter();
      list.push(read(at));
      at.leave(inner);
      if (at.pos >= end) break;
      at.tag();
    }
    at.end = outer;
    memo.remember(at.bytes, at.view, start, end, list);
    return before.length === 0 ? list : [...before, ...list];
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function textOf(at: WireReader): string {
  const text = at.bytes.toString('utf8', at.pos, at.end);
  at.pos = at.end;
  return text;
}

function policyOf(at: WireReader): FlowPolicy {
  return readPolicy(at);
}

function readInterface(at: WireReader): NonNullable<FlowMore['interface']> {
  let [index, name] = [0, ''];
  for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
    if (tag === 8) index = at.uint32();
    else if (tag === 18) name = at.string();
    else at.skip(tag);
  }
  return { index, name };
}

function readTraceId(at: WireReader): string {
  let traceId = '';
  for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
    if (tag !== 10) {
      at.skip(tag);
      continue;
    }
    const outer = at.enter();
    [traceId] = readTexts(at, 1, 2);
    at.leave(outer);
  }
  return traceId;
}

function readIpTraceId(at: WireReader): string {
  let traceId = '';
  for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
    if (tag === 8) traceId = String(at.varint());
    else at.skip(tag);
  }
  return traceId === '0' ? '' : traceId;
}

/** The three counts of `flow.Aggregate`. */
function readSum(at: WireReader): number {
  const counts = [0, 0, 0];
  for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
    if (tag === 8 || tag === 16 || tag === 24) counts[(tag >>> 3) - 1] = at.uint32();
    else at.skip(tag);
  }
  return counts.reduce((sum, count) => sum + count, 0);
}

function moreOf(ip: AddressPair, before: FlowMore | undefined, enums: Enums): FlowMore | undefined {
  let more = before;
  if (ip.isEncrypted) more = { ...more, isEncrypted: true };
  if (ip.xlated !== '') more = { ...more, sourceXlatedIp: ip.xlated };
  const version = enums.ipVersion(ip.version);
  if (version !== versionOfAddresses(ip.source, ip.destination)) more = { ...more, ipVersion: version };
  return more;
}

const DROP_EVENT = 1;
const NO_TEXTS: readonly string[] = [];
const NO_POLICIES: readonly FlowPolicy[] = [];
/** The years 1 to 9999, in seconds: what a timestamp may be. */
const TIME_MIN = -62_135_596_800;
const TIME_MAX = 253_402_300_799;
/** Enough for the pods of a large cluster; there is nothing in a flow that is dearer to read. */
const ENDPOINT_LIMITS: MemoLimits = { bytes: 48 << 20, entries: 1 << 16 };
