import { NO_ENDPOINT } from '../../core/flow/endpoint.ts';
import { Enums } from '../../core/flow/enums.ts';
import { isObject, type JsonObject, textOf } from '../../core/flow/fields.ts';
import { l4FromJson, l7FromJson, NO_FLAGS } from '../../core/flow/layers.ts';
import {
  ipTraceIdFromJson,
  moreOfAddresses,
  traceIdFromJson,
  versionOfAddresses,
} from '../../core/flow/more.ts';
import type { Flow, FlowL4, FlowL7, FlowMore } from '../../core/model/flow.ts';
import { LOST, literal } from './flows-cursor.ts';
import { type FlowKey, MEMBER_NAMES } from './flows-keys.ts';
import type { KnownValues } from './flows-known.ts';

/** A flow that is being read. */
export type Draft = { -readonly [K in keyof Flow]: Flow[K] };

/** Reads the value at the cursor into the flow, or loses the cursor. */
export type MemberReader = (known: KnownValues, flow: Draft) => void;

const READ: { readonly [K in FlowKey]: MemberReader } = {
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
  IP: (known, flow) => readAddresses(known, flow),
  l4: (known, flow) => {
    flow.l4 = l4At(known);
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
  node_labels: ({ nodeLabels }, flow) => {
    const more = nodeLabels.nested();
    if (more !== undefined && more.nodeLabels.length > 0) add(flow, more);
  },
  source_names: ({ names }, flow) => {
    flow.sourceNames = names.nested() ?? NONE;
  },
  destination_names: ({ names }, flow) => {
    flow.destinationNames = names.nested() ?? NONE;
  },
  l7: (known, flow) => {
    flow.l7 = l7At(known);
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
  ip_trace_id: (known, flow) => readMore(known, flow, ipTraceIdFromJson),
  interface: ({ interfaces }, flow) => {
    const more = interfaces.nested();
    if (more !== undefined) add(flow, more);
  },
  trace_context: (known, flow) => readMore(known, flow, traceIdFromJson),
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
export const MEMBER_READERS: readonly MemberReader[] = MEMBER_NAMES.map((name) =>
  name in READ ? READ[name as FlowKey] : ({ at }) => at.skip(),
);

function readAddresses(known: KnownValues, flow: Draft): void {
  const { at, texts } = known;
  const start = at.pos;
  if (at.take(ADDRESS_SOURCE)) {
    const source = texts.string();
    if (at.pos !== LOST && at.take(ADDRESS_DESTINATION)) {
      const destination = texts.string();
      const ending = at.pos === LOST ? undefined : endingAt(known);
      if (ending !== undefined) {
        flow.sourceIp = source ?? '';
        flow.destinationIp = destination ?? '';
        if (ending.version !== versionOfAddresses(flow.sourceIp, flow.destinationIp)) {
          add(flow, { ipVersion: ending.version });
        }
        if (ending.isEncrypted) add(flow, ENCRYPTED);
        return;
      }
    }
  }
  at.pos = start;
  const object = objectAt(known);
  if (object === undefined) return;
  attempt(known, () => {
    flow.sourceIp = textOf(object, ['source', 'source']);
    flow.destinationIp = textOf(object, ['destination', 'destination']);
    const enums = new Enums();
    const more = moreOfAddresses(object, enums);
    if (more !== undefined) add(flow, more);
    if (enums.unknown.length > 0) at.pos = LOST;
  });
}

/** What Hubble writes behind the addresses. */
function endingAt({ at }: KnownValues): (typeof ENDINGS)[number] | undefined {
  for (const ending of ENDINGS) if (at.take(ending.text)) return ending;
  return undefined;
}

function readMore(known: KnownValues, flow: Draft, read: (object: JsonObject) => FlowMore | undefined): void {
  const object = objectAt(known);
  const more = object === undefined ? undefined : attempt(known, () => read(object));
  if (more !== undefined) add(flow, more);
}

/** Of most flows the first is all that there is, and is shared. */
function add(flow: Draft, more: FlowMore): void {
  flow.more = flow.more === undefined ? more : { ...flow.more, ...more };
}

/** Ports differ from flow to flow, so what Hubble writes for TCP and UDP is read in place. */
function l4At(known: KnownValues): FlowL4 | undefined {
  const { at } = known;
  const start = at.pos;
  const protocol = at.take(TCP_PORTS) ? 'TCP' : at.take(UDP_PORTS) ? 'UDP' : undefined;
  if (protocol !== undefined) {
    const sourcePort = at.number();
    if (at.pos !== LOST && at.take(DESTINATION_PORT)) {
      const destinationPort = at.number();
      const flags = at.pos !== LOST && at.take(FLAGS) ? known.flags.nested() : NO_FLAGS;
      if (flags !== undefined && at.pos !== LOST && at.take(TWO_ENDS)) {
        return { protocol, sourcePort, destinationPort, flags };
      }
    }
  }
  at.pos = start;
  const object = objectAt(known);
  return object === undefined ? undefined : attempt(known, () => l4FromJson(object));
}

function l7At(known: KnownValues): FlowL7 | undefined {
  const object = objectAt(known);
  if (object === undefined) return undefined;
  const enums = new Enums();
  const l7 = attempt(known, () => l7FromJson(object, enums));
  if (enums.unknown.length > 0) known.at.pos = LOST;
  return l7;
}

function objectAt(known: KnownValues): JsonObject | undefined {
  const { at } = known;
  const start = at.pos;
  at.skip();
  const value =
    at.pos === LOST ? undefined : attempt(known, (): unknown => JSON.parse(at.text(start, at.pos)));
  if (isObject(value)) return value;
  at.pos = LOST;
  return undefined;
}

function attempt<T>({ at }: KnownValues, work: () => T): T | undefined {
  try {
    return work();
  } catch {
    at.pos = LOST;
    return undefined;
  }
}

const NONE: readonly never[] = [];
const OBJECT_END: DataView = literal('}');
const ADDRESS_SOURCE: DataView = literal('{"source":');
const ADDRESS_DESTINATION: DataView = literal(',"destination":');
const ENCRYPTED: FlowMore = { isEncrypted: true };
const ENDINGS = [
  { text: literal(',"ipVersion":"IPv4"}'), version: 'IPv4', isEncrypted: false },
  { text: literal(',"ipVersion":"IPv6"}'), version: 'IPv6', isEncrypted: false },
  { text: literal(',"ipVersion":"IPv4","encrypted":true}'), version: 'IPv4', isEncrypted: true },
  { text: literal(',"ipVersion":"IPv6","encrypted":true}'), version: 'IPv6', isEncrypted: true },
  { text: OBJECT_END, version: 'IP_NOT_USED', isEncrypted: false },
] as const;
const TCP_PORTS: DataView = literal('{"TCP":{"source_port":');
const UDP_PORTS: DataView = literal('{"UDP":{"source_port":');
const DESTINATION_PORT: DataView = literal(',"destination_port":');
const FLAGS: DataView = literal(',"flags":');
const TWO_ENDS: DataView = literal('}}');
