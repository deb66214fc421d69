import { dropReasonByName } from '../../model/drop-reason.ts';
import { FLOW_VERDICTS } from '../../model/flow.ts';
import type { EventTypeFilter, FlowFilter, WorkloadFilter } from '../../model/flow-filter.ts';
import { RESERVED_IDENTITIES } from '../../model/identity.ts';
import { TCP_FLAGS } from '../layers.ts';
import { FilterError } from './error.ts';

/** What a flag does to the two filters, of which either may match. */
export type Flag =
  | {
      readonly kind: 'values';
      /** The field of the left and of the right filter; one where it is the same. */
      readonly fields: readonly [left: keyof FlowFilter, right?: keyof FlowFilter];
      readonly read: (flag: string, value: string) => unknown;
      /** Whether the value means something alone; names may become whole by a namespace. */
      readonly isChecked?: false;
      readonly hasNoValue?: true;
    }
  /** Namespaces are merged into the filters of pods and Services at the end. */
  | {
      readonly kind: 'namespace';
      readonly side: 'any' | 'source' | 'destination';
      readonly isAny?: true;
      readonly hasNoValue?: true;
    };

const text = (_: string, value: string): string => value;

function one(field: keyof FlowFilter, read: (flag: string, value: string) => unknown = text): Flag {
  return { kind: 'values', fields: [field], read };
}

function both(
  left: keyof FlowFilter,
  right: keyof FlowFilter,
  read: (flag: string, value: string) => unknown = text,
): Flag {
  return { kind: 'values', fields: [left, right], read };
}

function name(left: keyof FlowFilter, right: keyof FlowFilter = left): Flag {
  return { kind: 'values', fields: [left, right], read: text, isChecked: false };
}

function fixed(field: keyof FlowFilter, value: unknown): Flag {
  return { kind: 'values', fields: [field], read: () => value, hasNoValue: true };
}

/** Flags that filter, by their long names. `--not` turns the next of them around. */
export const FLAG_NAMES = [
  'uuid',
  'verdict',
  'drop-reason-desc',
  'type',
  'traffic-direction',
  'protocol',
  'tcp-flags',
  'from-ip',
  'to-ip',
  'ip',
  'snat-ip',
  'ipv4',
  'ipv6',
  'ip-version',
  'from-port',
  'to-port',
  'port',
  'from-pod',
  'to-pod',
  'pod',
  'from-namespace',
  'to-namespace',
  'namespace',
  'from-all-namespaces',
  'to-all-namespaces',
  'all-namespaces',
  'from-service',
  'to-service',
  'service',
  'from-label',
  'to-label',
  'label',
  'from-workload',
  'to-workload',
  'workload',
  'from-identity',
  'to-identity',
  'identity',
  'from-fqdn',
  'to-fqdn',
  'fqdn',
  'from-cluster',
  'to-cluster',
  'cluster',
  'node-name',
  'node-label',
  'http-status',
  'http-method',
  'http-path',
  'http-url',
  'http-header',
  'trace-id',
  'ip-trace-id',
  'interface',
  'encrypted',
  'unencrypted',
  'cel-expression',
] as const;
export type FlagName = (typeof FLAG_NAMES)[number];

