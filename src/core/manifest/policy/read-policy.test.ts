import { describe, expect, it } from 'vitest';
import { type AgentOptions, agentOptions } from '../../model/options.ts';
import type { RawObject } from '../raw-object.ts';
import { readPolicy } from './read-policy.ts';

function raw(value: unknown): RawObject {
  return { value, file: 'p.yaml', locate: (path) => ({ file: 'p.yaml', line: path.length + 1, column: 1 }) };
}

function cilium(spec: unknown, more: Record<string, unknown> = {}): RawObject {
  return raw({
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: 'press', namespace: 'farm', uid: '1', creationTimestamp: null },
    spec,
    ...more,
  });
}

function element(where: 'ingress' | 'egress', value: unknown): RawObject {
  return cilium({ endpointSelector: {}, [where]: [value] });
}

function ports(port: unknown, rules?: unknown): unknown {
  return { toPorts: [{ ports: [port], ...(rules === undefined ? {} : { rules }) }] };
}

/** Each problem as `code field: value → expected`, and whether the policy is in force. */
function read(object: RawObject, options: Partial<AgentOptions> = {}): readonly string[] {
  const { policy, problems } = readPolicy(object, agentOptions(options));
  return [
    policy === undefined ? 'out of force' : 'in force',
    ...problems.map(({ code, field, value, expected }) => `${code} ${field}: ${value} → ${expected}`),
  ];
}

describe('a field that is dropped', () => {
  it('is named with the field that was meant, and the rest is in force', () => {
    const misspelt = element('ingress', {
      fromEndpoint: [{ matchLabels: { a: 'b' } }],
      ...Object(ports({ port: '80' })),
    });
    expect(read(misspelt)).toEqual([
      'in force',
      'unknown-field spec.ingress[0].fromEndpoint: a list of 1 → fromEndpoints',
    ]);
    // The element has lost its peers: every peer is admitted on the port.
    const rule = readPolicy(misspelt, agentOptions()).policy?.specs[0]?.rules[0];
    expect(rule?.peers).toEqual({ kind: 'omitted' });
  });

  it.each([
    [
      'toEndpoint of ingress',
      element('ingress', { toEndpoints: [{}] }),
      'spec.ingress[0].toEndpoints',
      'fromEndpoints',
    ],
    [
      'letters in the other case',
      element('egress', { toFqdns: [{ matchName: 'a.b' }] }),
      'spec.egress[0].toFqdns',
      'toFQDNs',
    ],
    ['a plural', element('ingress', { fromCIDRs: ['10.0.0.0/8'] }), 'spec.ingress[0].fromCIDRs', 'fromCIDR'],
    [
      'a selector of NetworkPolicy',
      cilium({ endpointSelector: { matchLabel: {} }, ingress: [{}] }),
      'spec.endpointSelector.matchLabel',
      'matchLabels',
    ],
    [
      'names in a deny rule',
      cilium({ endpointSelector: {}, egressDeny: [{ toFQDNs: [] }] }),
      'spec.egressDeny[0].toFQDNs',
      '',
    ],
    ['nothing like it', element('ingress', { zzz: 1 }), 'spec.ingress[0].zzz', ''],
    [
      'rules in a deny rule',
      cilium({ endpointSelector: {}, ingressDeny: [ports({ port: '80' }, { http: [] })] }),
      'spec.ingressDeny[0].toPorts[0].rules',
      '',
    ],
  ])('%s', (_, object, field, nearest) => {
    const { policy, problems } = readPolicy(object, agentOptions());
    expect(policy).toBeDefined();
    expect(problems).toMatchObject([{ code: 'unknown-field', field, expected: nearest }]);
  });

  it('is one with null too, and then is as if not written', () => {
    expect(read(element('ingress', { fromEndpoints: null, ...Object(ports({ port: '80' })) }))).toEqual([
      'in force',
      'unknown-field spec.ingress[0].fromEndpoints: null → a list',
    ]);
  });

  it('is a label with null too, and then selects more', () => {
    const object = element('ingress', { fromEndpoints: [{ matchLabels: { app: null } }] });
    const [state, problem] = read(object);
    expect(state).toBe('in force');
    expect(problem).toMatch(/^unknown-field spec.ingress\[0\].fromEndpoints\[0\].matchLabels.app: null → /);
    expect(readPolicy(object, agentOptions()).policy?.specs[0]?.rules[0]?.peers).toEqual({
      kind: 'some',
      peers: [{ kind: 'endpoints', selector: { requirements: [] } }],
    });
  });

  it('is no item of a list: there null is refused', () => {
    expect(read(element('ingress', { fromEndpoints: [null] }))).toEqual([
      'out of force',
      'schema spec.ingress[0].fromEndpoints[0]: null → an object',
    ]);
  });

  it('can leave an object that is refused', () => {
    expect(read(cilium({ endpointSelector: null, ingress: [{}] }))).toEqual([
      'out of force',
      'schema spec: {ingress} → exactly one of endpointSelector, nodeSelector',
      'unknown-field spec.endpointSelector: null → an object',
    ]);
  });

  it('is Kafka from 1.20, which leaves empty rules', () => {
    const kafka = element('ingress', ports({ port: '9092', protocol: 'TCP' }, { kafka: [{ topic: 'a' }] }));
    expect(read(kafka, { version: '1.19' })).toEqual(['in force']);
    expect(read(kafka, { version: '1.20' })).toEqual([
      'out of force',
      'schema spec.ingress[0].toPorts[0].rules: {} → exactly one of http, dns',
      'unknown-field spec.ingress[0].toPorts[0].rules.kafka: a list of 1 → ',
    ]);
  });
});

