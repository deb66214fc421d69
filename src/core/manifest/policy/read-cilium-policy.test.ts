import { describe, expect, it } from 'vitest';
import { formatCidr } from '../../model/cidr.ts';
import { type AgentOptions, agentOptions } from '../../model/options.ts';
import type { Peer, PolicySpec, Rule } from '../../model/policy.ts';
import { readPolicy } from './read-policy.ts';

function specs(value: Record<string, unknown>, options: Partial<AgentOptions> = {}): readonly PolicySpec[] {
  const metadata = { name: 'press', namespace: 'farm' };
  const { policy, problems } = readPolicy(
    {
      value: { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata, ...value },
      file: 'p.yaml',
      locate: (path) => ({ file: 'p.yaml', line: 1, column: path.length }),
    },
    agentOptions(options),
  );
  if (policy === undefined) throw new Error(JSON.stringify(problems));
  return policy.specs;
}

function rule(where: string, element: unknown, options: Partial<AgentOptions> = {}): Rule {
  const [spec] = specs({ spec: { endpointSelector: {}, [where]: [element] } }, options);
  const [first] = spec?.rules ?? [];
  if (first === undefined) throw new Error('no rule');
  return first;
}

const toPorts = [{ ports: [{ port: '80', protocol: 'TCP' }] }];

describe('peers', () => {
  it.each([
    ['none written', 'ingress', {}, 'omitted'],
    ['none written, with ports', 'ingress', { toPorts }, 'omitted'],
    ['an empty list of endpoints', 'ingress', { fromEndpoints: [] }, 'none'],
    ['an empty list of nodes', 'ingress', { fromNodes: [] }, 'none'],
    ['an empty list of entities', 'egress', { toEntities: [], toPorts }, 'none'],
    ['an empty list of CIDRs', 'egressDeny', { toCIDR: [] }, 'none'],
    ['an empty list of CIDR rules', 'ingressDeny', { fromCIDRSet: [] }, 'none'],
    ['an empty list of names', 'egress', { toFQDNs: [], toPorts }, 'omitted'],
    ['an empty list of services', 'egress', { toServices: [], toPorts }, 'omitted'],
    ['an empty list of groups', 'egress', { toGroups: [], toPorts }, 'omitted'],
    ['an empty list beside a full one', 'ingress', { fromEndpoints: [], fromEntities: ['world'] }, 'none'],
    ['an empty list beside names', 'egress', { toEndpoints: [], toFQDNs: [{ matchName: 'a.b' }] }, 'none'],
    ['an empty list of names beside a full one', 'egress', { toFQDNs: [], toEntities: ['world'] }, 'some'],
    ['services that a deny rule never looks up', 'egressDeny', { toServices: [{}], toPorts }, 'omitted'],
    ['the empty selector', 'ingress', { fromEndpoints: [{}] }, 'some'],
  ])('%s', (_, where, element, kind) => {
    expect(rule(where, element).peers.kind).toBe(kind);
  });

  it.each<[string, string, Record<string, unknown>, readonly Peer[]]>([
    [
      'endpoints by label',
      'ingress',
      {
        fromEndpoints: [
          {
            matchLabels: { app: 'web', 'k8s:tier': 'front' },
            matchExpressions: [
              { key: 'reserved:host', operator: 'DoesNotExist' },
              { key: 'env', operator: 'NotIn', values: ['dev', 'test'] },
            ],
          },
        ],
      },
      [
        {
          kind: 'endpoints',
          selector: {
            requirements: [
              { source: 'any', key: 'app', operator: 'In', values: ['web'], isLabel: true },
              { source: 'k8s', key: 'tier', operator: 'In', values: ['front'], isLabel: true },
              { source: 'reserved', key: 'host', operator: 'DoesNotExist', values: [] },
              { source: 'any', key: 'env', operator: 'NotIn', values: ['dev', 'test'] },
            ],
          },
        },
      ],
    ],
    [
      'entities',
      'egressDeny',
      { toEntities: ['host', 'kube-apiserver'] },
      [
        { kind: 'entity', entity: 'host' },
        { kind: 'entity', entity: 'kube-apiserver' },
      ],
    ],
    [
      'names',
      'egress',
      { toFQDNs: [{ matchName: 'A.example' }, { matchPattern: '*.example' }] },
      [
        { kind: 'fqdn', pattern: { matchName: 'A.example' } },
        { kind: 'fqdn', pattern: { matchPattern: '*.example' } },
      ],
    ],
    [
      'services',
      'egress',
      {
        toServices: [
          { k8sService: { serviceName: 'db' } },
          { k8sServiceSelector: { selector: { matchLabels: { a: 'b' } }, namespace: 'farm' } },
          {},
        ],
      },
      [
        { kind: 'service', name: 'db', namespace: '' },
        {
          kind: 'service-selector',
          selector: {
            requirements: [{ source: 'any', key: 'a', operator: 'In', values: ['b'], isLabel: true }],
          },
          namespace: 'farm',
        },
        { kind: 'service', name: '', namespace: '' },
      ],
    ],
    ['security groups', 'ingress', { fromGroups: [{ aws: { region: 'x' } }] }, [{ kind: 'cloud-group' }]],
    [
      'groups of CIDRs',
      'ingress',
      { fromCIDRSet: [{ cidrGroupRef: 'mills' }, { cidrGroupSelector: {} }] },
      [
        { kind: 'cidr-group', group: { ref: 'mills' }, except: [] },
        { kind: 'cidr-group', group: { selector: { requirements: [] } }, except: [] },
      ],
    ],
  ])('%s', (_, where, element, peers) => {
    expect(rule(where, element).peers).toEqual({ kind: 'some', peers });
  });

  it('mask the host bits of CIDRs, and keep exceptions', () => {
    const { peers } = rule('egress', {
      toCIDRSet: [{ cidr: '10.1.2.3/8', except: ['10.1.0.0/16'] }, { cidr: '2001:db8::1/32' }],
    });
    const shown = peers.kind === 'some' ? peers.peers : [];
    expect(
      shown.map((peer) =>
        peer.kind === 'cidr' ? [formatCidr(peer.cidr), ...peer.except.map(formatCidr)] : peer,
      ),
    ).toEqual([['10.0.0.0/8', '10.1.0.0/16'], ['2001:db8::/32']]);
  });

  it('of nodes need the option', () => {
    expect(rule('ingress', { fromNodes: [{}] }, { nodeSelectorLabels: true }).peers).toEqual({
      kind: 'some',
      peers: [{ kind: 'nodes', selector: { requirements: [] } }],
    });
  });
});

