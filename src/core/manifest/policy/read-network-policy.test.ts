import { describe, expect, it } from 'vitest';
import { agentOptions } from '../../model/options.ts';
import type { Policy } from '../../model/policy.ts';
import { type PolicyReading, readPolicy } from './read-policy.ts';

function read(spec: unknown, metadata: object = { name: 'press', namespace: 'farm' }): PolicyReading {
  return readPolicy(
    {
      value: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata, spec },
      file: 'p.yaml',
      locate: (path) => ({ file: 'p.yaml', line: 1, column: path.length }),
    },
    agentOptions(),
  );
}

function accepted(spec: unknown): Policy {
  const { policy, problems } = read(spec);
  if (policy === undefined) throw new Error(JSON.stringify(problems));
  return policy;
}

/** `list: kind of peers` for each rule. */
function rules(spec: unknown): readonly string[] {
  return (accepted(spec).specs[0]?.rules ?? []).map(
    ({ list, index, peers }) =>
      `${list}[${index}] ${peers.kind === 'some' ? peers.peers.map(({ kind }) => kind).join() : peers.kind}`,
  );
}

describe('isolation', () => {
  it.each([
    ['nothing written', {}, ['ingress[0] none']],
    ['ingress named', { policyTypes: ['Ingress'] }, ['ingress[0] none']],
    ['egress named', { policyTypes: ['Egress'] }, ['egress[0] none']],
    ['both named', { policyTypes: ['Ingress', 'Egress'] }, ['ingress[0] none', 'egress[0] none']],
    ['empty lists', { ingress: [], egress: [] }, ['ingress[0] none']],
    ['a rule that admits everything', { ingress: [{}] }, ['ingress[0] entity']],
    ['rules of egress alone, nothing named', { egress: [{}] }, ['ingress[0] none', 'egress[0] entity']],
    // Upstream would not isolate ingress here: Cilium does (issue 48703).
    [
      'rules of a direction that is not named',
      { policyTypes: ['Egress'], ingress: [{}] },
      ['ingress[0] entity', 'egress[0] none'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(rules(spec)).toEqual(expected);
  });

  it('is default-deny for each direction that has a rule', () => {
    expect(accepted({}).specs[0]).toMatchObject({
      enableDefaultDeny: { ingress: true, egress: true },
      rules: [{ path: ['spec'], place: { column: 1 } }],
    });
  });
});

describe('peers', () => {
  it('are everyone where the list is empty, and are otherwise OR-ed in one rule', () => {
    expect(rules({ ingress: [{ from: [] }] })).toEqual(['ingress[0] entity']);
    const [rule] =
      accepted({
        egress: [
          {
            to: [
              { podSelector: { matchLabels: { app: 'db' } } },
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'mill' } },
                podSelector: {},
              },
              { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
            ],
          },
        ],
        policyTypes: ['Egress'],
      }).specs[0]?.rules ?? [];
    expect(rule?.path).toEqual(['spec', 'egress', 0]);
    expect(rule?.peers).toMatchObject({
      kind: 'some',
      peers: [
        { kind: 'pods', pods: { requirements: [{ source: 'k8s', key: 'app' }] } },
        {
          kind: 'pods',
          pods: { requirements: [] },
          namespaces: { requirements: [{ source: 'k8s', key: 'kubernetes.io/metadata.name' }] },
        },
        { kind: 'cidr', cidr: { length: 8 }, except: [{ length: 16 }] },
      ],
    });
  });

  it('without a selector have no field for it', () => {
    const [rule] = accepted({ ingress: [{ from: [{ namespaceSelector: {} }] }] }).specs[0]?.rules ?? [];
    expect(rule?.peers).toEqual({
      kind: 'some',
      peers: [{ kind: 'pods', namespaces: { requirements: [] } }],
    });
  });
});

describe('ports', () => {
  it.each([
    ['none', undefined, undefined],
    ['an empty list', [], undefined],
    ['one without anything is all of TCP', [{}], [{ kind: 'port', port: 0, protocol: 'TCP' }]],
    ['a number', [{ port: 53, protocol: 'UDP' }], [{ kind: 'port', port: 53, protocol: 'UDP' }]],
    ['a name', [{ port: 'web' }], [{ kind: 'named', name: 'web', protocol: 'TCP' }]],
    [
      'a range',
      [{ port: 8000, endPort: 8100, protocol: 'SCTP' }],
      [{ kind: 'port', port: 8000, endPort: 8100, protocol: 'SCTP' }],
    ],
  ])('%s', (_, ports, expected) => {
    const [rule] = accepted({ ingress: [ports === undefined ? {} : { ports }] }).specs[0]?.rules ?? [];
    expect(rule?.ports).toEqual(expected === undefined ? undefined : [{ ports: expected }]);
  });
});

