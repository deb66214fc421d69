import { describe, expect, it } from 'vitest';
import { agentOptions } from '../model/options.ts';
import { fieldDifference } from './field-difference.ts';
import { policyForm } from './policy-form.ts';

const OPTIONS = agentOptions();

function cnp(body: object, metadata: object = {}): object {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    ...body,
  };
}

function np(spec: object): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
  };
}

const RULE = { endpointSelector: {}, ingress: [{ fromEntities: ['host', 'health'] }] };

function differ(a: object, b: object): { readonly isRaw: boolean; readonly isMeaning: boolean } {
  const [first, second] = [policyForm({ value: a }, OPTIONS), policyForm({ value: b }, OPTIONS)];
  expect(first.meaning).toBeDefined();
  return {
    isRaw: fieldDifference(first.value, second.value) !== undefined,
    isMeaning: first.meaning !== second.meaning,
  };
}

const SAME = { isRaw: false, isMeaning: false };

describe('policies are the same', () => {
  it('whatever the API server and the agent add', () => {
    const stored = cnp(
      { spec: RULE, status: { conditions: [] } },
      { uid: 'u', generation: 4, resourceVersion: '9', managedFields: [{}], creationTimestamp: 'now' },
    );
    expect(differ(cnp({ spec: RULE }), stored)).toEqual(SAME);
  });

  it('with one spec or a list of one', () => {
    expect(differ(cnp({ spec: RULE }), cnp({ specs: [RULE] }))).toEqual(SAME);
  });

  it('without fields that the API server drops', () => {
    const odd = { ...RULE, ingres: [], egress: null };
    expect(differ(cnp({ spec: odd }), cnp({ spec: RULE }))).toEqual(SAME);
  });

  it('in another order of lists', () => {
    const turned = { ...RULE, ingress: [{ fromEntities: ['health', 'host'] }] };
    expect(differ(cnp({ spec: RULE }), cnp({ spec: turned }))).toEqual(SAME);
  });

  it("with Kubernetes' defaults written down or not", () => {
    const short = { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }], egress: [{}] };
    const long = {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 80, protocol: 'TCP' }] }],
      egress: [{}],
    };
    expect(differ(np(short), np(long))).toEqual(SAME);
  });

  it('in meaning alone, where only words differ', () => {
    const described = { ...RULE, description: 'Probes.' };
    expect(differ(cnp({ spec: RULE }), cnp({ spec: described }))).toEqual({ isRaw: true, isMeaning: false });
    const icmp = (type: unknown): object => ({
      endpointSelector: {},
      ingress: [{ icmps: [{ fields: [{ type, family: 'IPv4' }] }] }],
    });
    expect(differ(cnp({ spec: icmp(8) }), cnp({ spec: icmp('EchoRequest') }))).toEqual({
      isRaw: true,
      isMeaning: false,
    });
  });
});

describe('policies are different', () => {
  it.each([
    ['an empty list and none', { ...RULE, egress: [] }],
    ['another peer', { ...RULE, ingress: [{ fromEntities: ['host'] }] }],
    ['another subject', { ...RULE, endpointSelector: { matchLabels: { app: 'web' } } }],
    ['a deny in place of an allow', { endpointSelector: {}, ingressDeny: RULE.ingress }],
    ['another mode of default deny', { ...RULE, enableDefaultDeny: { ingress: false } }],
  ])('with %s', (_, spec) => {
    const { isRaw } = differ(cnp({ spec: RULE }), cnp({ spec }));
    expect(isRaw).toBe(true);
  });
});