describe('ports', () => {
  it.each([
    ['none written', {}, undefined],
    ['empty lists', { toPorts: [], icmps: [] }, undefined],
    ['an element without ports', { toPorts: [{}] }, [{ ports: [] }]],
    ['ICMP without fields', { icmps: [{ fields: [] }] }, [{ ports: [] }]],
    [
      'a number, a name, a range, everything',
      {
        toPorts: [
          {
            ports: [
              { port: '80', protocol: 'TCP' },
              { port: 'DNS-tcp' },
              { port: '8000', endPort: 80, protocol: 'UDP' },
              { port: '0', protocol: 'ANY' },
              { port: '010' },
            ],
          },
        ],
      },
      [
        {
          ports: [
            { kind: 'port', port: 80, protocol: 'TCP' },
            { kind: 'named', name: 'dns-tcp', protocol: 'ANY' },
            { kind: 'port', port: 8000, endPort: 80, protocol: 'UDP' },
            { kind: 'port', port: 0, protocol: 'ANY' },
            { kind: 'port', port: 8, protocol: 'ANY' },
          ],
        },
      ],
    ],
    [
      'ICMP by number and by name of each family',
      {
        icmps: [
          {
            fields: [
              { type: 8 },
              { type: 'EchoReply' },
              { type: 'EchoReply', family: 'IPv6' },
              { type: '11' },
            ],
          },
        ],
      },
      [
        {
          ports: [
            { kind: 'icmp', family: 'IPv4', type: 8 },
            { kind: 'icmp', family: 'IPv4', type: 0 },
            { kind: 'icmp', family: 'IPv6', type: 129 },
            { kind: 'icmp', family: 'IPv4', type: 11 },
          ],
        },
      ],
    ],
  ])('%s', (_, element, ports) => {
    expect(rule('ingress', element).ports).toEqual(ports);
  });

  it('may be missing for protocols without ports', () => {
    const element = { toPorts: [{ ports: [{ protocol: 'VRRP' }] }] };
    expect(rule('ingress', element, { extendedProtocols: true }).ports).toEqual([
      { ports: [{ kind: 'port', port: 0, protocol: 'VRRP' }] },
    ]);
  });
});