describe('what the API server refuses', () => {
  it.each([
    [
      'a number where text is meant',
      element('ingress', ports({ port: 8080 })),
      'spec.ingress[0].toPorts[0].ports[0].port: 8080 → a string in quotes: "8080"',
    ],
    [
      'true where text is meant',
      cilium({ endpointSelector: { matchLabels: { a: true } }, ingress: [{}] }),
      'spec.endpointSelector.matchLabels.a: true → a string in quotes: "true"',
    ],
    [
      'a protocol in lower case',
      element('ingress', ports({ port: '80', protocol: 'tcp' })),
      'spec.ingress[0].toPorts[0].ports[0].protocol: tcp → TCP',
    ],
    [
      'an entity in capitals',
      element('egress', { toEntities: ['World'] }),
      'spec.egress[0].toEntities[0]: World → world',
    ],
    [
      'an entity that only the agent knows',
      element('egress', { toEntities: ['world-ipv4'] }),
      'spec.egress[0].toEntities[0]: world-ipv4 → all, world, cluster, host, init, ingress, unmanaged, remote-node, health, none, kube-apiserver, cluster-mesh',
    ],
    [
      'an address without a mask',
      element('egress', { toCIDR: ['10.0.0.1'] }),
      'spec.egress[0].toCIDR[0]: 10.0.0.1 → a CIDR such as 10.0.0.0/8',
    ],
    [
      'one where a list is meant',
      element('egress', { toEntities: 'world' }),
      'spec.egress[0].toEntities: world → a list',
    ],
    [
      'rules of no kind',
      element('ingress', ports({ port: '80', protocol: 'TCP' }, {})),
      'spec.ingress[0].toPorts[0].rules: {} → exactly one of http, dns',
    ],
    [
      'a name and a pattern',
      element('egress', { toFQDNs: [{ matchName: 'a', matchPattern: 'a' }] }),
      'spec.egress[0].toFQDNs[0]: {matchName, matchPattern} → exactly one of matchName, matchPattern',
    ],
    [
      'requirements that were removed',
      element('ingress', { fromRequires: [{}] }),
      'spec.ingress[0].fromRequires: a list of 1 → an empty list',
    ],
    [
      'server names given twice',
      element('egress', { toPorts: [{ ports: [{ port: '443' }], serverNames: ['a.b', 'a.b'] }] }),
      'spec.egress[0].toPorts[0].serverNames[1]: a.b → each item once',
    ],
    [
      'no server names',
      element('egress', { toPorts: [{ ports: [{ port: '443' }], serverNames: [] }] }),
      'spec.egress[0].toPorts[0].serverNames: a list of 0 → at least 1 items',
    ],
    [
      'an end port that is none',
      element('ingress', ports({ port: '80', endPort: 70_000 })),
      'spec.ingress[0].toPorts[0].ports[0].endPort: 70000 → a whole number from 0 to 65535',
    ],
    [
      'a list that is there and a subject that is not',
      cilium({ ingress: [{}] }),
      'spec: {ingress} → exactly one of endpointSelector, nodeSelector',
    ],
    [
      'a mode of authentication',
      element('ingress', { authentication: { mode: 'require' } }),
      'spec.ingress[0].authentication.mode: require → required',
    ],
    [
      'a message for the log',
      cilium({ endpointSelector: {}, ingress: [{}], log: { value: 'x'.repeat(33) } }),
      `spec.log.value: ${'x'.repeat(33)} → at most 32 printable characters`,
    ],
    [
      'an ICMP type',
      element('ingress', { icmps: [{ fields: [{ type: '256' }] }] }),
      'spec.ingress[0].icmps[0].fields[0].type: 256 → a number from 0 to 255 or the name of an ICMP type',
    ],
    [
      'an older version',
      cilium({ endpointSelector: {}, ingress: [{}] }, { apiVersion: 'cilium.io/v1' }),
      'apiVersion: cilium.io/v1 → cilium.io/v2',
    ],
    [
      'a name in capitals',
      cilium({ endpointSelector: {}, ingress: [{}] }, { metadata: { name: 'Press' } }),
      'metadata.name: Press → a lower-case DNS name of at most 253 characters',
    ],
    [
      'a label of the object',
      cilium({ endpointSelector: {}, ingress: [{}] }, { metadata: { name: 'a', labels: { b: 1 } } }),
      'metadata.labels.b: 1 → a string in quotes: "1"',
    ],
  ])('%s', (_, object, problem) => {
    expect(read(object)).toEqual(['out of force', `schema ${problem}`]);
  });

  it('says it once where both gates would', () => {
    expect(read(element('ingress', { fromEntities: ['everyone'] }))).toHaveLength(2);
    expect(read(cilium({}))).toHaveLength(3);
  });

  it('has neither spec nor specs since 1.20; before, the agent says so', () => {
    const empty = raw({ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: { name: 'a' } });
    expect(read(empty, { version: '1.19' })[1]).toMatch(/^refused-by-agent : /);
    expect(read(empty)[1]).toMatch(/^schema : /);
  });

  it('wants a port until 1.18', () => {
    const portless = element('ingress', ports({ protocol: 'UDP' }));
    expect(read(portless, { version: '1.18' })[1]).toMatch(
      /^schema spec.ingress\[0\].toPorts\[0\].ports\[0\].port: /,
    );
    expect(read(portless, { version: '1.19' })[1]).toMatch(/^refused-by-agent /);
  });

  it('does not look at the host of an HTTP rule', () => {
    const rules = { http: [{ host: '.*\\.example\\.com' }] };
    expect(read(element('ingress', ports({ port: '80', protocol: 'TCP' }, rules)))).toEqual(['in force']);
  });
});

