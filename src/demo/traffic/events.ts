import type { RuleRef, SideDecision } from '../../core/model/decision.ts';
import type { L7Request } from '../../core/model/l7.ts';
import type { Policy } from '../../core/model/policy.ts';
import type { NodeFailure } from './homelab.ts';
import { type Connection, type End, endOf, type JsonObject, layers } from './layers.ts';

export type Direction = 'INGRESS' | 'EGRESS';

const REASONS = {
  POLICY_DENIED: 133,
  UNSUPPORTED_L3_PROTOCOL: 139,
  STALE_OR_UNROUTABLE_IP: 151,
  CT_MAP_INSERTION_FAILED: 155,
  SERVICE_BACKEND_NOT_FOUND: 158,
  POLICY_DENY: 181,
} as const;
type Reason = keyof typeof REASONS;

/** The policy-verdict event of one side, and where it drops, the drop event after it. */
export function verdictEvents(
  connection: Connection,
  direction: Direction,
  side: SideDecision,
  policies: readonly Policy[],
): readonly JsonObject[] {
  const isEgress = direction === 'EGRESS';
  const reporter = isEgress ? connection.source : connection.destination;
  const summary = summaryOf(connection, ['SYN']);
  const base = { ...layers(connection, { flags: ['SYN'], reporter }), traffic_direction: direction };
  const match = side.rules.length === 0 ? 0 : matchType(side.rules[0], policies);
  if (side.verdict !== 'denied' || side.reason === 'l7-refused') {
    const isRedirected = side.l7;
    return [
      {
        verdict: isRedirected ? 'REDIRECTED' : 'FORWARDED',
        ...base,
        event_type: { type: 5 },
        ...(match === 0 ? {} : { policy_match_type: match }),
        is_reply: false,
        ...(side.rules.length === 0
          ? {}
          : { [isEgress ? 'egress_allowed_by' : 'ingress_allowed_by']: namesOf(side.rules) }),
        Summary: summary,
      },
    ];
  }
  const reason: Reason = side.reason === 'deny-rule' ? 'POLICY_DENY' : 'POLICY_DENIED';
  return [
    {
      verdict: 'DROPPED',
      drop_reason: REASONS[reason],
      ...base,
      event_type: { type: 5 },
      ...(match === 0 ? {} : { policy_match_type: match }),
      drop_reason_desc: reason,
      // A default deny has no name.
      ...(reason === 'POLICY_DENY'
        ? { [isEgress ? 'egress_denied_by' : 'ingress_denied_by']: namesOf(side.rules) }
        : {}),
      Summary: summary,
    },
    dropEvent(connection, direction, reason),
  ];
}

/** A drop, which never says whether it is a reply. */
export function dropEvent(
  connection: Connection,
  direction: Direction,
  reason: Reason | NodeFailure,
): JsonObject {
  const reporter = direction === 'EGRESS' ? connection.source : connection.destination;
  return {
    verdict: 'DROPPED',
    drop_reason: REASONS[reason],
    ...layers(connection, { flags: ['SYN'], reporter }),
    event_type: { type: 1, sub_type: REASONS[reason] },
    traffic_direction: direction,
    drop_reason_desc: reason,
    file: { name: 'bpf_lxc.c', line: direction === 'EGRESS' ? 1339 : 2114 },
    Summary: summaryOf(connection, ['SYN']),
  };
}

/** A packet that arrives at a pod. */
export function arrival(connection: Connection, isReply: boolean): JsonObject {
  const { source, destination, sourcePort, destinationPort } = connection;
  const packet = isReply
    ? {
        ...connection,
        source: destination,
        destination: source,
        sourcePort: destinationPort,
        destinationPort: sourcePort,
      }
    : connection;
  const flags = isReply ? ['SYN', 'ACK'] : ['SYN'];
  return {
    verdict: 'FORWARDED',
    ...layers(packet, { flags, reporter: packet.destination }),
    event_type: { type: 4 },
    // Seen from the connection: its answer belongs to the side that began it.
    traffic_direction: isReply ? 'EGRESS' : 'INGRESS',
    trace_observation_point: 'TO_ENDPOINT',
    trace_reason: isReply ? 'REPLY' : 'NEW',
    is_reply: isReply,
    Summary: summaryOf(packet, flags),
  };
}

/** A packet that leaves for somewhere outside. */
export function departure(connection: Connection): JsonObject {
  return {
    verdict: 'FORWARDED',
    ...layers(connection, { flags: ['SYN'], reporter: connection.source }),
    event_type: { type: 4, sub_type: 3 },
    traffic_direction: 'EGRESS',
    trace_observation_point: 'TO_STACK',
    trace_reason: 'NEW',
    is_reply: false,
    Summary: summaryOf(connection, ['SYN']),
  };
}