describe('rules on contents', () => {
  const ports = [{ port: '443', protocol: 'TCP' }];

  it.each([
    ['no HTTP rule', 'ingress', { rules: { http: [] } }, undefined],
    ['an HTTP rule without terms', 'ingress', { rules: { http: [{}] } }, { kind: 'http', rules: [{}] }],
    [
      'HTTP rules',
      'ingress',
      {
        rules: {
          http: [
            {
              method: 'GET',
              path: '/a',
              host: 'h',
              headers: ['X-A: 1'],
              headerMatches: [
                { name: 'X', value: 'v', mismatch: 'LOG' },
                { name: 'Y', secret: { name: 's' } },
              ],
            },
          ],
        },
      },
      {
        kind: 'http',
        rules: [
          {
            method: 'GET',
            path: '/a',
            host: 'h',
            headers: ['X-A: 1'],
            headerMatches: [
              { name: 'X', value: 'v', hasSecret: false, mismatch: 'LOG' },
              { name: 'Y', hasSecret: true },
            ],
          },
        ],
      },
    ],
    [
      'DNS rules',
      'egress',
      { rules: { dns: [{ matchPattern: '*' }, { matchName: 'a.b' }] } },
      { kind: 'dns', rules: [{ matchPattern: '*' }, { matchName: 'a.b' }] },
    ],
    ['server names', 'egress', { serverNames: ['*.a.b'] }, { kind: 'sni', names: ['*.a.b'] }],
    [
      'server names with HTTP rules are HTTP',
      'egress',
      { serverNames: ['a.b'], terminatingTLS: { secret: { name: 's' } }, rules: { http: [{}] } },
      { kind: 'http', rules: [{}] },
    ],
    [
      'a listener',
      'egress',
      { listener: { name: 'l', envoyConfig: { name: 'c' } } },
      { kind: 'other', what: 'listener' },
    ],
  ])('%s', (_, where, more, l7) => {
    expect(rule(where, { toPorts: [{ ports, ...more }] }).ports?.[0]?.l7).toEqual(l7);
  });

  it('of Kafka and proxylib are seen until 1.19', () => {
    const kafka = { toPorts: [{ ports, rules: { kafka: [{ topic: 'a' }] } }] };
    const proxylib = { toPorts: [{ ports, rules: { l7proto: 'cassandra' } }] };
    expect(rule('ingress', kafka, { version: '1.19' }).ports?.[0]?.l7).toEqual({
      kind: 'other',
      what: 'kafka',
    });
    expect(rule('ingress', proxylib, { version: '1.18' }).ports?.[0]?.l7).toEqual({
      kind: 'other',
      what: 'cassandra',
    });
  });
});

describe('a policy', () => {
  it('has one rule for each element, in the order of the lists, with its path and place', () => {
    const [first, second] = specs({
      spec: { endpointSelector: {}, egress: [{}], ingressDeny: [{}, {}], ingress: [{}] },
      specs: [{ endpointSelector: { matchLabels: { a: 'b' } }, egressDeny: [{}] }],
    });
    expect(
      first?.rules.map(({ list, index, direction, effect }) => [list, index, direction, effect]),
    ).toEqual([
      ['ingress', 0, 'ingress', 'allow'],
      ['ingressDeny', 0, 'ingress', 'deny'],
      ['ingressDeny', 1, 'ingress', 'deny'],
      ['egress', 0, 'egress', 'allow'],
    ]);
    expect(first?.place.column).toBe(1);
    expect(second?.rules[0]).toMatchObject({ path: ['specs', 0, 'egressDeny', 0], place: { column: 4 } });
    expect(second?.subject.selector.requirements).toHaveLength(1);
  });

  it('keeps default-deny as it is written', () => {
    const spec = { endpointSelector: {}, ingress: [{}] };
    expect(specs({ spec })[0]?.enableDefaultDeny).toEqual({});
    expect(specs({ spec: { ...spec, enableDefaultDeny: { egress: false } } })[0]?.enableDefaultDeny).toEqual({
      egress: false,
    });
  });

  it('keeps the requirements of 1.18 and the mode of authentication', () => {
    const element = {
      fromEndpoints: [{}],
      fromRequires: [{ matchLabels: { a: 'b' } }],
      authentication: { mode: 'required' },
    };
    expect(rule('ingress', element, { version: '1.18' })).toMatchObject({
      requires: [{ requirements: [{ source: 'any', key: 'a' }] }],
      authentication: 'required',
    });
  });

  it('without rules at all may have an empty list of specs', () => {
    expect(specs({ specs: [] })).toEqual([]);
  });

  it('of a node is a clusterwide one, and has no namespace even where one is written', () => {
    const { policy } = readPolicy(
      {
        value: {
          apiVersion: 'cilium.io/v2',
          kind: 'CiliumClusterwideNetworkPolicy',
          metadata: { name: 'a', namespace: 'farm' },
          spec: { nodeSelector: {}, ingress: [{}], description: 'All nodes' },
        },
        file: 'p.yaml',
        locate: () => ({ file: 'p.yaml', line: 3, column: 1 }),
      },
      agentOptions(),
    );
    expect(policy).toMatchObject({
      kind: 'CiliumClusterwideNetworkPolicy',
      namespace: '',
      name: 'a',
      place: { line: 3 },
      description: 'All nodes',
      specs: [{ subject: { kind: 'nodes', selector: { requirements: [] } } }],
    });
  });
});
