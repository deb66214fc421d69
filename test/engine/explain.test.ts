import { describe, expect, it } from 'vitest';
import { compile } from '../../src/core/engine/index.ts';
import type { Decision } from '../../src/core/model/decision.ts';
import type { L7Request } from '../../src/core/model/l7.ts';
import { ccnp, cnp, knp } from '../lib/policies.ts';
import { type WorldGiven, worldFrom } from '../lib/world-from.ts';

describe('what an answer says', () => {
  it('which rules allowed, by policy, list, index and place', () => {
    const given = {
      policies: [
        cnp(
          'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}, {fromEntities: [world]}, {fromEndpoints: [{}]}]',
          'open',
        ),
        ccnp('endpointSelector: {matchLabels: {app: y}}, ingress: [{fromEntities: [cluster]}]', 'wide'),
      ].join(''),
    };
    const { ingress, egress } = asked(given, 'a/x', 'a/y');
    expect(ingress).toMatchObject({
      verdict: 'allowed',
      reason: 'allow-rule',
      subject: 'a/y',
      l7: false,
      nearest: [],
    });
    expect(ingress.rules).toEqual([
      {
        policy: { kind: 'CiliumNetworkPolicy', namespace: 'a', name: 'open' },
        list: 'ingress',
        index: 0,
        place: place(0),
      },
      {
        policy: { kind: 'CiliumNetworkPolicy', namespace: 'a', name: 'open' },
        list: 'ingress',
        index: 2,
        place: place(0),
      },
      {
        policy: { kind: 'CiliumClusterwideNetworkPolicy', namespace: '', name: 'wide' },
        list: 'ingress',
        index: 0,
        place: place(1),
      },
    ]);
    expect(ingress.defaultDenyBy.map(({ name }) => name)).toEqual(['open', 'wide']);
    expect(egress).toMatchObject({
      verdict: 'not-enforced',
      reason: 'no-policy',
      subject: 'a/x',
      rules: [],
      defaultDenyBy: [],
    });
  });

  it('which rules denied, and no allow beside them', () => {
    const policies = cnp(
      'endpointSelector: {}, ingress: [{fromEntities: [all]}], ingressDeny: [{fromEntities: [host]}, {fromEndpoints: [{}]}]',
    );
    const { ingress } = asked({ policies }, 'a/x', 'a/y');
    expect(ingress.reason).toBe('deny-rule');
    expect(ingress.rules.map(({ list, index }) => `${list}[${index}]`)).toEqual(['ingressDeny[1]']);
  });

  it('who made a direction default-deny: each policy once, and not those that only add', () => {
    const policies = [
      cnp('endpointSelector: {}, ingress: [{}, {}]', 'hard'),
      cnp(
        'endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEntities: [health]}]',
        'soft',
      ),
      cnp('endpointSelector: {}, egress: [{}]', 'other-way'),
      cnp('endpointSelector: {matchLabels: {app: x}}, ingress: [{}]', 'other-pod'),
      knp('podSelector: {}', 'kubernetes'),
    ].join('');
    const { ingress } = asked({ policies }, '1.1.1.1', 'a/y');
    expect(ingress.reason).toBe('default-deny');
    expect(ingress.defaultDenyBy.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'CiliumNetworkPolicy hard',
      'NetworkPolicy kubernetes',
    ]);
    expect(ingress.defaultDenyBy[0]?.place).toEqual(place(0));
  });

  it('that an endpoint is outside, exempt, or not enforced, and why', () => {
    const policies = cnp(
      'endpointSelector: {}, enableDefaultDeny: {ingress: false}, ingress: [{fromEntities: [health]}]',
    );
    expect(asked({ policies }, '1.1.1.1', 'a/y').egress).toMatchObject({
      verdict: 'unjudged',
      reason: 'outside',
    });
    expect(asked({ policies }, '1.1.1.1', 'host').ingress).toMatchObject({
      verdict: 'not-enforced',
      reason: 'host-firewall-off',
    });
    expect(asked({ policies }, '1.1.1.1', 'a/y').ingress).toMatchObject({
      verdict: 'allowed',
      reason: 'no-default-deny',
      rules: [],
    });
    expect(asked({ policies }, 'host', 'a/y').ingress).toMatchObject({ reason: 'local-host', rules: [] });
    expect(asked({ policies, options: { enforcement: 'never' } }, 'a/x', 'a/y').ingress.reason).toBe(
      'enforcement-never',
    );
    expect(asked({ options: { enforcement: 'always' } }, 'a/x', 'a/y').ingress).toMatchObject({
      verdict: 'denied',
      reason: 'enforced-always',
      defaultDenyBy: [],
    });
  });

  it('one side by itself, though the other denies too', () => {
    const policies = [
      cnp('endpointSelector: {matchLabels: {app: x}}, egress: [{}]', 'out'),
      cnp('endpointSelector: {matchLabels: {app: y}}, ingress: [{}]', 'in'),
    ].join('');
    const decision = asked({ policies }, 'a/x', 'a/y');
    expect(decision).toMatchObject({ verdict: 'denied', from: 'a/x', to: 'a/y', protocol: 'TCP', port: 80 });
    expect([decision.egress.reason, decision.ingress.reason]).toEqual(['default-deny', 'default-deny']);
  });
});

