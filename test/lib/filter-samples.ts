import * as fc from 'fast-check';
import { NO_ENDPOINT } from '../../src/core/flow/endpoint.ts';
import type { Flow, FlowEndpoint } from '../../src/core/model/flow.ts';
import type { FlowFilter } from '../../src/core/model/flow-filter.ts';
import { aFlow } from '../contracts/flow-json.ts';

// Few values for each field, so that filters and flows meet.
const NAMESPACES = ['shop', 'default', 'data', ''] as const;
const PODS = ['web-0', 'web-1', 'db-0', 'web', ''] as const;
const LABELS = [
  'k8s:app=web',
  'k8s:app=db',
  'k8s:tier',
  'k8s:io.kubernetes.pod.namespace=shop',
  'container:app=web',
  'reserved:host',
  'reserved:world',
  'cidr:10.1.2.3/32',
  'cidr:10.1.0.0/16',
  'cidr:fd00--1/128',
  'k8s:weight=12',
  'odd',
] as const;
const IPS = ['10.0.1.7', '10.1.2.3', '192.0.2.1', 'fd00::1', 'fd00:0::1', ''] as const;
const NAMES = ['api.example.com', 'example.com', 'a_b.example.com', 'API.example.com', 'x-y.z'] as const;
const URLS = [
  'http://api/page/12?x=1',
  '/page/12',
  'http://user:pw@api:8080/a%20b',
  'http://api',
  '*',
  'mailto:a',
  'nothing',
  '/bad%zz',
  'http://h^st/page',
  '/caf%C3%A9',
  '',
] as const;
const NODES = ['east/n1', 'n1', 'default/n2', 'east/k8s.company.com', ''] as const;
const WORKLOADS = [
  { name: 'web', kind: 'Deployment' },
  { name: 'db', kind: 'StatefulSet' },
] as const;

const end: fc.Arbitrary<FlowEndpoint> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(NO_ENDPOINT) },
  {
    weight: 8,
    arbitrary: fc.record({
      identity: fc.constantFrom(0, 1, 2, 40_211),
      namespace: fc.constantFrom(...NAMESPACES),
      podName: fc.constantFrom(...PODS),
      labels: fc.uniqueArray(fc.constantFrom(...LABELS), { maxLength: 4 }),
      workloads: fc.subarray([...WORKLOADS]),
      clusterName: fc.constantFrom('east', 'west', ''),
    }),
  },
);
const FLAGS = ['FIN', 'SYN', 'RST', 'ACK'] as const;
const port = fc.constantFrom(80, 53, 443, 40_000, 0);
const ports = { sourcePort: port, destinationPort: port };
const l4: fc.Arbitrary<Flow['l4']> = fc.oneof(
  fc.record({
    protocol: fc.constant('TCP' as const),
    ...ports,
    flags: fc.subarray([...FLAGS], { minLength: 1 }),
  }),
  fc.record({
    protocol: fc.constantFrom('UDP' as const, 'SCTP' as const),
    ...ports,
    flags: fc.constant([]),
  }),
  fc.record({
    protocol: fc.constantFrom('ICMP' as const, 'ICMPv6' as const),
    type: fc.constantFrom(8, 0),
    code: fc.constant(0),
  }),
  fc.constantFrom({ protocol: 'other' as const, name: 'IGMP' }, { protocol: 'other' as const, name: 'VRRP' }),
  fc.constant(undefined),
);
const TYPES = ['REQUEST', 'RESPONSE'] as const;
const l7: fc.Arbitrary<Flow['l7']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('http' as const),
      type: fc.constantFrom(...TYPES),
      method: fc.constantFrom('GET', 'post', ''),
      url: fc.constantFrom(...URLS),
      code: fc.constantFrom(0, 200, 404, 503, 99),
      headers: fc.constantFrom([], [['a', 'b'] as const], [['A', 'b'] as const, ['a', 'c'] as const]),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('dns' as const),
      type: fc.constantFrom(...TYPES),
      query: fc.constantFrom('api.example.com.', 'x.'),
      ips: fc.constant([]),
      rcode: fc.constant(0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ kind: 'other' as const, type: 'REQUEST' as const, record: 'kafka' as const }),
  },
);
const EVENTS = [
  [1, 133],
  [4, 0],
  [4, 3],
  [5, 0],
  [129, 0],
  [0, 0],
] as const;
const REASONS = [
  ['POLICY_DENIED', 133],
  ['POLICY_DENY', 181],
  ['', 0],
] as const;
const more: fc.Arbitrary<Pick<Flow, 'more'>> = fc.oneof(
  fc.constant({}),
  fc
    .record(
      {
        nodeLabels: fc.subarray(['kubernetes.io/hostname=n1', 'zone=a', 'odd:key=v'], { minLength: 1 }),
        traceId: fc.constantFrom('t1', 't2'),
        ipTraceId: fc.constantFrom('7', '18446744073709551615'),
        interface: fc.constantFrom({ index: 3, name: 'eth0' }, { index: 4, name: '' }),
        isEncrypted: fc.constant(true),
        sourceXlatedIp: fc.constantFrom('192.0.2.1', '10.1.2.3'),
      },
      { requiredKeys: [] },
    )
    .map((more) => (Object.keys(more).length === 0 ? {} : { more })),
);

