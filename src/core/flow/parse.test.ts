import { describe, expect, it } from 'vitest';
import type { Flow } from '../model/flow.ts';
import { NO_ENDPOINT, sharedEndpoints } from './endpoint.ts';
import { flowFromJson } from './parse.ts';

const DROP = {
  time: '2026-03-01T10:00:00.000000123Z',
  uuid: '0b5c3c0e-0000-4000-8000-000000000001',
  verdict: 'DROPPED',
  drop_reason: 133,
  IP: { source: '10.0.1.7', destination: '10.0.2.9', ipVersion: 'IPv4' },
  l4: { TCP: { source_port: 41_234, destination_port: 5432, flags: { ACK: true, SYN: true } } },
  source: {
    ID: 812,
    identity: 40_211,
    cluster_name: 'east',
    namespace: 'shop',
    labels: ['k8s:app=web'],
    pod_name: 'web-0',
    workloads: [{ name: 'web', kind: 'StatefulSet' }],
  },
  destination: { identity: 2, labels: ['reserved:world'] },
  Type: 'L3_L4',
  node_name: 'east/n1',
  event_type: { type: 1, sub_type: 133 },
  traffic_direction: 'EGRESS',
  drop_reason_desc: 'POLICY_DENIED',
  Summary: 'TCP Flags: SYN, ACK',
};

const FLOW: Flow = {
  timeMs: 1_772_359_200_000,
  timeNs: 123,
  uuid: '0b5c3c0e-0000-4000-8000-000000000001',
  verdict: 'DROPPED',
  dropReason: 'POLICY_DENIED',
  dropReasonCode: 133,
  direction: 'egress',
  isReply: 'unknown',
  type: 'L3_L4',
  eventType: 1,
  eventSubType: 133,
  source: {
    identity: 40_211,
    namespace: 'shop',
    podName: 'web-0',
    labels: ['k8s:app=web'],
    workloads: [{ name: 'web', kind: 'StatefulSet' }],
    clusterName: 'east',
  },
  destination: { ...NO_ENDPOINT, identity: 2, labels: ['reserved:world'] },
  sourceIp: '10.0.1.7',
  destinationIp: '10.0.2.9',
  l4: { protocol: 'TCP', sourcePort: 41_234, destinationPort: 5432, flags: ['SYN', 'ACK'] },
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
  summary: 'TCP Flags: SYN, ACK',
};

function flowOf(value: unknown): Flow {
  const parsed = flowFromJson(value);
  if (parsed.kind !== 'flow') throw new Error(JSON.stringify(parsed));
  return parsed.flow;
}

function changed(changes: object): Flow {
  return flowOf({ flow: { ...DROP, ...changes } });
}

