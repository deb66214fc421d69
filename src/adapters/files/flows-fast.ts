import type { Buffer } from 'node:buffer';
import { NO_ENDPOINT, type ShareEndpoint } from '../../core/flow/endpoint.ts';
import { Enums } from '../../core/flow/enums.ts';
import type { Flow } from '../../core/model/flow.ts';
import { type ByteCursor, LOST, literal } from './flows-cursor.ts';
import { KeyReader, OTHER_MEMBER } from './flows-keys.ts';
import { KnownValues } from './flows-known.ts';
import { type Draft, MEMBER_READERS } from './flows-members.ts';

/**
 * Reads flows from the bytes that Hubble itself writes, without decoding what it has seen before. It gives the same
 * `Flow` as `JSON.parse` and `flowFromJson`, or nothing: white space, other spellings, members that come twice and
 * all else that is out of the ordinary are for the careful reader. What no `Flow` keeps is passed over unchecked.
 */
export class FastFlows {
  private readonly known: KnownValues;
  private readonly at: ByteCursor;
  private readonly keys = new KeyReader();

  constructor(share: ShareEndpoint) {
    this.known = new KnownValues(share);
    this.at = this.known.at;
  }

  /** @returns the flow in `bytes[start, end)`, or undefined where only the careful reader can tell */
  read(bytes: Buffer, start: number, end: number): Flow | undefined {
    const { at } = this;
    at.aim(bytes, start, end);
    const isWrapped = at.take(WRAPPER);
    const flow = draft();
    if (!this.members(flow)) return undefined;
    if (isWrapped ? !this.wrapperEnd(flow) : !this.isBare()) return undefined;
    while (at.pos < end && isSpace(bytes[at.pos]!)) at.pos += 1;
    return at.pos === end && withReason(flow) ? flow : undefined;
  }

  /** Reads the object at the cursor into `flow`. @returns whether all of it was as expected */
  private members(flow: Draft): boolean {
    const { at, keys, known } = this;
    if (!at.take(OBJECT_START)) return false;
    keys.begin();
    for (;;) {
      const member = keys.read(at);
      if (member >= 0) MEMBER_READERS[member]!(known, flow);
      else if (member === OTHER_MEMBER) at.skip();
      else return false;
      if (at.pos === LOST) return false;
      const after = at.bytes[at.pos];
      if (at.pos >= at.end) return false;
      at.pos += 1;
      if (after === CLOSE_BRACE) return true;
      if (after !== COMMA) return false;
    }
  }

  /** Passes over what Hubble writes behind a flow, which repeats the flow's own. */
  private wrapperEnd(flow: Flow): boolean {
    const { at, keys } = this;
    if (at.take(NODE_NAME)) {
      if (!keys.has('node_name')) return false;
      at.string();
    }
    if (at.pos !== LOST && at.take(TIME)) {
      if (flow.timeMs === 0) return false;
      at.string();
    }
    return at.pos !== LOST && at.take(OBJECT_END);
  }

  private isBare(): boolean {
    const { keys } = this;
    return (
      keys.has('verdict') &&
      (keys.has('IP') || keys.has('l4') || keys.has('source') || keys.has('destination'))
    );
  }
}

/** Puts the reason's name and number in for what was read of both. @returns whether the reason is a known one */
function withReason(flow: Draft): boolean {
  const given = flow.dropReasonCode;
  const code = given === 0 && flow.eventType === DROP_EVENT ? flow.eventSubType : given;
  if (code === 0 && flow.dropReason === '') return true;
  const enums = new Enums();
  const reason = enums.dropReason(flow.dropReason === '' ? undefined : flow.dropReason, code);
  flow.dropReason = reason.name;
  flow.dropReasonCode = reason.code;
  return enums.unknown.length === 0;
}

function draft(): Draft {
  return {
    timeMs: 0,
    timeNs: 0,
    uuid: '',
    verdict: 'UNKNOWN',
    dropReason: '',
    dropReasonCode: 0,
    direction: 'unknown',
    isReply: 'unknown',
    type: 'unknown',
    eventType: 0,
    eventSubType: 0,
    source: NO_ENDPOINT,
    destination: NO_ENDPOINT,
    sourceIp: '',
    destinationIp: '',
    l4: undefined,
    l7: undefined,
    sourceNames: NONE,
    destinationNames: NONE,
    sourceService: '',
    destinationService: '',
    nodeName: '',
    policyMatchType: 0,
    authType: '',
    egressAllowedBy: NONE,
    ingressAllowedBy: NONE,
    egressDeniedBy: NONE,
    ingressDeniedBy: NONE,
    summary: '',
  };
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 13 || byte === 10 || byte === 9;
}

const NONE: readonly never[] = [];
const DROP_EVENT = 1;
const COMMA = 44;
const CLOSE_BRACE = 125;
const OBJECT_START: DataView = literal('{');
const OBJECT_END: DataView = literal('}');
const WRAPPER: DataView = literal('{"flow":');
const NODE_NAME: DataView = literal(',"node_name":');
const TIME: DataView = literal(',"time":');
