import { NO_ENDPOINT } from '../../src/core/flow/endpoint.ts';
import { ipVersionOf } from '../../src/core/flow/more.ts';
import type { Flow, FlowEndpoint, FlowPolicy } from '../../src/core/model/flow.ts';

/** One drop by default deny between two pods, and named changes to it. */
export function aFlow(changes: Partial<Flow> = {}): Flow {
  return {
    timeMs: 1_772_359_200_000,
    timeNs: 123,
    uuid: '0b5c3c0e-0000-4000-8000-000000000001',
    verdict: 'DROPPED',
    dropReason: 'POLICY_DENIED',
    dropReasonCode: 133,
    direction: 'ingress',
    isReply: 'unknown',
    type: 'L3_L4',
    eventType: 1,
    eventSubType: 133,
    source: anEnd('shop', 'web-0', 40_211, ['k8s:app=web', 'k8s:io.kubernetes.pod.namespace=shop']),
    destination: anEnd('data', 'db-0', 51_002, ['k8s:app=db']),
    sourceIp: '10.0.1.7',
    destinationIp: '10.0.2.9',
    l4: { protocol: 'TCP', sourcePort: 41_234, destinationPort: 5432, flags: ['SYN'] },
    l7: undefined,
    sourceNames: [],
    destinationNames: [],
    sourceService: '',
    destinationService: '',
    nodeName: 'east/n1',
    policyMatchType: 0,
    authType: '',
    egressAllowedBy: [],
    ingressAllowedBy: [],
    egressDeniedBy: [],
    ingressDeniedBy: [],
    summary: 'TCP Flags: SYN',
    ...changes,
  };
}

function anEnd(
  namespace: string,
  podName: string,
  identity: number,
  labels: readonly string[],
): FlowEndpoint {
  return {
    ...NO_ENDPOINT,
    identity,
    namespace,
    podName,
    labels,
    workloads: [{ name: podName.replace(/-0$/, ''), kind: 'StatefulSet' }],
    clusterName: 'east',
  };
}

/** The flow as Hubble's exporter writes it: what is empty is left out, and members stand in the proto's order. */
export function flowToJson(flow: Flow): object {
  const time = `${new Date(flow.timeMs).toISOString().slice(0, -1)}${String(flow.timeNs).padStart(6, '0')}Z`;
  const inner = {
    time,
    ...some('uuid', flow.uuid),
    verdict: flow.verdict === 'UNKNOWN' ? 'VERDICT_UNKNOWN' : flow.verdict,
    ...some('drop_reason', flow.dropReasonCode),
    IP: {
      ...some('source', flow.sourceIp),
      ...some('source_xlated', flow.more?.sourceXlatedIp ?? ''),
      ...some('destination', flow.destinationIp),
      ...(ipVersionOf(flow) === 'IP_NOT_USED' ? {} : { ipVersion: ipVersionOf(flow) }),
      ...(flow.more?.isEncrypted === true ? { encrypted: true } : {}),
    },
    ...l4ToJson(flow),
    source: endToJson(flow.source),
    destination: endToJson(flow.destination),
    ...(flow.type === 'unknown' ? {} : { Type: flow.type }),
    ...some('node_name', flow.nodeName),
    ...some('node_labels', flow.more?.nodeLabels ?? []),
    ...some('source_names', flow.sourceNames),
    ...some('destination_names', flow.destinationNames),
    ...l7ToJson(flow),
    ...(flow.eventType === 0 && flow.eventSubType === 0
      ? {}
      : { event_type: { ...some('type', flow.eventType), ...some('sub_type', flow.eventSubType) } }),
    ...serviceToJson('source_service', flow.sourceService),
    ...serviceToJson('destination_service', flow.destinationService),
    ...(flow.direction === 'unknown' ? {} : { traffic_direction: flow.direction.toUpperCase() }),
    ...some('policy_match_type', flow.policyMatchType),
    ...some('drop_reason_desc', flow.dropReason),
    ...(flow.isReply === 'unknown' ? {} : { is_reply: flow.isReply }),
    ...moreToJson(flow),
    ...some('auth_type', flow.authType),
    ...policiesToJson('egress_allowed_by', flow.egressAllowedBy),
    ...policiesToJson('ingress_allowed_by', flow.ingressAllowedBy),
    ...policiesToJson('egress_denied_by', flow.egressDeniedBy),
    ...policiesToJson('ingress_denied_by', flow.ingressDeniedBy),
    ...some('Summary', flow.summary),
  };
  return { flow: inner, ...some('node_name', flow.nodeName), time };
}

function moreToJson({ more }: Flow): object {
  const { traceId, ipTraceId, interface: networkInterface } = more ?? {};
  return {
    ...(networkInterface === undefined ? {} : { interface: networkInterface }),
    ...(traceId === undefined ? {} : { trace_context: { parent: { trace_id: traceId } } }),
    ...(ipTraceId === undefined ? {} : { ip_trace_id: { trace_id: ipTraceId, ip_option_type: 136 } }),
  };
}

function some(name: string, value: unknown): object {
  const isEmpty = value === '' || value === 0 || (Array.isArray(value) && value.length === 0);
  return isEmpty ? {} : { [name]: value };
}

function endToJson(end: FlowEndpoint): object {
  return {
    ...some('identity', end.identity),
    ...some('cluster_name', end.clusterName),
    ...some('namespace', end.namespace),
    ...some('labels', end.labels),
    ...some('pod_name', end.podName),
    ...some('workloads', end.workloads),
  };
}

function l4ToJson({ l4 }: Flow): object {
  switch (l4?.protocol) {
    case undefined:
      return {};
    case 'TCP':
    case 'UDP':
    case 'SCTP': {
      const flags =
        l4.flags.length === 0 ? {} : { flags: Object.fromEntries(l4.flags.map((flag) => [flag, true])) };
      const ports = { source_port: l4.sourcePort, destination_port: l4.destinationPort };
      return { l4: { [l4.protocol]: { ...ports, ...flags } } };
    }
    case 'ICMP':
    case 'ICMPv6': {
      const name = l4.protocol === 'ICMP' ? 'ICMPv4' : 'ICMPv6';
      return { l4: { [name]: { ...some('type', l4.type), ...some('code', l4.code) } } };
    }
    case 'other':
      return { l4: { [l4.name]: {} } };
  }
}

function l7ToJson({ l7 }: Flow): object {
  if (l7 === undefined) return {};
  const type = l7.type === 'UNKNOWN' ? {} : { type: l7.type };
  switch (l7.kind) {
    case 'http': {
      const headers = l7.headers.map(([key, value]) => ({ key, value }));
      const http = { ...some('code', l7.code), method: l7.method, url: l7.url, ...some('headers', headers) };
      return { l7: { ...type, http } };
    }
    case 'dns':
      return {
        l7: { ...type, dns: { query: l7.query, ...some('ips', l7.ips), ...some('rcode', l7.rcode) } },
      };
    case 'other':
      return { l7: { ...type, ...(l7.record === 'kafka' ? { kafka: { topic: 't' } } : {}) } };
  }
}

function serviceToJson(name: string, service: string): object {
  const [namespace, own] = service.split('/');
  return service === '' ? {} : { [name]: { name: own, namespace } };
}

function policiesToJson(name: string, policies: readonly FlowPolicy[]): object {
  const list = policies.map((policy) => ({
    name: policy.name,
    ...some('namespace', policy.namespace),
    revision: '12',
    kind: policy.kind,
  }));
  return some(name, list);
}