export const FLAGS: Readonly<Record<FlagName, Flag>> = {
  uuid: one('uuid'),
  verdict: one('verdict', verdictOf),
  'drop-reason-desc': one('dropReasonDesc', dropReasonOf),
  type: one('eventType', eventTypeOf),
  'traffic-direction': one('trafficDirection', directionOf),
  protocol: one('protocol'),
  'tcp-flags': one('tcpFlags', tcpFlagsOf),
  'from-ip': one('sourceIp'),
  'to-ip': one('destinationIp'),
  ip: both('sourceIp', 'destinationIp'),
  'snat-ip': one('sourceIpXlated'),
  ipv4: fixed('ipVersion', 'IPv4'),
  ipv6: fixed('ipVersion', 'IPv6'),
  'ip-version': one('ipVersion', ipVersionOf),
  'from-port': one('sourcePort'),
  'to-port': one('destinationPort'),
  port: both('sourcePort', 'destinationPort'),
  'from-pod': name('sourcePod'),
  'to-pod': name('destinationPod'),
  pod: name('sourcePod', 'destinationPod'),
  'from-namespace': { kind: 'namespace', side: 'source' },
  'to-namespace': { kind: 'namespace', side: 'destination' },
  namespace: { kind: 'namespace', side: 'any' },
  'from-all-namespaces': { kind: 'namespace', side: 'source', isAny: true, hasNoValue: true },
  'to-all-namespaces': { kind: 'namespace', side: 'destination', isAny: true, hasNoValue: true },
  'all-namespaces': { kind: 'namespace', side: 'any', isAny: true, hasNoValue: true },
  'from-service': name('sourceService'),
  'to-service': name('destinationService'),
  service: name('sourceService', 'destinationService'),
  'from-label': one('sourceLabel'),
  'to-label': one('destinationLabel'),
  label: both('sourceLabel', 'destinationLabel'),
  'from-workload': one('sourceWorkload', workloadOf),
  'to-workload': one('destinationWorkload', workloadOf),
  workload: both('sourceWorkload', 'destinationWorkload', workloadOf),
  'from-identity': one('sourceIdentity', identityOf),
  'to-identity': one('destinationIdentity', identityOf),
  identity: both('sourceIdentity', 'destinationIdentity', identityOf),
  'from-fqdn': one('sourceFqdn'),
  'to-fqdn': one('destinationFqdn'),
  fqdn: both('sourceFqdn', 'destinationFqdn'),
  'from-cluster': one('sourceClusterName'),
  'to-cluster': one('destinationClusterName'),
  cluster: both('sourceClusterName', 'destinationClusterName'),
  'node-name': one('nodeName'),
  'node-label': one('nodeLabels'),
  'http-status': one('httpStatusCode'),
  'http-method': one('httpMethod'),
  'http-path': one('httpPath'),
  'http-url': one('httpUrl'),
  'http-header': one('httpHeader', headerOf),
  'trace-id': one('traceId'),
  'ip-trace-id': one('ipTraceId', ipTraceIdOf),
  interface: one('interface', (_, value) => ({ index: 0, name: value })),
  encrypted: fixed('encrypted', true),
  unencrypted: fixed('encrypted', false),
  'cel-expression': one('celExpression'),
};

/** Names that `--type` takes, with the numbers of monitor messages. Cilium v1.19.4 `pkg/monitor/api/types.go`. */
export const EVENT_TYPES: ReadonlyMap<string, number> = new Map([
  ['drop', 1],
  ['debug', 2],
  ['capture', 3],
  ['trace', 4],
  ['policy-verdict', 5],
  ['trace-sock', 7],
  ['l7', 129],
  ['agent', 130],
]);

/** Where a trace was taken, by sub-type. */
export const TRACE_POINTS: readonly string[] = [
  'to-endpoint',
  'to-proxy',
  'to-host',
  'to-stack',
  'to-overlay',
  'from-endpoint',
  'from-proxy',
  'from-host',
  'from-stack',
  'from-overlay',
  'from-network',
  'to-network',
  'from-crypto',
  'to-crypto',
];

const AGENT_EVENTS: readonly string[] = [
  'unspecified',
  'message',
  'agent-started',
  'endpoint-regenerate-success',
  'endpoint-regenerate-failure',
  'policy-updated',
  'policy-deleted',
  'endpoint-created',
  'endpoint-deleted',
  'ipcache-upserted',
  'ipcache-deleted',
];

const TRACE = 4;
const AGENT = 130;

function eventTypeOf(flag: string, value: string): EventTypeFilter {
  const colon = value.indexOf(':');
  const [word, sub] = colon === -1 ? [value, undefined] : [value.slice(0, colon), value.slice(colon + 1)];
  const type = EVENT_TYPES.get(word) ?? numberOf(word);
  if (type === undefined) {
    throw new FilterError(flag, value, `one of ${[...EVENT_TYPES.keys()].join(', ')}, or a number`);
  }
  if (sub === undefined) return { type };
  const points = type === TRACE ? TRACE_POINTS : type === AGENT ? AGENT_EVENTS : [];
  const place = points.indexOf(sub);
  const subType = place === -1 ? numberOf(sub) : place;
  if (subType === undefined) {
    const names = points.length === 0 ? 'a number' : `one of ${points.join(', ')}, or a number`;
    throw new FilterError(flag, value, `with ${names} after the colon`);
  }
  return { type, subType };
}