describe('reading an event of Hubble', () => {
  it('reads a flow in its wrapper', () => {
    expect(flowFromJson({ flow: DROP, node_name: 'other', time: '2020-01-01T00:00:00Z' })).toEqual({
      kind: 'flow',
      flow: FLOW,
      unknown: [],
    });
  });

  it('reads a bare flow of old tools', () => {
    expect(flowOf(DROP)).toEqual(FLOW);
  });

  it('reads lowerCamelCase, and enums and 64-bit values as numbers', () => {
    const { drop_reason, drop_reason_desc, node_name, event_type, traffic_direction, ...rest } = DROP;
    const { cluster_name, pod_name, ...source } = DROP.source;
    const camel = {
      ...rest,
      verdict: 2,
      Type: 1,
      dropReason: String(drop_reason),
      dropReasonDesc: 133,
      nodeName: node_name,
      eventType: { type: event_type.type, subType: event_type.sub_type },
      trafficDirection: 2,
      l4: { TCP: { sourcePort: 41_234, destinationPort: 5432, flags: DROP.l4.TCP.flags } },
      source: { ...source, clusterName: cluster_name, podName: pod_name },
    };
    expect([drop_reason_desc, traffic_direction]).toEqual(['POLICY_DENIED', 'EGRESS']);
    expect(flowOf({ flow: camel })).toEqual(FLOW);
  });

  it('takes null for absent', () => {
    expect(changed({ uuid: null, l7: null, is_reply: null, source_names: null }).uuid).toBe('');
  });

  it('takes time and node from the wrapper where the flow has none, and 0 where neither has', () => {
    const { time, node_name, ...rest } = DROP;
    const flow = flowOf({ flow: rest, node_name, time });
    expect([flow.timeMs, flow.timeNs, flow.nodeName]).toEqual([FLOW.timeMs, 123, 'east/n1']);
    expect(flowOf({ flow: rest }).timeMs).toBe(0);
  });

  it('reads what a field mask left', () => {
    const flow = flowOf({ flow: { verdict: 'DROPPED', source: { namespace: 'a' }, destination: {} } });
    expect(flow).toMatchObject({ verdict: 'DROPPED', source: { namespace: 'a' }, destination: NO_ENDPOINT });
    expect(flowOf({ flow: {} })).toMatchObject({ verdict: 'UNKNOWN', l4: undefined, source: NO_ENDPOINT });
  });

  it.each([
    ['is_reply true', { is_reply: true }, true],
    ['is_reply false', { is_reply: false }, false],
    ['neither', {}, 'unknown'],
    ['the old reply', { reply: true }, true],
    ['the old reply where it is false', { reply: false }, 'unknown'],
    ['both, and is_reply counts', { reply: true, is_reply: false }, false],
  ])('knows a reply by %s', (_, members, isReply) => {
    expect(changed(members).isReply).toBe(isReply);
  });

  it.each([
    ['both', { drop_reason: 181, drop_reason_desc: 'POLICY_DENY' }, 'POLICY_DENY', 181],
    ['the number alone', { drop_reason: 181, drop_reason_desc: undefined }, 'POLICY_DENY', 181],
    ['the name alone', { drop_reason: undefined, drop_reason_desc: 'AUTH_REQUIRED' }, 'AUTH_REQUIRED', 189],
    ['the event alone', { drop_reason: undefined, drop_reason_desc: undefined }, 'POLICY_DENIED', 133],
    ['an unknown name', { drop_reason: 208, drop_reason_desc: 'NEW_ONE' }, 'NEW_ONE', 208],
    ['an unknown number', { drop_reason: 208, drop_reason_desc: 208 }, 'DROP_REASON_208', 208],
    ['a number without a name', { drop_reason: 206, drop_reason_desc: 206 }, 'DROP_REASON_206', 206],
    ['none', { drop_reason: 0, drop_reason_desc: 0, event_type: { type: 5 } }, '', 0],
  ])('knows the drop reason by %s', (_, members, dropReason, dropReasonCode) => {
    expect(changed(members)).toMatchObject({ dropReason, dropReasonCode });
  });

  it('reads services, names, policies and the aggregate', () => {
    const policy = {
      name: 'allow-db',
      namespace: 'shop',
      labels: [],
      revision: '12',
      kind: 'CiliumNetworkPolicy',
    };
    const flow = changed({
      source_service: { name: 'web', namespace: 'shop' },
      destination_service: { name: 'db' },
      destination_names: ['db.example'],
      egress_allowed_by: [policy],
      ingress_denied_by: [{ name: 'deny', kind: 'CiliumClusterwideNetworkPolicy' }],
      policy_match_type: 2,
      auth_type: 1,
      aggregate: { ingress_flow_count: 3, egress_flow_count: 1 },
    });
    expect(flow).toMatchObject({
      sourceService: 'shop/web',
      destinationService: 'db',
      destinationNames: ['db.example'],
      egressAllowedBy: [{ name: 'allow-db', namespace: 'shop', kind: 'CiliumNetworkPolicy' }],
      ingressDeniedBy: [{ name: 'deny', namespace: '', kind: 'CiliumClusterwideNetworkPolicy' }],
      policyMatchType: 2,
      authType: 'SPIRE',
      aggregated: 4,
    });
  });

  it.each([
    [
      { UDP: { source_port: 1, destination_port: 53 } },
      { protocol: 'UDP', sourcePort: 1, destinationPort: 53, flags: [] },
    ],
    [{ SCTP: { destination_port: 9 } }, { protocol: 'SCTP', sourcePort: 0, destinationPort: 9, flags: [] }],
    [{ ICMPv4: { type: 8 } }, { protocol: 'ICMP', type: 8, code: 0 }],
    [{ ICMPv6: { type: 135, code: 1 } }, { protocol: 'ICMPv6', type: 135, code: 1 }],
    [{ IGMP: { type: 17 } }, { protocol: 'other', name: 'IGMP' }],
    [{}, undefined],
  ])('reads layer 4 of %j', (l4, expected) => {
    expect(changed({ l4 }).l4).toEqual(expected);
  });

  it.each([
    [
      {
        type: 'RESPONSE',
        latency_ns: '8000000',
        http: { code: 403, method: 'GET', url: 'http://h/p', headers: [{ key: 'A', value: 'b' }] },
      },
      { kind: 'http', type: 'RESPONSE', method: 'GET', url: 'http://h/p', code: 403, headers: [['A', 'b']] },
    ],
    [
      { type: 1, dns: { query: 'a.b.', ips: ['1.2.3.4'], rcode: 3 } },
      { kind: 'dns', type: 'REQUEST', query: 'a.b.', ips: ['1.2.3.4'], rcode: 3 },
    ],
    [
      { type: 'SAMPLE', kafka: {} },
      { kind: 'other', type: 'SAMPLE', record: 'kafka' },
    ],
    [
      { type: 'SAMPLE', mqtt: {} },
      { kind: 'other', type: 'SAMPLE' },
    ],
  ])('reads layer 7 of %j', (l7, expected) => {
    expect(changed({ l7 }).l7).toEqual(expected);
  });

  it('keeps unknown values of enums as unknown, and names them', () => {
    const flow = {
      ...DROP,
      verdict: 'PONDERED',
      Type: 9,
      traffic_direction: 'SIDEWAYS',
      drop_reason: 300,
      drop_reason_desc: 'FULL_MOON',
      auth_type: 7,
      l7: { type: 'DREAM' },
    };
    expect(flowFromJson({ flow })).toMatchObject({
      kind: 'flow',
      flow: {
        verdict: 'UNKNOWN',
        type: 'unknown',
        direction: 'unknown',
        dropReason: 'FULL_MOON',
        authType: 'AUTH_TYPE_7',
      },
      unknown: [
        { field: 'drop_reason_desc', value: 'FULL_MOON' },
        { field: 'verdict', value: 'PONDERED' },
        { field: 'traffic_direction', value: 'SIDEWAYS' },
        { field: 'Type', value: '9' },
        { field: 'l7.type', value: 'DREAM' },
        { field: 'auth_type', value: '7' },
      ],
    });
  });

  it.each([
    [
      'lost events',
      { lost_events: { source: 'HUBBLE_RING_BUFFER', num_events_lost: '42' }, time: 'x' },
      { kind: 'lost', count: 42 },
    ],
    ['lost events in camel case', { lostEvents: { numEventsLost: 7 } }, { kind: 'lost', count: 7 }],
    ['a node status', { node_status: { state_change: 'NODE_UNAVAILABLE' } }, { kind: 'other' }],
    ['an agent event', { agent_event: { type: 'POLICY_UPDATED' } }, { kind: 'other' }],
    ['a debug event', { debugEvent: {} }, { kind: 'other' }],
  ])('knows %s', (_, value, parsed) => {
    expect(flowFromJson(value)).toEqual(parsed);
  });

  it.each([
    ['a number', 7],
    ['a list', [DROP]],
    ['nothing', null],
    ['an empty object', {}],
    ['a log line of another program', { level: 'info', msg: 'hello', verdict: 'ok' }],
    ['a flow log of a cloud', { srcaddr: '10.0.0.1', dstaddr: '10.0.0.2', action: 'REJECT' }],
  ])('takes %s for no flow', (_, value) => {
    expect(flowFromJson(value)).toEqual({ kind: 'skipped', reason: 'not-a-flow', field: '' });
  });

  it.each([
    ['time', { time: 'yesterday' }],
    ['time', { time: 5 }],
    ['uuid', { uuid: 5 }],
    ['source', { source: 'web' }],
    ['labels', { source: { labels: 'k8s:app=web' } }],
    ['labels', { source: { labels: [1] } }],
    ['workloads', { destination: { workloads: ['web'] } }],
    ['identity', { destination: { identity: -1 } }],
    ['destination_port', { l4: { TCP: { destination_port: 5.5 } } }],
    ['SYN', { l4: { TCP: { flags: { SYN: 'yes' } } } }],
    ['verdict', { verdict: {} }],
    ['headers', { l7: { http: { headers: ['a'] } } }],
    ['egress_allowed_by', { egress_allowed_by: ['a'] }],
    ['drop_reason', { drop_reason: 'POLICY_DENIED' }],
  ])('skips a flow whose %s has a wrong type, and names the field: %j', (field, members) => {
    expect(flowFromJson({ flow: { ...DROP, ...members } })).toEqual({
      kind: 'skipped',
      reason: 'bad-field',
      field,
    });
  });

  it('is not fooled by members that objects inherit', () => {
    const value: unknown = JSON.parse('{"__proto__":{"flow":{"verdict":"DROPPED"}},"constructor":{}}');
    expect(flowFromJson(value)).toMatchObject({ kind: 'skipped', reason: 'not-a-flow' });
  });

  it('hands out one object for ends that look the same', () => {
    const share = sharedEndpoints();
    const other = { ...DROP, source: { ...DROP.source, ID: 5 } };
    const [one, two] = [flowFromJson({ flow: DROP }, share), flowFromJson({ flow: other }, share)];
    expect(one.kind === 'flow' && two.kind === 'flow' && one.flow.source === two.flow.source).toBe(true);
  });

  it('forgets ends after so many, and still reads them right', () => {
    const share = sharedEndpoints(2);
    for (let identity = 0; identity < 9; identity += 1) {
      expect(share({ ...NO_ENDPOINT, identity }).identity).toBe(identity);
    }
  });
});