describe('near misses', () => {
  const closed = cnp('endpointSelector: {}, ingress: [{}], egress: [{}]', 'closed');

  it('name the labels that the subject lacks', () => {
    const access = ccnp(
      'endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.access/postgres: "true"}}, egress: [{toEndpoints: [{matchLabels: {"k8s:io.kubernetes.pod.namespace": b}}], toPorts: [{ports: [{port: "5432", protocol: TCP}]}]}]',
      'access-postgres',
    );
    const { egress } = asked({ policies: closed + access }, 'a/x', 'b/x', 5432);
    expect(egress.nearest.map(({ rule, lacking }) => [rule.policy.name, lacking])).toEqual([
      [
        'access-postgres',
        [{ kind: 'subject', labels: ['k8s:io.cilium.k8s.namespace.labels.access/postgres=true'] }],
      ],
    ]);
  });

  it('name a label of another value, as of a profile', () => {
    const profile = ccnp(
      'endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.profile: standard}}, egress: [{toEntities: [world]}]',
      'profile-standard',
    );
    const namespaces = { a: { profile: 'isolated' } };
    const { egress } = asked({ policies: closed + profile, namespaces }, 'a/x', '1.1.1.1');
    expect(egress.nearest.map(({ lacking }) => lacking)).toEqual([
      [{ kind: 'subject', labels: ['k8s:io.cilium.k8s.namespace.labels.profile=standard'] }],
    ]);
  });

  it('name the labels that the peer lacks, the fewest first', () => {
    const policies = cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: z, role: client}}]}, {fromEndpoints: [{matchLabels: {role: client}}]}]',
      'peers',
    );
    const { ingress } = asked({ policies: closed + policies }, 'a/x', 'a/y');
    expect(ingress.nearest.map(({ rule, lacking }) => [rule.index, lacking])).toEqual([
      [1, [{ kind: 'peer', labels: ['k8s:role=client'] }]],
      [0, [{ kind: 'peer', labels: ['k8s:app=z', 'k8s:role=client'] }]],
    ]);
  });

  it('name the ports that a rule is for', () => {
    const policies = cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: "5432", protocol: TCP}, {port: "8000", endPort: 8100, protocol: UDP}]}]}]',
      'ports',
    );
    const { ingress } = asked({ policies: closed + policies }, 'a/x', 'a/y', 80);
    expect(ingress.nearest.map(({ lacking }) => lacking)).toEqual([
      [{ kind: 'port', wants: ['TCP/5432', 'UDP/8000-8100'] }],
    ]);
  });

  it('name a port that the pod does not declare', () => {
    const policies = cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: http, protocol: TCP}]}]}]',
      'named',
    );
    const { ingress } = asked({ policies: closed + policies }, 'a/x', 'a/y', 80);
    expect(ingress.nearest.map(({ lacking }) => lacking)).toEqual([[{ kind: 'named-port', name: 'http' }]]);
  });

  it('know a named port that the pod does declare, though the policy does not select the pod', () => {
    const policies = cnp(
      'endpointSelector: {matchLabels: {role: server}}, ingress: [{fromEndpoints: [{}], toPorts: [{ports: [{port: http, protocol: TCP}]}]}]',
      'named',
    );
    const pods = {
      'a/y': { labels: { app: 'y' }, ports: [{ name: 'http', protocol: 'TCP', port: 8080 }] },
    } as const;
    const { ingress } = asked({ policies: closed + policies, pods }, 'a/x', 'a/y', 8080);
    expect(ingress.nearest.map(({ lacking }) => lacking)).toEqual([
      [{ kind: 'subject', labels: ['k8s:role=server'] }],
    ]);
  });

  it.each([
    ['a namespace, for no label moves a pod', 'matchLabels: {"k8s:io.kubernetes.pod.namespace": b}'],
    ['a label that Cilium does not keep', 'matchLabels: {topology.kubernetes.io/zone: z1}'],
    ['a label of another source', 'matchLabels: {"container:role": server}'],
    ['what is there and must not be', 'matchExpressions: [{key: app, operator: DoesNotExist}]'],
    [
      'a label that is there from Kubernetes, and not from where it must be',
      'matchExpressions: [{key: "k8s:app", operator: In, values: [x]}, {key: "container:app", operator: Exists}]',
    ],
    [
      'two values at once',
      'matchExpressions: [{key: role, operator: In, values: [p]}, {key: role, operator: In, values: [q]}]',
    ],
  ])('do not ask for %s', (_what, selector) => {
    const policies = ccnp(`endpointSelector: {${selector}}, egress: [{toEntities: [world]}]`, 'far');
    expect(asked({ policies: closed + policies }, 'a/x', '1.1.1.1').egress.nearest).toEqual([]);
  });

  it('choose a value that all that is asked of a key allows', () => {
    const policies = ccnp(
      `endpointSelector: {matchExpressions: [
        {key: role, operator: In, values: [p, q]}, {key: role, operator: In, values: [q, r]}, {key: role, operator: Exists}]},
       egress: [{toEntities: [world]}]`,
      'both',
    );
    const { nearest } = asked({ policies: closed + policies }, 'a/x', '1.1.1.1').egress;
    expect(nearest.map(({ lacking }) => lacking)).toEqual([[{ kind: 'subject', labels: ['k8s:role=q'] }]]);
  });

  it('do not ask for labels on addresses, and are no deny rules', () => {
    const policies = cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{matchLabels: {app: x}}]}], ingressDeny: [{fromEndpoints: [{matchLabels: {app: z}}]}]',
    );
    const options = { version: '1.18' } as const;
    expect(asked({ policies, options }, '1.1.1.1', 'a/y').ingress.nearest).toEqual([]);
    expect(asked({ policies }, '1.1.1.1', 'a/y').ingress.nearest).toEqual([]);
    expect(
      asked({ policies }, 'kube-system/dns', 'a/y').ingress.nearest.map(({ rule }) => rule.list),
    ).toEqual(['ingress']);
  });

  it('do not promise what fromRequires of another rule forbids in 1.18', () => {
    const policies = [
      closed,
      cnp('endpointSelector: {matchLabels: {role: server}}, ingress: [{fromEndpoints: [{}]}]', 'open'),
      cnp('endpointSelector: {}, ingress: [{fromRequires: [{matchLabels: {app: z}}]}]', 'strict'),
    ].join('');
    const pods = { 'a/z': { labels: { app: 'z' } } };
    const given = { policies, pods, options: { version: '1.18' } } as const;
    expect(asked(given, 'a/x', 'a/y').ingress.nearest).toEqual([]);
    expect(asked(given, 'a/z', 'a/y').ingress.nearest.map(({ lacking }) => lacking)).toEqual([
      [{ kind: 'subject', labels: ['k8s:role=server'] }],
    ]);
  });

  it('are five at most', () => {
    const many = Array.from({ length: 9 }, (_, i) =>
      ccnp(`endpointSelector: {matchLabels: {role: r${i}}}, egress: [{toEntities: [world]}]`, `many-${i}`),
    ).join('');
    expect(asked({ policies: closed + many }, 'a/x', '1.1.1.1').egress.nearest).toHaveLength(5);
  });

  it('are not looked for where a rule decided', () => {
    const policies = cnp(
      'endpointSelector: {}, egressDeny: [{toEntities: [world]}], egress: [{toEntities: [host]}]',
    );
    expect(asked({ policies }, 'a/x', '1.1.1.1').egress.nearest).toEqual([]);
  });
});

