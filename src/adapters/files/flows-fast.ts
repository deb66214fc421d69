import type { Buffer } from 'node:buffer';
import { endpointFromJson, NO_ENDPOINT, type ShareEndpoint } from '../../core/flow/endpoint.ts';
import { Enums } from '../../core/flow/enums.ts';
import { isObject, type JsonObject, textOf } from '../../core/flow/fields.ts';
import { flagsFromJson, l4FromJson, l7FromJson, NO_FLAGS } from '../../core/flow/layers.ts';
import {
  type EventType,
  eventTypeFromJson,
  policiesFromJson,
  serviceFromJson,
} from '../../core/flow/parse.ts';
import type { Flow, FlowEndpoint, FlowL4, FlowL7, FlowPolicy } from '../../core/model/flow.ts';
import { ByteCursor, LOST, literal } from './flows-cursor.ts';
import { type FlowKey, KeyReader, MEMBER_NAMES, OTHER_MEMBER } from './flows-keys.ts';
import type { MemoLimits } from './flows-memo.ts';
import { Remembered } from './flows-remembered.ts';
import { TimeReader } from './flows-time.ts';

/**
 * Reads flows from the bytes that Hubble itself writes, without decoding what it has seen before. It gives the same
 * `Flow` as `JSON.parse` and `flowFromJson`, or nothing: white space, other spellings, members that come twice and
 * all else that is out of the ordinary are for the careful reader. What no `Flow` keeps is passed over unchecked.
 */
export class FastFlows {
  readonly at: ByteCursor = new ByteCursor();
  readonly times: TimeReader = new TimeReader(this.at);
  readonly verdicts: Remembered<Flow['verdict']> = this.enums((enums, name) => enums.verdict(name));
  readonly directions: Remembered<Flow['direction']> = this.enums((enums, name) => enums.direction(name));
  readonly types: Remembered<Flow['type']> = this.enums((enums, name) => enums.flowType(name));
  readonly authTypes: Remembered<string> = this.enums((enums, name) => enums.authType(name));
  readonly texts: Remembered<string> = new Remembered(this.at, (value) => value as string);
  readonly names: Remembered<readonly string[]> = new Remembered(this.at, textsFrom);
  readonly flags: Remembered<readonly string[]> = this.objects(flagsFromJson);
  readonly events: Remembered<EventType> = this.objects(eventTypeFromJson);
  readonly services: Remembered<string> = this.objects(serviceFromJson);
  readonly policies: Remembered<readonly FlowPolicy[]> = new Remembered(this.at, policiesFrom);
  readonly endpoints: Remembered<FlowEndpoint>;
  private readonly keys = new KeyReader();

