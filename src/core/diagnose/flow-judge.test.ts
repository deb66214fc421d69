import { describe, expect, it } from 'vitest';
import { aFlow } from '../../../test/contracts/flow-json.ts';
import { DEFAULT_CATALOG } from '../catalog/index.ts';
import { NO_ENDPOINT } from '../flow/endpoint.ts';
import type { Flow, FlowEndpoint } from '../model/flow.ts';
import { agentOptions } from '../model/options.ts';
import { type FlowJudgeLimits, flowJudge } from './flow-judge.ts';

const POLICIES = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Namespace
metadata: {name: data}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: db, namespace: data}
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels: {app: web, k8s:io.kubernetes.pod.namespace: shop}
      toPorts: [{ports: [{port: "5432", protocol: TCP}]}]
  ingressDeny:
    - fromEndpoints:
        - matchLabels: {app: bad, k8s:io.kubernetes.pod.namespace: shop}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: web}}
  egress:
    - toCIDR: [192.0.2.0/24]
`;
const agent = agentOptions({ clusterName: 'east' });
const inputs = {
  files: [{ path: 'policies.yaml', text: POLICIES }],
  catalog: DEFAULT_CATALOG,
  options: agent,
  readOptions: { agent },
};

function pod(namespace: string, app: string): FlowEndpoint {
  return {
    ...NO_ENDPOINT,
    identity: 40_000,
    namespace,
    podName: `${app}-0`,
    labels: [
      `k8s:app=${app}`,
      'k8s:io.cilium.k8s.policy.cluster=east',
      `k8s:io.kubernetes.pod.namespace=${namespace}`,
    ],
    workloads: [{ name: app, kind: 'Deployment' }],
  };
}

const [web, bad, other, db] = [
  pod('shop', 'web'),
  pod('shop', 'bad'),
  pod('shop', 'other'),
  pod('data', 'db'),
];
const OUTSIDE: FlowEndpoint = { ...NO_ENDPOINT, identity: 2, labels: ['reserved:world'] };
const PASSED = {
  verdict: 'FORWARDED',
  dropReason: '',
  dropReasonCode: 0,
  eventType: 5,
  eventSubType: 0,
} as const;

function judged(changes: Partial<Flow>, limits?: FlowJudgeLimits) {
  return flowJudge(inputs, limits).decisionOf(
    aFlow({ source: web, destination: db, isReply: 'unknown', ...changes }),
  );
}

describe('the decision of a flow', () => {
  it('is the rule that admits it, with its place', () => {
    expect(judged(PASSED)).toMatchObject({
      verdict: 'allowed',
      direction: 'ingress',
      reason: 'allow-rule',
      by: [
        {
          policy: { name: 'db', namespace: 'data' },
          place: { file: 'policies.yaml', line: 16 },
          how: 'allow',
        },
      ],
      isAsRecorded: true,
    });
  });

  it('is who made the end default-deny, where no rule admits it', () => {
    expect(judged({ source: other })).toMatchObject({
      verdict: 'denied',
      reason: 'default-deny',
      by: [{ policy: { name: 'db' }, how: 'default-deny' }],
      isAsRecorded: true,
    });
  });

  it('is the deny rule', () => {
    const drop = { source: bad, dropReason: 'POLICY_DENY', dropReasonCode: 181, eventSubType: 181 };
    expect(judged(drop)).toMatchObject({ verdict: 'denied', reason: 'deny-rule', isAsRecorded: true });
  });

  it('is of the side that recorded it', () => {
    expect(judged({ direction: 'egress' })).toMatchObject({ direction: 'egress', verdict: 'denied' });
    const outside = { destination: OUTSIDE, destinationIp: '192.0.2.7', direction: 'egress' } as const;
    expect(judged({ ...PASSED, ...outside })).toMatchObject({ verdict: 'allowed', reason: 'allow-rule' });
    expect(judged({ ...outside, destinationIp: '198.51.100.1' })).toMatchObject({ verdict: 'denied' });
  });

  it('is of either side where it does not say which: of the one that refuses', () => {
    expect(judged({ direction: 'unknown' })).toMatchObject({ direction: 'egress', verdict: 'denied' });
  });

  it('says where Hubble recorded something else', () => {
    expect(judged({})).toMatchObject({ verdict: 'allowed', isAsRecorded: false });
    expect(judged({ ...PASSED, source: other })).toMatchObject({ verdict: 'denied', isAsRecorded: false });
    const drop = { source: other, dropReason: 'POLICY_DENY', dropReasonCode: 181 };
    expect(judged(drop), 'a deny rule that is not there').toMatchObject({
      isAsRecorded: false,
      recorded: { kind: 'deny-rule' },
    });
    const named = [{ name: 'else', namespace: 'data', kind: 'CiliumNetworkPolicy' }];
    expect(judged({ ...PASSED, ingressAllowedBy: named })).toMatchObject({
      isAsRecorded: false,
      recorded: { kind: 'policies', policies: named },
    });
    const same = [{ name: 'db', namespace: 'data', kind: 'CiliumNetworkPolicy' }];
    expect(judged({ ...PASSED, ingressAllowedBy: same })).toMatchObject({ isAsRecorded: true });
  });

  it('is undecidable where an end is unknown', () => {
    expect(judged({ source: NO_ENDPOINT, sourceIp: '' })).toMatchObject({
      verdict: 'undecidable',
      isAsRecorded: 'unknown',
    });
  });

  it('is none where policies have no say', () => {
    expect(judged({ ...PASSED, isReply: true }), 'an answer').toBeUndefined();
    expect(judged({ dropReason: 'INVALID_SOURCE_IP', dropReasonCode: 132 })).toBeUndefined();
    expect(judged({ verdict: 'TRANSLATED', type: 'SOCK' })).toBeUndefined();
    expect(judged({ l4: { protocol: 'other', name: 'NEW' } })).toBeUndefined();
    expect(judged({ ...PASSED, eventType: 4, eventSubType: 5 }), 'before policy was asked').toBeUndefined();
    expect(
      judged({ ...PASSED, destination: OUTSIDE, destinationIp: '192.0.2.7' }),
      'not enforced',
    ).toBeUndefined();
  });

  it('says that no policy selects the end', () => {
    expect(judged({ ...PASSED, source: other, direction: 'egress' })).toMatchObject({
      verdict: 'allowed',
      reason: 'no-policy',
      by: [],
    });
  });
});

describe('judging many flows', () => {
  /** Ends in pairs that come again and again, and new ones all the time. */
  const flows = Array.from({ length: 600 }, (_, i) =>
    aFlow({
      source: [web, bad, other, pod('shop', `p${i % 70}`)][i % 4]!,
      ...(i % 5 === 0
        ? {
            destination: OUTSIDE,
            destinationIp: `192.0.${2 + (i % 3)}.${i % 250}`,
            direction: 'egress' as const,
          }
        : { destination: db }),
    }),
  );

  it('gives the same in batches, one by one, and with little memory', () => {
    const alone = flows.map((flow) => flowJudge(inputs).decisionOf(flow));
    const oneByOne = flowJudge(inputs);
    expect(flows.map((flow) => oneByOne.decisionOf(flow))).toEqual(alone);
    const small = flowJudge(inputs, { ends: 10, decisions: 10 });
    const batches = flowJudge(inputs);
    for (let start = 0; start < flows.length; start += 100) {
      const batch = flows.slice(start, start + 100);
      batches.prepare(batch);
      expect(batch.map((flow) => batches.decisionOf(flow))).toEqual(alone.slice(start, start + 100));
      small.prepare(batch);
      expect(batch.map((flow) => small.decisionOf(flow))).toEqual(alone.slice(start, start + 100));
    }
  });

  it('shares one decision among flows that are alike', () => {
    const judge = flowJudge(inputs);
    const flow = aFlow({ source: web, destination: db });
    expect(judge.decisionOf(flow)).toBe(judge.decisionOf({ ...flow, uuid: 'another', timeMs: 1 }));
  });

  it('learns the name of the cluster from the flows, where nobody says it', () => {
    const options = agentOptions({});
    const unnamed = { ...inputs, options, readOptions: { agent: options }, isClusterNameAssumed: true };
    expect(flowJudge(unnamed).decisionOf(aFlow({ ...PASSED, source: web, destination: db }))).toMatchObject({
      verdict: 'allowed',
      isAsRecorded: true,
    });
    const late = flowJudge(unnamed);
    late.prepare([aFlow({ ...PASSED, source: OUTSIDE, destination: OUTSIDE })]);
    expect(
      late.decisionOf(aFlow({ ...PASSED, source: web, destination: db })),
      'after flows of no pod',
    ).toMatchObject({ verdict: 'allowed', isAsRecorded: true });
  });
});