describe('what an answer took for granted', () => {
  const policy = { kind: 'CiliumNetworkPolicy', namespace: 'a', name: 'cnp' } as const;

  it('that a name might open it', () => {
    const policies = cnp(
      'endpointSelector: {}, egress: [{toFQDNs: [{matchName: api.example.com}, {matchPattern: "*.org"}]}]',
    );
    const { egress } = asked({ policies }, 'a/x', '1.1.1.1');
    expect(egress.verdict).toBe('denied');
    expect(egress.assumptions).toEqual([
      { code: 'fqdn-unknown', policy, pattern: 'api.example.com' },
      { code: 'fqdn-unknown', policy, pattern: '*.org' },
    ]);
    expect(asked({ policies }, 'a/x', 'b/x').egress.assumptions).toEqual([]);
  });

  it.each([
    [
      'a Service that is not there',
      'toServices: [{k8sService: {serviceName: db, namespace: b}}], toPorts: [{ports: [{port: "80", protocol: TCP}]}]',
      { code: 'service-unknown', policy, service: 'b/db' },
    ],
    [
      'a group that is not there',
      'toCIDRSet: [{cidrGroupRef: offices}]',
      { code: 'cidr-group-unknown', policy, group: 'offices' },
    ],
    [
      'security groups',
      'toGroups: [{aws: {securityGroupsIds: [sg-1]}}]',
      { code: 'cloud-group-unresolved', policy },
    ],
  ] as const)('%s', (_what, rule, assumption) => {
    const { egress } = asked(
      { policies: cnp(`endpointSelector: {}, egress: [{${rule}}]`) },
      'a/x',
      '1.1.1.1',
    );
    expect(egress.assumptions).toEqual([assumption]);
  });

  const http = (rule: string): string =>
    cnp(
      `endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [${rule}]}}]}]`,
    );

  it('that the contents are in order, where they are not given', () => {
    const { ingress } = asked({ policies: http('{method: GET}') }, 'a/x', 'a/y');
    expect(ingress).toMatchObject({ verdict: 'allowed', l7: true });
    expect(ingress.assumptions).toEqual([{ code: 'l7-not-evaluated', policy }]);
  });

  it('nothing of contents where a plain rule makes them void', () => {
    const policies = [
      http('{method: GET}'),
      cnp('endpointSelector: {}, ingress: [{fromEntities: [all]}]', 'plain'),
    ].join('');
    expect(asked({ policies }, 'a/x', 'a/y').ingress).toMatchObject({ l7: false, assumptions: [] });
  });

  it.each([
    ['[["X-Token", "secret"]]', { headers: [['X-Token', 'secret']] }, 'allowed'],
    ['another value', { headers: [['X-Token', 'other']] }, 'denied'],
    ['no header', {}, 'denied'],
  ] as const)('headers are compared exactly, their names without case: %s', (_what, more, verdict) => {
    const policies = http('{headers: ["x-token: secret"]}');
    expect(asked({ policies }, 'a/x', 'a/y', 80, { ...GET, ...more }).ingress.verdict).toBe(verdict);
  });

  it('a header without a value is asked to be there, and a value may have spaces', () => {
    const policies = http('{headers: ["X-Here", "X-Two a b"]}');
    const headers = [
      ['x-here', ''],
      ['x-two', 'a b'],
    ] as const;
    expect(asked({ policies }, 'a/x', 'a/y', 80, { ...GET, headers }).ingress.verdict).toBe('allowed');
    expect(
      asked({ policies }, 'a/x', 'a/y', 80, { ...GET, headers: headers.slice(0, 1) }).ingress.verdict,
    ).toBe('denied');
  });

  it('a header that is compared with a Secret is not known', () => {
    const policies = http('{headerMatches: [{name: X-Token, secret: {name: token, namespace: a}}]}');
    const { ingress } = asked({ policies }, 'a/x', 'a/y', 80, GET);
    expect(ingress.verdict).toBe('allowed');
    expect(ingress.assumptions).toEqual([{ code: 'secret-unknown', policy }]);
  });

  it('and that does not matter where another rule accepts the request', () => {
    const policies = http(
      '{headerMatches: [{name: X-Token, secret: {name: token, namespace: a}}]}, {method: GET}',
    );
    const { ingress } = asked({ policies }, 'a/x', 'a/y', 80, GET);
    expect(ingress).toMatchObject({ verdict: 'allowed', l7: true, assumptions: [] });
  });

  it('a header whose mismatch is only logged refuses nothing', () => {
    const policies = http('{headerMatches: [{name: X-Token, value: a, mismatch: LOG}]}');
    expect(asked({ policies }, 'a/x', 'a/y', 80, GET).ingress).toMatchObject({
      verdict: 'allowed',
      assumptions: [],
    });
    const strict = http('{headerMatches: [{name: X-Token, value: a}]}');
    expect(asked({ policies: strict }, 'a/x', 'a/y', 80, GET).ingress.reason).toBe('l7-refused');
  });

  it('that mutual authentication succeeds', () => {
    const policies = cnp(
      'endpointSelector: {}, ingress: [{fromEndpoints: [{}], authentication: {mode: required}}]',
    );
    expect(asked({ policies }, 'a/x', 'a/y').ingress.assumptions).toEqual([
      { code: 'authentication-required', policy },
    ]);
  });
});