describe('what the agent refuses after the API server took it', () => {
  it.each([
    [
      'a port over 65535',
      element('ingress', ports({ port: '70000' })),
      'spec.ingress[0].toPorts[0].ports[0].port: 70000',
    ],
    [
      'an empty list of rules',
      cilium({ endpointSelector: {}, ingress: [] }),
      'spec: {endpointSelector, ingress}',
    ],
    [
      'a key with a space',
      cilium({ endpointSelector: { matchLabels: { 'a b': 'c' } }, ingress: [{}] }),
      'spec.endpointSelector.matchLabels["a b"]: a b',
    ],
    [
      'two kinds of peers',
      element('egress', { toEntities: ['world'], toCIDR: ['10.0.0.0/8'] }),
      'spec.egress[0].toEntities: toCIDR and toEntities',
    ],
    [
      'HTTP on any protocol',
      element('ingress', ports({ port: '80' }, { http: [{}] })),
      'spec.ingress[0].toPorts[0].ports[0].protocol: ANY',
    ],
    ['nodes without the option', element('ingress', { fromNodes: [{}] }), 'spec.ingress[0].fromNodes: '],
  ])('%s', (_, object, problem) => {
    const [state, found, ...more] = read(object);
    expect([state, more]).toEqual(['out of force', []]);
    expect(found).toContain(`refused-by-agent ${problem} → `);
  });
});