describe('what the API server refuses', () => {
  it.each([
    ['a peer of nothing', { ingress: [{ from: [{}] }] }, 'spec.ingress[0].from[0]'],
    [
      'a block beside a selector',
      { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' }, podSelector: {} }] }] },
      'spec.ingress[0].from[0].ipBlock',
    ],
    ['a block without a CIDR', { egress: [{ to: [{ ipBlock: {} }] }] }, 'spec.egress[0].to[0].ipBlock.cidr'],
    [
      'an address',
      { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.1' } }] }] },
      'spec.egress[0].to[0].ipBlock.cidr',
    ],
    [
      'an exception as large',
      { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }] },
      'spec.egress[0].to[0].ipBlock.except[0]',
    ],
    [
      'an exception outside',
      { egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] },
      'spec.egress[0].to[0].ipBlock.except[0]',
    ],
    ['a port out of range', { ingress: [{ ports: [{ port: 65_536 }] }] }, 'spec.ingress[0].ports[0].port'],
    ['a port in quotes', { ingress: [{ ports: [{ port: '80' }] }] }, 'spec.ingress[0].ports[0].port'],
    ['a port name in capitals', { ingress: [{ ports: [{ port: 'WEB' }] }] }, 'spec.ingress[0].ports[0].port'],
    [
      'a range without a port',
      { ingress: [{ ports: [{ endPort: 90 }] }] },
      'spec.ingress[0].ports[0].endPort',
    ],
    [
      'a range of a name',
      { ingress: [{ ports: [{ port: 'web', endPort: 90 }] }] },
      'spec.ingress[0].ports[0].endPort',
    ],
    [
      'a range backwards',
      { ingress: [{ ports: [{ port: 91, endPort: 90 }] }] },
      'spec.ingress[0].ports[0].endPort',
    ],
    [
      'a protocol that only Cilium knows',
      { ingress: [{ ports: [{ port: 7, protocol: 'ANY' }] }] },
      'spec.ingress[0].ports[0].protocol',
    ],
    ['a type in lower case', { policyTypes: ['egress'] }, 'spec.policyTypes[0]'],
    ['three types', { policyTypes: ['Egress', 'Ingress', 'Egress'] }, 'spec.policyTypes'],
    [
      'a key with a source',
      { podSelector: { matchLabels: { 'k8s:app': 'web' } } },
      'spec.podSelector.matchLabels["k8s:app"]',
    ],
    [
      'an operator',
      { ingress: [{ from: [{ namespaceSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }] }] },
      'spec.ingress[0].from[0].namespaceSelector.matchExpressions[0].operator',
    ],
  ])('%s', (_, spec, field) => {
    expect(read(spec)).toMatchObject({ policy: undefined, problems: [{ code: 'schema', field }] });
  });

  it('does not refuse a field of Cilium, which it drops', () => {
    const { policy, problems } = read({ endpointSelector: {}, ingress: [{ fromEndpoints: [{}] }] });
    expect(problems.map(({ code, expected }) => `${code} ${expected}`)).toEqual([
      'unknown-field podSelector',
      'unknown-field ',
    ]);
    // And so everything is admitted to every pod of the namespace.
    expect(policy?.specs[0]?.rules[0]?.peers).toEqual({
      kind: 'some',
      peers: [{ kind: 'entity', entity: 'all' }],
    });
  });
});

describe('the head', () => {
  it('has the namespace that is written, else default', () => {
    expect(accepted({})).toMatchObject({ kind: 'NetworkPolicy', namespace: 'farm', name: 'press' });
    expect(read({}, { name: 'press' }).policy?.namespace).toBe('default');
  });

  it('may have no spec, which selects every pod and isolates it', () => {
    expect(read(undefined).policy?.specs[0]).toMatchObject({
      subject: { kind: 'endpoints', selector: { requirements: [] } },
      rules: [{ list: 'ingress', peers: { kind: 'none' } }],
    });
  });
});