describe('whether an answer is certain', () => {
  const service = 'toServices: [{k8sService: {serviceName: db, namespace: a}}]';
  const onPort = 'toPorts: [{ports: [{port: "80", protocol: TCP}]}]';
  const egress = (...rules: readonly string[]): string =>
    cnp(`endpointSelector: {matchLabels: {app: x}}, egress: [${rules.map((rule) => `{${rule}}`).join()}]`);

  it.each([
    ['a denied address whose name may be allowed', egress('toFQDNs: [{matchName: a.io}]'), '1.1.1.1', false],
    ['the world at large, which has no name', egress('toFQDNs: [{matchName: a.io}]'), 'world', true],
    ['a pod, which no name is for', egress('toFQDNs: [{matchName: a.io}]'), 'a/y', true],
    [
      'a name on another port',
      egress('toFQDNs: [{matchName: a.io}], toPorts: [{ports: [{port: "1"}]}]'),
      '1.1.1.1',
      true,
    ],
    ['an address that may be in a group', egress('toCIDRSet: [{cidrGroupRef: offices}]'), '1.1.1.1', false],
    ['a pod, which is in no group', egress('toCIDRSet: [{cidrGroupRef: offices}]'), 'a/y', true],
    ['a pod that an unknown Service may select', egress(service), 'a/y', false],
    ['a node, which no Service selects', egress(service), 'remote-node', true],
    ['what an unknown Service opens to all', egress(`${service}, ${onPort}`), 'b/x', false],
    ['what another rule opens as well', egress(`${service}, ${onPort}`, 'toEntities: [all]'), 'b/x', true],
    [
      'what a deny rule closes',
      `${egress('toFQDNs: [{matchName: a.io}]')}${cnp('endpointSelector: {}, egressDeny: [{toEntities: [world]}]', 'deny')}`,
      '1.1.1.1',
      true,
    ],
  ])('%s', (_what, policies, to, isCertain) => {
    const decision = asked({ policies }, 'a/x', to);
    expect(decision.egress.isCertain).toBe(isCertain);
    expect(decision.isCertain).toBe(isCertain);
    expect(decision.egress.assumptions.length > 0).toBe(!isCertain || to === 'b/x');
  });

  it('is, where the other side denies for certain', () => {
    const policies = [
      egress(service),
      cnp('endpointSelector: {matchLabels: {app: y}}, ingress: [{}]', 'closed'),
    ].join('');
    const decision = asked({ policies }, 'a/x', 'a/y');
    expect([decision.egress.isCertain, decision.ingress.isCertain, decision.isCertain]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

const GET: Extract<L7Request, { kind: 'http' }> = { kind: 'http', method: 'GET', path: '/', host: 'web' };

function asked(given: WorldGiven, from: string, to: string, port = 80, l7?: L7Request): Decision {
  const outside = [from, to].filter((id) => /^[0-9.]+$/.test(id));
  const engine = compile(worldFrom({ ...given, outside }), given.options);
  const [source, destination] = [engine.find(from), engine.find(to)];
  if (source === undefined || destination === undefined) throw new Error(`no endpoint ${from} or ${to}`);
  const question = { from: source, to: destination, protocol: 'TCP', port } as const;
  return engine.decide(l7 === undefined ? question : { ...question, l7 });
}

function place(policy: number): { readonly file: string; readonly line: number; readonly column: number } {
  return { file: `policy-${policy}.yaml`, line: 1, column: 1 };
}