describe('a variable without a value', () => {
  it.each([
    ['in a CIDR', element('egress', { toCIDR: ['${ROUTER}/32'] }), 'spec.egress[0].toCIDR[0]'],
    [
      'in a label',
      element('ingress', { fromEndpoints: [{ matchLabels: { app: '${APP}' } }] }),
      'spec.ingress[0].fromEndpoints[0].matchLabels.app',
    ],
    ['in a port', element('ingress', ports({ port: '${PORT}' })), 'spec.ingress[0].toPorts[0].ports[0].port'],
    ['in place of a list', element('egress', { toEntities: '${ENTITIES}' }), 'spec.egress[0].toEntities'],
  ])('is named as such: %s', (_, object, field) => {
    expect(readPolicy(object, agentOptions())).toMatchObject({
      policy: undefined,
      problems: [{ code: 'unresolved-variable', field }],
    });
  });

  it('is left alone in a name, which changes no verdict', () => {
    const named = cilium({ endpointSelector: {}, ingress: [{}] }, { metadata: { name: '${CLUSTER}-press' } });
    expect(read(named)).toEqual(['in force']);
  });
});

describe('an object', () => {
  it('of another kind is no policy', () => {
    expect(read(raw({ kind: 'Deployment' }))[1]).toMatch(/^schema kind: Deployment → CiliumNetworkPolicy/);
    expect(read(raw(7))[0]).toBe('out of force');
  });

  it('keeps every problem with its place and its object', () => {
    const { problems } = readPolicy(element('ingress', { fromEndpoint: [] }), agentOptions());
    expect(problems).toMatchObject([
      {
        place: { file: 'p.yaml', line: 5 },
        object: { kind: 'CiliumNetworkPolicy', namespace: 'farm', name: 'press' },
      },
    ]);
  });

  it('shows 50 problems at most, those that block first, and says how many more there are', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`extra${i}`, i]));
    const { policy, problems } = readPolicy(
      element('ingress', { ...many, fromEntities: ['nobody'] }),
      agentOptions(),
    );
    expect(policy).toBeUndefined();
    expect(problems).toHaveLength(50);
    expect(problems[0]?.code).toBe('schema');
    expect(problems[49]).toMatchObject({ code: 'unknown-field', field: '', value: '12 more' });
  });

  it('cannot hide a field behind a prototype', () => {
    const value: unknown = JSON.parse(
      '{"apiVersion":"cilium.io/v2","kind":"CiliumNetworkPolicy","metadata":{"name":"a"},' +
        '"spec":{"endpointSelector":{"matchLabels":{"__proto__":"x"}},"ingress":[{"__proto__":{"fromEntities":["all"]}}]}}',
    );
    const { policy, problems } = readPolicy(raw(value), agentOptions());
    expect(problems.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'refused-by-agent spec.endpointSelector.matchLabels.__proto__',
      'unknown-field spec.ingress[0].__proto__',
    ]);
    expect(policy).toBeUndefined();
  });
});
