import * as fc from 'fast-check';

/**
 * Policies of every shape, as the API server holds them, over a small alphabet, so that they meet the endpoints of
 * `random-world.ts`. Nearly all are accepted; what a version refuses is left out by the reader.
 * They have no name yet.
 */
export function randomPolicy(): fc.Arbitrary<object> {
  return fc.oneof(
    { weight: 5, arbitrary: ciliumPolicy('CiliumNetworkPolicy') },
    { weight: 3, arbitrary: ciliumPolicy('CiliumClusterwideNetworkPolicy') },
    { weight: 2, arbitrary: networkPolicy() },
  );
}

export const NAMESPACES = ['a', 'b'] as const;
export const PORT_NUMBERS = [53, 80, 443, 8080] as const;
export const ADDRESSES = ['10.0.0.1/32', '10.1.0.0/16', '10.1.2.3/32', '1.2.3.4/32', 'fd00::1/128'] as const;
export const FQDNS = ['api.example.com', 'a.b.example.com', 'example.com'] as const;

type Json = fc.Arbitrary<unknown>;

function ciliumPolicy(kind: 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy'): fc.Arbitrary<object> {
  const isClusterwide = kind === 'CiliumClusterwideNetworkPolicy';
  const rule = isClusterwide
    ? fc.oneof(
        { weight: 5, arbitrary: spec('endpointSelector') },
        { weight: 1, arbitrary: spec('nodeSelector') },
      )
    : spec('endpointSelector');
  return fc
    .record({
      namespace: fc.constantFrom(...NAMESPACES),
      rules: fc.array(rule, { minLength: 1, maxLength: 2 }),
    })
    .map(({ namespace, rules }) => ({
      apiVersion: 'cilium.io/v2',
      kind,
      metadata: isClusterwide ? {} : { namespace },
      ...(rules.length === 1 ? { spec: rules[0] } : { specs: rules }),
    }));
}

function spec(subject: 'endpointSelector' | 'nodeSelector'): Json {
  const isNode = subject === 'nodeSelector';
  const list = (element: Json): Json => fc.array(element, { minLength: 0, maxLength: 2 });
  return fc
    .record(
      {
        subject: isNode ? fc.constant({}) : subjectSelector(),
        ingress: list(element('from', isNode, false)),
        ingressDeny: list(element('from', isNode, true)),
        egress: list(element('to', isNode, false)),
        egressDeny: list(element('to', isNode, true)),
        enableDefaultDeny: fc.record({ ingress: fc.boolean(), egress: fc.boolean() }, { requiredKeys: [] }),
      },
      { requiredKeys: ['subject'] },
    )
    .map(({ subject: selector, ...lists }) => {
      const isEmpty = RULE_LISTS.every((name) => ((lists[name] as unknown[] | undefined) ?? []).length === 0);
      return { [subject]: selector, ...lists, ...(isEmpty ? { ingress: [{}] } : {}) };
    });
}

const RULE_LISTS = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const;

function element(way: 'from' | 'to', isNode: boolean, isDeny: boolean): Json {
  return fc
    .tuple(
      fc.option(peers(way, isDeny), { nil: {}, freq: 6 }),
      fc.option(ports(way, isNode, isDeny), { nil: {}, freq: 2 }),
    )
    .map(([who, where]) => ({ ...who, ...where }));
}

