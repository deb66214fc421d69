import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { type Catalog, DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import { type AgentOptions, agentOptions } from '../../src/core/model/options.ts';
import type { SourceFile } from '../../src/core/model/repository.ts';
import { FQDNS, randomPolicy } from '../lib/random-policy.ts';
import {
  ccnp,
  cnp,
  drop,
  type EndGiven,
  event,
  masked,
  NOBODY,
  pod,
  reserved,
  START,
  workload,
  world,
} from './tools.ts';

/** Files of a small cluster, and flows that some agent may have recorded in it or in another. */
export interface RandomCluster {
  readonly files: readonly SourceFile[];
  readonly options: AgentOptions;
  readonly flows: readonly Flow[];
}

/** `a` is an app, `b` a platform namespace with a shared resource on port 80. */
export const CATALOG: Catalog = {
  ...DEFAULT_CATALOG,
  labelPrefix: 'policy.test',
  resources: [
    {
      name: 'db',
      description: '',
      target: { kind: 'pods', namespace: 'b', labels: {} },
      ports: [{ protocol: 'TCP', port: 80 }],
    },
  ],
  profiles: DEFAULT_CATALOG.profiles.filter(({ name }) => name === 'internal' || name === 'standard'),
  platform: { namespaces: ['b', 'kube-system'] },
};

const MODEL = [
  ccnp(
    'access-db',
    '  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.access.policy.test/db: "true"}}\n  egress:\n    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: b}}]\n      toPorts: [{ports: [{port: "80", protocol: TCP}]}]',
  ),
  ccnp(
    'profile-standard',
    '  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.policy.test/profile: standard}}\n  egress:\n    - toEntities: [world]\n      toPorts: [{ports: [{port: "443", protocol: TCP}]}]\n    - toCIDR: [10.1.0.0/16]\n      toPorts: [{ports: [{port: "80", protocol: TCP}]}]',
  ),
  ccnp(
    'baseline',
    '  endpointSelector: {}\n  egress:\n    - toEndpoints: [{matchLabels: {k8s-app: kube-dns}}]\n  ingress:\n    - fromEntities: [health]',
  ),
  cnp(
    'b/own',
    '  endpointSelector: {}\n  ingress:\n    - fromEndpoints:\n        - matchLabels:\n            io.cilium.k8s.namespace.labels.access.policy.test/db: "true"\n      toPorts:\n        - ports:\n            - port: "80"\n              protocol: TCP',
  ),
  cnp('a/own', '  endpointSelector: {matchLabels: {app: x}}\n  egress:\n    - toEntities:\n        - health'),
] as const;

export function randomCluster(): fc.Arbitrary<RandomCluster> {
  return fc
    .record({
      model: fc.subarray([...MODEL], { minLength: 2 }),
      policies: fc.array(randomPolicy(), { maxLength: 3 }),
      labels: fc.record(
        {
          'policy.test/profile': fc.constantFrom('internal', 'standard'),
          'access.policy.test/db': fc.constantFrom('true', 'false'),
          team: fc.constantFrom('red', 'blue'),
        },
        { requiredKeys: [] },
      ),
      version: fc.constantFrom('1.18', '1.19', '1.20'),
      flows: fc.array(randomFlow(), { minLength: 1, maxLength: 6 }),
    })
    .map(({ model, policies, labels, version, flows }) => ({
      files: filesOf(model, policies, labels),
      options: agentOptions({ version }),
      flows: flows.flat(),
    }));
}

function filesOf(
  model: readonly string[],
  policies: readonly object[],
  labels: object,
): readonly SourceFile[] {
  const named = policies.map((policy, i) => {
    const { metadata } = policy as { readonly metadata: object };
    return { ...policy, metadata: { ...metadata, name: `random-${i}` } };
  });
  const namespaces = [
    { name: 'a', labels },
    { name: 'b', labels: { team: 'blue' } },
  ].map((metadata) => ({ apiVersion: 'v1', kind: 'Namespace', metadata }));
  const document = (value: object): string => `---\n${stringify(value, { aliasDuplicateObjects: false })}`;
  return [
    { path: 'model.yaml', text: model.join('') },
    { path: 'namespaces.yaml', text: namespaces.map(document).join('') },
    { path: 'random.yaml', text: named.map(document).join('') },
    { path: 'workloads.yaml', text: PODS.map((id) => workload(id)).join('') },
  ];
}

const PODS = ['a/x', 'a/y', 'b/x'] as const;
const ENDS: readonly EndGiven[] = [
  pod('a/x', { ip: '10.1.2.3' }),
  pod('a/y', { ip: '10.0.0.1' }),
  pod('a/x', { ip: '10.1.2.4', labels: { app: 'x', tier: 't1' }, podName: 'x-5f6d7c8b9-aaaaa' }),
  masked(pod('a/y', { ip: '10.0.0.2' })),
  masked(pod('a/unknown', { ip: '10.0.0.3', podName: 'unknown-5f6d7c8b9-aaaaa' })),
  pod('b/x', { ip: '10.2.0.1' }),
  pod('b/x', { ip: '10.2.0.2', cluster: 'other' }),
  world('1.2.3.4'),
  world('1.2.3.6', FQDNS[0]),
  world('1.2.3.5', FQDNS[0], FQDNS[1]),
  world('10.1.9.9'),
  world('203.0.113.9', 'api.example.com.a.svc.cluster.local'),
  reserved('remote-node', '192.0.2.1', 6),
  reserved('host', '192.0.2.2', 1),
  reserved('health', '10.9.9.9', 4),
  reserved('unmanaged', '10.0.0.9', 3),
  { ...NOBODY, ip: '10.0.0.8' },
];

function randomFlow(): fc.Arbitrary<readonly Flow[]> {
  const inside = fc.constantFrom(...ENDS.slice(0, 5));
  const any = fc.constantFrom(...ENDS);
  return fc
    .record({
      ends: fc.tuple(inside, any, fc.boolean()),
      port: fc.constantFrom(53, 80, 443, 8080, 9999, 40_000),
      protocol: fc.constantFrom('TCP', 'TCP', 'TCP', 'UDP', 'ICMP'),
      verdict: mostly<Flow['verdict']>('DROPPED', 'AUDIT', 'ERROR', 'FORWARDED'),
      reason: mostly('POLICY_DENIED', '', 'POLICY_DENY', 'AUTH_REQUIRED', 'INVALID_SOURCE_IP'),
      direction: fc.constantFrom('egress', 'egress', 'ingress', 'unknown'),
      second: fc.nat(3),
      node: fc.constantFrom('n1', 'n2'),
      isOnce: fc.boolean(),
    })
    .map(
      ({
        ends: [one, other, isTurned],
        port,
        protocol,
        verdict,
        reason,
        direction,
        second,
        node,
        isOnce,
      }) => {
        const [from, to] = isTurned ? [other, one] : [one, other];
        const more: Partial<Flow> = {
          verdict,
          dropReason: verdict === 'DROPPED' ? reason : '',
          direction,
          nodeName: node,
          timeMs: START + 1000 * second,
          l4:
            protocol === 'ICMP'
              ? { protocol, type: 8, code: 0 }
              : {
                  protocol,
                  sourcePort: 50_000,
                  destinationPort: port,
                  flags: protocol === 'TCP' ? ['SYN'] : [],
                },
        };
        return isOnce ? [event(from, to, port, more)] : drop(from, to, port, more);
      },
    );
}

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** A flow as no agent would send it. */
export function anyFlow(): fc.Arbitrary<Flow> {
  const text = fc.oneof(
    fc.constantFrom(
      '',
      'a',
      'a/x',
      '__proto__',
      '10.0.0.1',
      'fd00::1',
      'k8s:',
      'reserved:',
      '\u202e',
      '|',
      '\n',
    ),
    fc.string({ maxLength: 6 }),
  );
  const texts = fc.array(
    fc.oneof(
      text,
      fc.constantFrom(
        'reserved:host',
        'reserved:init',
        'reserved:world',
        'reserved:',
        'cidr:x',
        'cidr:10.0.0.0/8',
        'fqdn:',
        'k8s:io.kubernetes.pod.namespace=a',
        'k8s:io.cilium.k8s.policy.cluster=',
        'k8s:=',
      ),
    ),
    { maxLength: 3 },
  );
  const number = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.nat());
  const end = fc.record({
    identity: number,
    namespace: fc.oneof(fc.constant('a'), text),
    podName: text,
    labels: texts,
    workloads: fc.array(fc.record({ name: text, kind: text }), { maxLength: 2 }),
    clusterName: text,
  });
  const port = fc.integer({ min: 0, max: 65_535 });
  const l4: fc.Arbitrary<Flow['l4']> = fc.oneof(
    fc.constant(undefined),
    fc.record({
      protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
      sourcePort: port,
      destinationPort: port,
      flags: texts,
    }),
    fc.record({ protocol: fc.constantFrom('ICMP', 'ICMPv6'), type: fc.nat(255), code: fc.nat(255) }),
    fc.record({ protocol: fc.constant('other'), name: text }),
  );
  const type = fc.constantFrom('REQUEST', 'RESPONSE', 'SAMPLE', 'UNKNOWN');
  const l7: fc.Arbitrary<Flow['l7']> = fc.oneof(
    fc.constant(undefined),
    fc.record({
      kind: fc.constant('http'),
      type,
      method: text,
      url: text,
      code: number,
      headers: fc.array(fc.tuple(text, text), { maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant('dns'), type, query: text, ips: texts, rcode: number }),
    fc.record({ kind: fc.constant('other'), type }),
  );
  const policies = fc.array(fc.record({ name: text, namespace: text, kind: text }), { maxLength: 2 });
  return fc.record<Flow>({
    timeMs: fc.oneof(fc.constant(0), fc.integer({ min: -1e15, max: 1e15 })),
    timeNs: number,
    uuid: text,
    verdict: fc.constantFrom(
      'UNKNOWN',
      'FORWARDED',
      'DROPPED',
      'ERROR',
      'AUDIT',
      'REDIRECTED',
      'TRACED',
      'TRANSLATED',
    ),
    dropReason: fc.oneof(text, fc.constantFrom('POLICY_DENIED', 'POLICY_DENY', 'AUTH_REQUIRED')),
    dropReasonCode: number,
    direction: fc.constantFrom('ingress', 'egress', 'unknown'),
    isReply: fc.constantFrom<boolean | 'unknown'>(true, false, 'unknown'),
    type: fc.constantFrom('L3_L4', 'L7', 'SOCK', 'unknown'),
    eventType: fc.constantFrom(0, 1, 4, 5, 129, 77),
    eventSubType: number,
    source: end,
    destination: end,
    sourceIp: text,
    destinationIp: text,
    l4,
    l7,
    sourceNames: texts,
    destinationNames: texts,
    sourceService: text,
    destinationService: text,
    nodeName: text,
    policyMatchType: number,
    authType: text,
    egressAllowedBy: policies,
    ingressAllowedBy: policies,
    egressDeniedBy: policies,
    ingressDeniedBy: policies,
    summary: text,
  });
}