  constructor(share: ShareEndpoint) {
    this.endpoints = this.objects((object) => share(endpointFromJson(object)), ENDPOINT_LIMITS);
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
    const { at, keys } = this;
    if (!at.take(OBJECT_START)) return false;
    keys.begin();
    for (;;) {
      const member = keys.read(at);
      if (member >= 0) READERS[member]!(this, flow);
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

  private objects<T>(make: (object: JsonObject) => T, limits?: MemoLimits): Remembered<T> {
    return new Remembered(this.at, (value) => (isObject(value) ? make(value) : undefined), limits);
  }

  /** A constant that is unknown has to be counted, so it is not remembered. */
  private enums<T>(make: (enums: Enums, name: string) => T): Remembered<T> {
    return new Remembered(this.at, (value) => {
      const enums = new Enums();
      const made = make(enums, value as string);
      return enums.unknown.length === 0 ? made : undefined;
    });
  }
}

type Draft = { -readonly [K in keyof Flow]: Flow[K] };

const READ: { readonly [K in FlowKey]: (fast: FastFlows, flow: Draft) => void } = {
  time: ({ times }, flow) => {
    times.read();
    flow.timeMs = times.ms;
    flow.timeNs = times.ns;
  },
  uuid: ({ at }, flow) => {
    const start = at.pos + 1;
    if (at.string()) flow.uuid = at.bytes.toString('latin1', start, at.pos - 1);
    else at.pos = LOST;
  },
  verdict: ({ verdicts }, flow) => {
    flow.verdict = verdicts.string() ?? 'UNKNOWN';
  },
  drop_reason: ({ at }, flow) => {
    flow.dropReasonCode = at.number();
  },
  IP: (fast, flow) => readAddresses(fast, flow),
  l4: (fast, flow) => {
    flow.l4 = l4At(fast);
  },
  source: ({ endpoints }, flow) => {
    flow.source = endpoints.nested() ?? NO_ENDPOINT;
  },
  destination: ({ endpoints }, flow) => {
    flow.destination = endpoints.nested() ?? NO_ENDPOINT;
  },
  Type: ({ types }, flow) => {
    flow.type = types.string() ?? 'unknown';
  },
  node_name: ({ texts }, flow) => {
    flow.nodeName = texts.string() ?? '';
  },
  source_names: ({ names }, flow) => {
    flow.sourceNames = names.nested() ?? NONE;
  },
  destination_names: ({ names }, flow) => {
    flow.destinationNames = names.nested() ?? NONE;
  },
  l7: (fast, flow) => {
    flow.l7 = l7At(fast);
  },
  reply: ({ at }, flow) => {
    if (at.boolean() && flow.isReply === 'unknown') flow.isReply = true;
  },
  event_type: ({ events }, flow) => {
    const event = events.nested();
    if (event === undefined) return;
    flow.eventType = event.type;
    flow.eventSubType = event.subType;
  },
  source_service: ({ services }, flow) => {
    flow.sourceService = services.nested() ?? '';
  },
  destination_service: ({ services }, flow) => {
    flow.destinationService = services.nested() ?? '';
  },
  traffic_direction: ({ directions }, flow) => {
    flow.direction = directions.string() ?? 'unknown';
  },
  policy_match_type: ({ at }, flow) => {
    flow.policyMatchType = at.number();
  },
  drop_reason_desc: ({ texts }, flow) => {
    flow.dropReason = texts.string() ?? '';
  },
  is_reply: ({ at }, flow) => {
    flow.isReply = at.boolean();
  },
  auth_type: ({ authTypes }, flow) => {
    flow.authType = authTypes.string() ?? '';
  },
  egress_allowed_by: ({ policies }, flow) => {
    flow.egressAllowedBy = policies.nested() ?? NONE;
  },
  ingress_allowed_by: ({ policies }, flow) => {
    flow.ingressAllowedBy = policies.nested() ?? NONE;
  },
  egress_denied_by: ({ policies }, flow) => {
    flow.egressDeniedBy = policies.nested() ?? NONE;
  },
  ingress_denied_by: ({ policies }, flow) => {
    flow.ingressDeniedBy = policies.nested() ?? NONE;
  },
  Summary: ({ texts }, flow) => {
    flow.summary = texts.string() ?? '';
  },
};

/** By the members' places; those that no flow keeps are passed over. */
const READERS: readonly ((fast: FastFlows, flow: Draft) => void)[] = MEMBER_NAMES.map((name) =>
  name in READ ? READ[name as FlowKey] : ({ at }) => at.skip(),
);

function readAddresses(fast: FastFlows, flow: Draft): void {
  const { at, texts } = fast;
  const start = at.pos;
  if (at.take(ADDRESS_SOURCE)) {
    const source = texts.string();
    if (at.pos !== LOST && at.take(ADDRESS_DESTINATION)) {
      const destination = texts.string();
      if (at.pos !== LOST && (at.take(IS_V4) || at.take(IS_V6) || at.take(OBJECT_END))) {
        flow.sourceIp = source ?? '';
        flow.destinationIp = destination ?? '';
        return;
      }
    }
  }
  at.pos = start;
  const object = objectAt(fast);
  if (object === undefined) return;
  attempt(fast, () => {
    flow.sourceIp = textOf(object, ['source', 'source']);
    flow.destinationIp = textOf(object, ['destination', 'destination']);
  });
}

/** Ports differ from flow to flow, so what Hubble writes for TCP and UDP is read in place. */
function l4At(fast: FastFlows): FlowL4 | undefined {
  const { at } = fast;
  const start = at.pos;
  const protocol = at.take(TCP_PORTS) ? 'TCP' : at.take(UDP_PORTS) ? 'UDP' : undefined;
  if (protocol !== undefined) {
    const sourcePort = at.number();
    if (at.pos !== LOST && at.take(DESTINATION_PORT)) {
      const destinationPort = at.number();
      const flags = at.pos !== LOST && at.take(FLAGS) ? fast.flags.nested() : NO_FLAGS;
      if (flags !== undefined && at.pos !== LOST && at.take(TWO_ENDS)) {
        return { protocol, sourcePort, destinationPort, flags };
      }
    }
  }
  at.pos = start;
  const object = objectAt(fast);
  return object === undefined ? undefined : attempt(fast, () => l4FromJson(object));
}

function l7At(fast: FastFlows): FlowL7 | undefined {
  const object = objectAt(fast);
  if (object === undefined) return undefined;
  const enums = new Enums();
  const l7 = attempt(fast, () => l7FromJson(object, enums));
  if (enums.unknown.length > 0) fast.at.pos = LOST;
  return l7;
}

function objectAt(fast: FastFlows): JsonObject | undefined {
  const { at } = fast;
  const start = at.pos;
  at.skip();
  const value =
    at.pos === LOST ? undefined : attempt(fast, (): unknown => JSON.parse(at.text(start, at.pos)));
  if (isObject(value)) return value;
  at.pos = LOST;
  return undefined;
}

function attempt<T>({ at }: FastFlows, work: () => T): T | undefined {
  try {
    return work();
  } catch {
    at.pos = LOST;
    return undefined;
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

function textsFrom(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}

function policiesFrom(value: unknown): readonly FlowPolicy[] | undefined {
  return Array.isArray(value) ? policiesFromJson(value, '') : undefined;
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 13 || byte === 10 || byte === 9;
}

/** Enough for the pods of a large cluster; there is nothing in a flow that is dearer to read. */
const ENDPOINT_LIMITS: MemoLimits = { bytes: 48 << 20, entries: 1 << 16 };
const NONE: readonly never[] = [];
const DROP_EVENT = 1;
const COMMA = 44;
const CLOSE_BRACE = 125;
const OBJECT_START: DataView = literal('{');
const OBJECT_END: DataView = literal('}');
const WRAPPER: DataView = literal('{"flow":');
const NODE_NAME: DataView = literal(',"node_name":');
const TIME: DataView = literal(',"time":');
const ADDRESS_SOURCE: DataView = literal('{"source":');
const ADDRESS_DESTINATION: DataView = literal(',"destination":');
const IS_V4: DataView = literal(',"ipVersion":"IPv4"}');
const IS_V6: DataView = literal(',"ipVersion":"IPv6"}');
const TCP_PORTS: DataView = literal('{"TCP":{"source_port":');
const UDP_PORTS: DataView = literal('{"UDP":{"source_port":');
const DESTINATION_PORT: DataView = literal(',"destination_port":');
const FLAGS: DataView = literal(',"flags":');
const TWO_ENDS: DataView = literal('}}');