function numberOf(digits: string): number | undefined {
  return /^[0-9]{1,10}$/.test(digits) && Number(digits) < 2 ** 32 ? Number(digits) : undefined;
}

function verdictOf(flag: string, value: string): string {
  if (value === 'VERDICT_UNKNOWN') return 'UNKNOWN';
  const names: readonly string[] = FLOW_VERDICTS.slice(1);
  if (!names.includes(value)) throw new FilterError(flag, value, `one of ${names.join(', ')}, in capitals`);
  return value;
}

function dropReasonOf(flag: string, value: string): string {
  if (dropReasonByName(value) === undefined) {
    throw new FilterError(flag, value, "one of Hubble's drop reasons, such as POLICY_DENIED");
  }
  return value;
}

function directionOf(flag: string, value: string): string {
  const lower = value.toLowerCase();
  if (lower !== 'ingress' && lower !== 'egress') throw new FilterError(flag, value, 'ingress or egress');
  return lower;
}

function tcpFlagsOf(flag: string, value: string): readonly string[] {
  const wanted = value.split(',').map((word) => word.toUpperCase());
  const known: readonly string[] = TCP_FLAGS;
  if (!wanted.every((word) => known.includes(word))) {
    throw new FilterError(flag, value, `some of ${known.join(', ').toLowerCase()}, with commas between`);
  }
  return known.filter((word) => wanted.includes(word));
}

/** As Hubble has it: what is neither of the two is no IP at all. */
function ipVersionOf(_: string, value: string): string {
  switch (value.toLowerCase()) {
    case '4':
    case 'v4':
    case 'ipv4':
    case 'ip4':
      return 'IPv4';
    case '6':
    case 'v6':
    case 'ipv6':
    case 'ip6':
      return 'IPv6';
    default:
      return 'IP_NOT_USED';
  }
}

function workloadOf(_: string, value: string): WorkloadFilter {
  const slash = value.indexOf('/');
  return slash === -1
    ? { name: value, kind: '' }
    : { name: value.slice(slash + 1), kind: value.slice(0, slash) };
}

/** Reserved names, and numbers as Go reads them: decimal, `0x10`, `0o7`, `0b1`, `010`. */
function identityOf(flag: string, value: string): number {
  const named = IDENTITIES.get(value);
  if (named !== undefined) return named;
  const digits = /^0[0-7]+$/.test(value) ? `0o${value.slice(1)}` : value;
  const number = /^(?:[0-9]{1,10}|0x[0-9a-f]{1,8}|0o[0-7]{1,11}|0b[01]{1,32})$/i.test(digits)
    ? Number(digits)
    : Number.NaN;
  if (!(number < 2 ** 32)) {
    throw new FilterError(flag, value, `a number, or one of ${[...IDENTITIES.keys()].join(', ')}`);
  }
  return number;
}

const IDENTITIES: ReadonlyMap<string, number> = new Map([
  ...Object.entries(RESERVED_IDENTITIES).map(([number, word]) => [word as string, Number(number)] as const),
  ['overlay-to-encrypt' as string, 11] as const,
]);

function headerOf(flag: string, value: string): { readonly key: string; readonly value: string } {
  const colon = value.indexOf(':');
  if (colon === -1) throw new FilterError(flag, value, 'name:value');
  return { key: value.slice(0, colon), value: value.slice(colon + 1) };
}

function ipTraceIdOf(flag: string, value: string): string {
  const number = /^[0-9]{1,20}$/.test(value) ? BigInt(value) : 0n;
  if (number === 0n || number >= 2n ** 64n) throw new FilterError(flag, value, 'a number greater than 0');
  return String(number);
}
