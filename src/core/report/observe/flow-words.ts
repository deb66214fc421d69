import type { FlowSeen } from '../../flow/event.ts';
import type { JsonObject } from '../../flow/fields.ts';
import { isObject } from '../../flow/fields.ts';
import { TRACE_POINTS } from '../../flow/filter/index.ts';
import { dropReasonByCode } from '../../model/drop-reason.ts';
import type { Flow, FlowEndpoint } from '../../model/flow.ts';
import { RESERVED_IDENTITIES } from '../../model/identity.ts';
import { printable } from '../printable.ts';

// What Hubble's own printer says of a flow. Cilium v1.19.4 `hubble/pkg/printer/printer.go`.

export interface HostOptions {
  /** Names of pods, Services and DNS in place of addresses. */
  readonly hasNames: boolean;
}

/** Both ends with their ports: the pod, the Service, DNS names, or the address. */
export function hostsOf(
  event: FlowSeen,
  options: HostOptions,
): { readonly source: string; readonly destination: string } {
  const { flow } = event;
  if (flow.sourceIp === '' && flow.destinationIp === '' && !isObject(detailsOf(event)['IP'])) {
    const ethernet = detailsOf(event)['ethernet'];
    const text = (end: string): string =>
      isObject(ethernet) && typeof ethernet[end] === 'string' ? printable(ethernet[end]) : '';
    return { source: text('source'), destination: text('destination') };
  }
  const [sourcePort, destinationPort] = portsOf(flow);
  return {
    source: withPort(
      nameOf(flow.source, flow.sourceService, flow.sourceNames, flow.sourceIp, options),
      sourcePort,
    ),
    destination: withPort(
      nameOf(flow.destination, flow.destinationService, flow.destinationNames, flow.destinationIp, options),
      destinationPort,
    ),
  };
}

/** A Service's namespace is Hubble's word for the end, also where it prints the pod. */
function nameOf(
  { namespace, podName }: FlowEndpoint,
  service: string,
  names: readonly string[],
  ip: string,
  { hasNames }: HostOptions,
): string {
  if (!hasNames) return printable(ip);
  const slash = service.indexOf('/');
  const serviceName = service.slice(slash + 1);
  const place = service === '' ? namespace : service.slice(0, Math.max(0, slash));
  const joined = (name: string): string => printable(place === '' ? name : `${place}/${name}`);
  if (podName !== '') return joined(podName);
  if (serviceName !== '') return joined(serviceName);
  return printable(names.length > 0 ? names.join(',') : ip);
}

export function portsOf({ l4 }: Flow): readonly [source: number, destination: number] {
  return l4 !== undefined && 'sourcePort' in l4 ? [l4.sourcePort, l4.destinationPort] : [0, 0];
}