/** What a proxy read: the request, and the answer where it let the request through. */
export function requestEvents({
  connection,
  direction,
  request,
  isRefused,
  answer,
}: {
  readonly connection: Connection;
  readonly direction: Direction;
  readonly request: L7Request;
  readonly isRefused: boolean;
  /** The addresses that a DNS answer holds. */
  readonly answer: readonly string[];
}): readonly JsonObject[] {
  const reporter = direction === 'EGRESS' ? connection.source : connection.destination;
  const back = {
    ...connection,
    source: connection.destination,
    destination: connection.source,
    sourcePort: connection.destinationPort,
    destinationPort: connection.sourcePort,
  };
  const event = (isReply: boolean, verdict: string, l7: JsonObject, summary: string): JsonObject => ({
    verdict,
    ...layers(isReply ? back : connection, { flags: [], reporter, type: 'L7' }),
    l7,
    event_type: { type: 129 },
    traffic_direction: direction,
    is_reply: isReply,
    Summary: summary,
  });
  const verdict = isRefused ? 'DROPPED' : 'FORWARDED';
  switch (request.kind) {
    case 'http': {
      const { method, path, host } = request;
      const http = { method, url: `http://${host}${path}`, protocol: 'HTTP/1.1' };
      const asked = event(false, verdict, { type: 'REQUEST', http }, `HTTP/1.1 ${method} ${http.url}`);
      if (isRefused) return [asked];
      const answered = { type: 'RESPONSE', latency_ns: '8214000', http: { code: 200, ...http } };
      return [asked, event(true, verdict, answered, `HTTP/1.1 200 8ms (${method} ${http.url})`)];
    }
    case 'dns': {
      const dns = { query: request.name, observation_source: 'proxy', qtypes: ['A'] };
      const asked = event(false, verdict, { type: 'REQUEST', dns }, `DNS Query ${request.name} A`);
      if (isRefused) return [asked];
      const found = {
        query: request.name,
        ips: answer,
        ttl: 30,
        observation_source: 'proxy',
        qtypes: ['A'],
        rrtypes: ['A'],
      };
      const words = `DNS Answer "${answer.join(',')}" TTL: 30 (Proxy ${request.name} A)`;
      return [asked, event(true, verdict, { type: 'RESPONSE', latency_ns: '1310000', dns: found }, words)];
    }
    case 'sni':
      return [];
  }
}

/** A pod that looks for an IPv6 router, in a cluster that has none. */
export function routerSolicitation(end: End, linkLocal: string): JsonObject {
  return {
    verdict: 'DROPPED',
    drop_reason: REASONS.UNSUPPORTED_L3_PROTOCOL,
    IP: { source: linkLocal, destination: 'ff02::2', ipVersion: 'IPv6' },
    l4: { ICMPv6: { type: 133 } },
    source: endOf(end, end),
    destination: { labels: ['reserved:unknown'] },
    Type: 'L3_L4',
    event_type: { type: 1, sub_type: REASONS.UNSUPPORTED_L3_PROTOCOL },
    traffic_direction: 'EGRESS',
    drop_reason_desc: 'UNSUPPORTED_L3_PROTOCOL',
    Summary: 'ICMPv6 RouterSolicitation',
  };
}

function summaryOf({ protocol }: Connection, flags: readonly string[]): string {
  return protocol === 'UDP' ? 'UDP' : `TCP Flags: ${flags.join(', ')}`;
}

function namesOf(rules: readonly RuleRef[]): readonly JsonObject[] {
  const seen = new Map<string, JsonObject>();
  for (const { policy } of rules) {
    const { kind, name, namespace } = policy;
    const labels = [
      `k8s:io.cilium.k8s.policy.derived-from=${kind}`,
      `k8s:io.cilium.k8s.policy.name=${name}`,
      ...(namespace === '' ? [] : [`k8s:io.cilium.k8s.policy.namespace=${namespace}`]),
    ];
    const scope = namespace === '' ? {} : { namespace };
    seen.set(`${kind}/${namespace}/${name}`, { name, ...scope, labels, revision: '41', kind });
  }
  return [...seen.values()];
}

/** How closely the rule that decided matched: 1 by peer, 2 by peer and port, 3 by port, 4 everything. */
function matchType(rule: RuleRef | undefined, policies: readonly Policy[]): number {
  const policy = policies.find(
    ({ kind, namespace, name }) =>
      kind === rule?.policy.kind && namespace === rule.policy.namespace && name === rule.policy.name,
  );
  const found = policy?.specs
    .flatMap(({ rules }) => rules)
    .find(
      ({ list, index, place }) =>
        list === rule?.list && index === rule.index && place.line === rule.place.line,
    );
  if (found === undefined) return 4;
  const hasPeer = found.peers.kind === 'some';
  const hasPort = found.ports !== undefined;
  return hasPeer ? (hasPort ? 2 : 1) : hasPort ? 3 : 4;
}