function peers(way: 'from' | 'to', isDeny: boolean): fc.Arbitrary<object> {
  const some = (item: Json): Json =>
    fc.oneof(
      { weight: 12, arbitrary: fc.array(item, { minLength: 1, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.constant([]) },
    );
  const kinds: fc.WeightedArbitrary<object>[] = [
    { weight: 6, arbitrary: some(peerSelector()).map((list) => ({ [`${way}Endpoints`]: list })) },
    { weight: 3, arbitrary: some(entity()).map((list) => ({ [`${way}Entities`]: list })) },
    { weight: 2, arbitrary: some(fc.constantFrom(...CIDRS)).map((list) => ({ [`${way}CIDR`]: list })) },
    { weight: 2, arbitrary: some(cidrRule()).map((list) => ({ [`${way}CIDRSet`]: list })) },
    {
      weight: 1,
      arbitrary: some(fc.constantFrom({}, { matchLabels: { pool: 'db' } })).map((list) => ({
        [`${way}Nodes`]: list,
      })),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({
          who: fc.array(peerSelector(), { minLength: 1, maxLength: 2 }),
          wanted: plainSelector(),
          isRequired: fc.boolean(),
        })
        .map(({ who, wanted, isRequired }) => ({
          [`${way}Endpoints`]: who,
          ...(isRequired ? { [`${way}Requires`]: [wanted] } : {}),
        })),
    },
    { weight: 1, arbitrary: fc.constant({ [`${way}Groups`]: [{ aws: { securityGroupsIds: ['sg-1'] } }] }) },
  ];
  if (way === 'to' && !isDeny) {
    kinds.push(
      { weight: 2, arbitrary: some(fqdn()).map((list) => ({ toFQDNs: list })) },
      { weight: 4, arbitrary: some(service()).map((list) => ({ toServices: list })) },
    );
  }
  return fc.oneof(...kinds);
}

const CIDRS = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.3/32',
  '0.0.0.0/0',
  '::/0',
  'fd00::/8',
  '1.2.3.4/32',
] as const;

function entity(): Json {
  return fc.constantFrom(
    'all',
    'world',
    'cluster',
    'host',
    'init',
    'ingress',
    'unmanaged',
    'remote-node',
    'health',
    'none',
    'kube-apiserver',
    'world',
    'cluster',
    'all',
  );
}

function cidrRule(): Json {
  return fc.oneof(
    fc.constant({ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }),
    fc.constant({ cidr: '0.0.0.0/0', except: ['10.1.2.3/32'] }),
    fc.constant({ cidr: '::/0' }),
    fc.constant({ cidrGroupRef: 'offices', except: ['10.1.2.0/24'] }),
    fc.constantFrom({ cidrGroupRef: 'missing' }, { cidrGroupRef: 'everywhere' }),
    plainSelector().map((cidrGroupSelector) => ({ cidrGroupSelector })),
  );
}

function fqdn(): Json {
  return fc.oneof(
    fc.constantFrom(...FQDNS).map((matchName) => ({ matchName })),
    fc
      .constantFrom('*.example.com', '**.example.com', '*', '*.b.example.com')
      .map((matchPattern) => ({ matchPattern })),
  );
}

function service(): Json {
  return fc.oneof(
    fc
      .record({
        serviceName: fc.constantFrom('web', 'legacy', 'missing', 'missing', 'bare'),
        namespace: fc.constantFrom('a', 'b'),
      })
      .map((k8sService) => ({ k8sService })),
    plainSelector().map((selector) => ({ k8sServiceSelector: { selector } })),
  );
}

function ports(way: 'from' | 'to', isNode: boolean, isDeny: boolean): fc.Arbitrary<object> {
  return fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .array(portRule(way, isNode, isDeny), { minLength: 0, maxLength: 2 })
        .map((toPorts) => ({ toPorts })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.record({ fields: fc.array(icmpField(), { maxLength: 2 }) }), { maxLength: 1 })
        .map((icmps) => ({ icmps })),
    },
  );
}

function icmpField(): Json {
  return fc.record({ family: fc.constantFrom('IPv4', 'IPv6'), type: fc.constantFrom(0, 8, 13) });
}

function portRule(way: 'from' | 'to', isNode: boolean, isDeny: boolean): Json {
  const plain: Json = fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom({}, { ports: [] }) },
    {
      weight: 9,
      arbitrary: fc.array(port(), { minLength: 1, maxLength: 2 }).map((list) => ({ ports: list })),
    },
  );
  if (isDeny || isNode) return plain;
  const http = { ports: [{ port: '80', protocol: 'TCP' }], rules: { http: [{ method: 'GET' }] } };
  const dns = {
    ports: [{ port: '53', protocol: 'ANY' }],
    rules: { dns: [{ matchPattern: '*.example.com' }] },
  };
  return fc.oneof(
    { weight: 8, arbitrary: plain },
    { weight: 1, arbitrary: fc.constant(way === 'to' ? dns : http) },
  );
}

function port(): Json {
  const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP', 'ANY');
  const number = fc.constantFrom(...PORT_NUMBERS).map(String);
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ port: number, protocol }, { requiredKeys: ['port'] }) },
    {
      weight: 2,
      arbitrary: fc.record({ port: number, endPort: fc.constantFrom(0, 60, 443, 9000), protocol }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ port: fc.constant('0'), endPort: fc.constantFrom(0, 80), protocol }),
    },
    { weight: 3, arbitrary: fc.record({ port: fc.constantFrom('http', 'dns', 'none'), protocol }) },
    { weight: 1, arbitrary: fc.constant({ port: '0', protocol: 'VRRP' }) },
  );
}