/** Flows of all kinds, of few values. */
export const sampleFlow: fc.Arbitrary<Flow> = fc
  .tuple(
    fc.record({
      uuid: fc.constantFrom('u1', 'u2', 'u3'),
      verdict: fc.constantFrom('FORWARDED', 'DROPPED', 'REDIRECTED', 'AUDIT', 'UNKNOWN', 'ERROR'),
      direction: fc.constantFrom('ingress', 'egress', 'unknown'),
      isReply: fc.constantFrom(true, false, 'unknown' as const),
      event: fc.constantFrom(...EVENTS),
      reason: fc.constantFrom(...REASONS),
    }),
    fc.record({
      source: end,
      destination: end,
      sourceIp: fc.constantFrom(...IPS),
      destinationIp: fc.constantFrom(...IPS),
      l4,
      l7,
      sourceNames: fc.subarray([...NAMES], { maxLength: 2 }),
      destinationNames: fc.subarray([...NAMES], { maxLength: 2 }),
      sourceService: fc.constantFrom('', 'shop/web', 'default/web-1'),
      destinationService: fc.constantFrom('', 'shop/web', 'data/db'),
      nodeName: fc.constantFrom(...NODES),
    }),
    more,
  )
  .map(([{ event, reason, ...kind }, ends, more]) =>
    aFlow({
      ...kind,
      ...ends,
      ...more,
      eventType: event[0],
      eventSubType: event[1],
      // A drop event repeats its reason as its sub-type.
      ...(event[0] === 1
        ? { dropReason: 'POLICY_DENIED', dropReasonCode: 133 }
        : { dropReason: reason[0], dropReasonCode: reason[1] }),
    }),
  );

function some<T>(...values: readonly T[]): fc.Arbitrary<readonly T[]> {
  return fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
}

const PODS_ASKED = ['shop/', '/web', 'web', 'shop/web-0', '/', 'data/db', 'default/', 'a/b/c'] as const;
const SELECTORS = [
  'app=web',
  'app==web,tier',
  'k8s:app!=web',
  'k8s:app in (web, db)',
  'container:app=web',
  'app notin (db)',
  '!tier',
  'reserved:host',
  'reserved:host=',
  'cidr:10.0.0.0/8',
  'io.kubernetes.pod.namespace=shop',
  'weight>9',
  'k8s:weight<12',
  'app in (web,)',
  '!app=web',
  'tier=',
  'unspec:odd',
  'odd',
  '',
] as const;
const ADDRESSES = ['10.0.1.7', '10.0.0.0/8', 'fd00::/8', '0.0.0.0/0', 'fd00::1', '10.1.2.3/16'] as const;
const PATTERNS = ['*.example.com', 'api.example.com', '*', 'a*.example.com.', '*_*', 'API.*', 'x-*'] as const;
const REGEXES = ['page/\\d+', '^/page', 'a b', 'é$', '.', '^$', '(?i)PAGE'] as const;