function withPort(host: string, port: number): string {
  if (port === 0) return host;
  return host.includes(':') || host.includes('%') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `(ID:40211)`, `(world)`, `(unknown)` for 0. */
export function identityText({ identity }: FlowEndpoint): string {
  if (identity === 0) return '(unknown)';
  const name = Object.hasOwn(RESERVED_IDENTITIES, identity)
    ? RESERVED_IDENTITIES[identity as keyof typeof RESERVED_IDENTITIES]
    : undefined;
  return name === undefined ? `(ID:${identity})` : `(${name})`;
}

/** What kind of event it is: where it was traced, why it was dropped, how policy matched, which request. */
export function typeText(event: FlowSeen): string {
  const { flow } = event;
  const { l7 } = flow;
  if (l7 !== undefined) return l7Text(event, l7);
  switch (flow.eventType) {
    case TRACE:
      return TRACE_POINTS[flow.eventSubType & 0xff] ?? String(flow.eventSubType & 0xff);
    case DROP: {
      const code = flow.eventSubType & 0xff;
      const text = dropReasonByCode(code)?.text ?? '';
      return text === '' ? `${code}, 0` : text;
    }
    case POLICY_VERDICT:
      return `policy-verdict:${MATCHES[flow.policyMatchType] ?? 'unknown'} ${
        flow.direction === 'unknown' ? 'TRAFFIC_DIRECTION_UNKNOWN' : flow.direction.toUpperCase()
      }`;
    case CAPTURE:
      return constantOf(event, 'debug_capture_point', 'debugCapturePoint', 'DBG_CAPTURE_POINT_UNKNOWN');
    case TRACE_SOCK: {
      const point = constantOf(event, 'sock_xlate_point', 'sockXlatePoint', 'SOCK_XLATE_POINT_UNKNOWN');
      const known = /^SOCK_XLATE_POINT_(PRE|POST)_DIRECTION_(FWD|REV)$/.exec(point);
      return known === null ? point : `${known[1]}-xlate-${known[2]}`.toLowerCase();
    }
    default:
      return 'UNKNOWN';
  }
}

function l7Text(event: FlowSeen, l7: NonNullable<Flow['l7']>): string {
  const type = l7.type === 'UNKNOWN' ? 'unknown_l7_type' : l7.type.toLowerCase();
  switch (l7.kind) {
    case 'http':
      return `http-${type}`;
    case 'dns': {
      const dns = memberOf(memberOf(detailsOf(event), 'l7', 'l7'), 'dns', 'dns');
      const source = memberOf(dns, 'observation_source', 'observationSource');
      return `dns-${type} ${typeof source === 'string' ? printable(source) : ''}`;
    }
    case 'other':
      return `${l7.record ?? 'l7'}-${type}`;
  }
}

/** Policy verdicts have words of their own. */
export function verdictText({ verdict, eventType }: Flow): string {
  const isPolicy = eventType === POLICY_VERDICT;
  switch (verdict) {
    case 'FORWARDED':
    case 'REDIRECTED':
      return isPolicy ? 'ALLOWED' : verdict;
    case 'DROPPED':
    case 'ERROR':
      return isPolicy ? 'DENIED' : verdict;
    case 'AUDIT':
      return isPolicy ? 'AUDITED' : verdict;
    case 'UNKNOWN':
      return 'VERDICT_UNKNOWN';
    case 'TRACED':
    case 'TRANSLATED':
      return verdict;
  }
}

/** ` BY deny-web (CiliumNetworkPolicy), …`: what `--print-policy-names` adds to policy verdicts. */
export function policyNamesText(flow: Flow): string {
  if (flow.eventType !== POLICY_VERDICT || flow.direction === 'unknown') return '';
  const isEgress = flow.direction === 'egress';
  const allowed = isEgress ? flow.egressAllowedBy : flow.ingressAllowedBy;
  const denied = isEgress ? flow.egressDeniedBy : flow.ingressDeniedBy;
  const isAllowed = flow.verdict === 'FORWARDED' || flow.verdict === 'REDIRECTED';
  const isDenied = flow.verdict === 'DROPPED' || flow.verdict === 'ERROR';
  const named = (isAllowed ? allowed : isDenied ? denied : []).filter(
    ({ name, kind }) => name !== '' && kind !== '',
  );
  if (named.length === 0) return '';
  return ` BY ${named.map(({ name, kind }) => `${printable(name)} (${printable(kind)})`).join(', ')}`;
}

export function summaryText({ summary, more, authType }: Flow): string {
  const trace = more?.ipTraceId === undefined ? '' : `IP Trace ID: ${more.ipTraceId}; `;
  const auth = authType === '' ? '' : `; Auth: ${printable(authType)}`;
  return `${trace}${printable(summary)}${auth}`;
}

/** Members that the model does not keep, for the few kinds of events that print them. */
function detailsOf(event: FlowSeen): JsonObject {
  const flow = event.json()['flow'];
  return isObject(flow) ? flow : {};
}

function memberOf(value: unknown, proto: string, camel: string): unknown {
  return isObject(value) ? (value[proto] ?? value[camel]) : undefined;
}

function constantOf(event: FlowSeen, proto: string, camel: string, none: string): string {
  const value = memberOf(detailsOf(event), proto, camel);
  return typeof value === 'string' ? printable(value) : typeof value === 'number' ? String(value) : none;
}

const DROP = 1;
const CAPTURE = 3;
const TRACE = 4;
const POLICY_VERDICT = 5;
const TRACE_SOCK = 7;
const MATCHES = ['none', 'L3-Only', 'L3-L4', 'L4-Only', 'all', 'L3-Proto', 'Proto-Only'] as const;