/** Labels that pods, Services and CIDR groups have, without Cilium's own. */
function plainSelector(): Json {
  return selectorOf(
    fc.constantFrom<readonly [string, readonly string[]]>(['app', ['x', 'y']], ['tier', ['t1']]),
    1,
  );
}

function subjectSelector(): Json {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 5, arbitrary: selectorOf(fc.constantFrom(...KEYS), 2) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        { matchLabels: { 'reserved:init': '' } },
        { matchLabels: { 'reserved:ingress': '' } },
      ),
    },
  );
}

function peerSelector(): Json {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 6, arbitrary: selectorOf(fc.constantFrom(...KEYS), 2) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>(
        { matchLabels: { 'reserved:remote-node': '' } },
        { matchExpressions: [{ key: 'reserved:none', operator: 'DoesNotExist' }] },
        {
          matchExpressions: [
            { key: 'reserved:health', operator: 'DoesNotExist' },
            { key: 'app', operator: 'NotIn', values: ['x'] },
          ],
        },
      ),
    },
  );
}

const KEYS: readonly (readonly [key: string, values: readonly string[]])[] = [
  ['app', ['x', 'y', 'z']],
  ['k8s:app', ['x', 'y']],
  ['tier', ['t1', 't2']],
  ['io.kubernetes.pod.namespace', [...NAMESPACES]],
  ['k8s:io.kubernetes.pod.namespace', [...NAMESPACES]],
  ['io.cilium.k8s.namespace.labels.team', ['red', 'blue']],
  ['io.cilium.k8s.policy.cluster', ['default', 'other']],
  ['container:app', ['x']],
];

function selectorOf(key: fc.Arbitrary<readonly [string, readonly string[]]>, most: number): Json {
  const term = key.chain(([name, values]) =>
    fc.oneof(
      fc.constantFrom(...values).map((value) => ({ label: [name, value] as const })),
      fc
        .record({
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.subarray([...values], { minLength: 1 }),
        })
        .map((rest) => ({ expression: { key: name, ...rest } })),
      fc.constantFrom('Exists', 'DoesNotExist').map((operator) => ({ expression: { key: name, operator } })),
    ),
  );
  return fc.array(term, { minLength: 1, maxLength: most }).map((terms) => {
    const labels = terms.flatMap((one) => ('label' in one ? [one.label] : []));
    const expressions = terms.flatMap((one) => ('expression' in one ? [one.expression] : []));
    return {
      ...(labels.length > 0 ? { matchLabels: Object.fromEntries(labels) as unknown } : {}),
      ...(expressions.length > 0 ? { matchExpressions: expressions } : {}),
    };
  });
}

function networkPolicy(): fc.Arbitrary<object> {
  const simple = selectorOf(
    fc.constantFrom<readonly [string, readonly string[]]>(['app', ['x', 'y']], ['tier', ['t1']]),
    1,
  );
  const namespaces = fc.oneof(
    fc.constant({}),
    selectorOf(fc.constant(['team', ['red', 'blue']] as const), 1),
  );
  const peer = fc.oneof(
    fc.oneof(fc.constant({}), simple).map((podSelector) => ({ podSelector })),
    namespaces.map((namespaceSelector) => ({ namespaceSelector })),
    fc.record({ namespaceSelector: namespaces, podSelector: simple }),
    fc.constantFrom(
      { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
      { ipBlock: { cidr: '0.0.0.0/0' } },
    ),
  );
  const onPort = fc.record(
    {
      port: fc.constantFrom<number | string>(...PORT_NUMBERS, 'http', 'dns'),
      protocol: fc.constantFrom('TCP', 'UDP'),
    },
    { requiredKeys: [] },
  );
  const rules = (way: 'from' | 'to'): Json =>
    fc.array(
      fc.record(
        { [way]: fc.array(peer, { maxLength: 2 }), ports: fc.array(onPort, { maxLength: 2 }) },
        { requiredKeys: [] },
      ),
      { maxLength: 2 },
    );
  return fc
    .record({
      namespace: fc.constantFrom(...NAMESPACES),
      spec: fc.record(
        {
          podSelector: fc.oneof(fc.constant({}), simple),
          policyTypes: fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']),
          ingress: rules('from'),
          egress: rules('to'),
        },
        { requiredKeys: ['podSelector'] },
      ),
    })
    .map(({ namespace, spec: its }) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { namespace },
      spec: its,
    }));
}