const FIELDS: { readonly [K in keyof FlowFilter]?: fc.Arbitrary<NonNullable<FlowFilter[K]>> } = {
  sourceIp: some(...ADDRESSES),
  destinationIp: some(...ADDRESSES),
  sourceIpXlated: some(...ADDRESSES),
  sourcePod: some(...PODS_ASKED),
  destinationPod: some(...PODS_ASKED),
  sourceService: some('shop/', '/web', 'web', 'shop/web'),
  destinationService: some('shop/', '/d', 'web', 'data/db'),
  sourceFqdn: some(...PATTERNS),
  destinationFqdn: some(...PATTERNS),
  sourceLabel: some(...SELECTORS),
  destinationLabel: some(...SELECTORS),
  nodeLabels: some('zone=a', 'kubernetes.io/hostname', '!zone', 'key=v', 'zone in (a,b)'),
  sourceIdentity: some(0, 1, 40_211),
  destinationIdentity: some(0, 2, 40_211),
  sourceWorkload: some(
    { name: 'web', kind: '' },
    { name: '', kind: 'StatefulSet' },
    { name: 'db', kind: 'Deployment' },
    { name: '', kind: '' },
  ),
  destinationWorkload: some({ name: 'web', kind: 'Deployment' }, { name: 'db', kind: '' }),
  sourceClusterName: some('east', 'west'),
  destinationClusterName: some('east', 'no*'),
  sourcePort: some('80', '0080', '0', '53'),
  destinationPort: some('80', '443', '65535'),
  verdict: some('FORWARDED', 'DROPPED', 'UNKNOWN', 'ERROR'),
  dropReasonDesc: some('POLICY_DENIED', 'POLICY_DENY', 'DROP_REASON_UNKNOWN'),
  eventType: some<{ readonly type: number; readonly subType?: number }>(
    { type: 129 },
    { type: 4 },
    { type: 4, subType: 3 },
    { type: 4, subType: 0 },
    { type: 0 },
    { type: 0, subType: 133 },
    { type: 5 },
  ),
  protocol: some('tcp', 'UDP', 'icmp', 'icmpv6', 'sctp', 'igmp', 'vrrp', 'http', 'dns', 'kafka'),
  httpStatusCode: some('200', '4+', '50+', '404'),
  httpMethod: some('get', 'POST'),
  httpPath: some(...REGEXES),
  httpUrl: some(...REGEXES),
  httpHeader: some({ key: 'a', value: 'b' }, { key: 'A', value: 'c' }),
  dnsQuery: some(...REGEXES, 'example\\.com\\.$'),
  reply: some(true, false),
  tcpFlags: some<readonly string[]>(['SYN'], ['SYN', 'ACK'], ['FIN', 'RST']),
  nodeName: some('n1', 'east/*', 'n*', '*/n2', '/n1', 'east/', '*.company.com'),
  ipVersion: some('IPv4', 'IPv6', 'IP_NOT_USED'),
  traceId: some('t1', 't3', ''),
  uuid: some('u1', 'u2', 'u9'),
  trafficDirection: some('ingress', 'egress', 'unknown'),
  interface: some({ index: 3, name: '' }, { index: 0, name: 'eth0' }, { index: 0, name: '' }),
  ipTraceId: some('7', '18446744073709551615'),
  encrypted: some(true, false),
};

/** Filters over the same few values, of one to three fields. Some are refused: those over requests of other events. */
export const sampleFilter: fc.Arbitrary<FlowFilter> = fc
  .subarray(Object.keys(FIELDS) as readonly (keyof FlowFilter)[] as (keyof FlowFilter)[], {
    minLength: 1,
    maxLength: 3,
  })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, FIELDS[name] as fc.Arbitrary<never>]))),
  );

export const FILTER_FIELDS: readonly (keyof FlowFilter)[] = Object.keys(FIELDS) as (keyof FlowFilter)[];
