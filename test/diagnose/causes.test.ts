import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import {
  API,
  brief,
  briefs,
  COREDNS,
  ccnp,
  cnp,
  DNS_BASELINE,
  diagnosed,
  drop,
  event,
  type Files,
  HEALTH_BASELINE,
  namespace,
  PG,
  POSTGRES,
  PROFILE,
  passes,
  pod,
  reserved,
  SMTP,
  single,
  TOWN,
  udp,
  workload,
  world,
} from './tools.ts';

const OWN = (spec: string): Files => ({ ...TOWN, 'own.yaml': cnp('shop/own', spec) });
const EGRESS_BY_NAME = (port: number, selector = 'matchPattern: "*.example.com"'): string =>
  `  endpointSelector: {}\n  egress:\n    - toFQDNs: [{${selector}}]\n      toPorts: [{ports: [{port: "${port}", protocol: TCP}]}]`;
const GRANTED: Files = {
  ...TOWN,
  'namespaces.yaml': namespace('shop', { [PROFILE]: 'internal', [POSTGRES]: 'true' }) + namespace('database'),
};
const GRANTED_API = pod('shop/api', { namespaceLabels: { [PROFILE]: 'internal', [POSTGRES]: 'true' } });

describe('names that only DNS knows', () => {
  it('are undecidable where a rule may hold the address and no flow names it', async () => {
    const files = OWN(EGRESS_BY_NAME(587));
    const finding = single(await diagnosed(drop(API, world('203.0.113.7'), 587), { files }));
    expect(finding.cause).toMatchObject({ code: 'undecidable', because: [{ code: 'fqdn-unknown' }] });
    expect(finding.fix).toBeUndefined();
  });

  it('are decided where the flow names them', async () => {
    const files = OWN(EGRESS_BY_NAME(587));
    const flows = drop(API, world('203.0.113.7', 'mail.example.org'), 587);
    expect(single(await diagnosed(flows, { files })).cause.code).toBe('profile-without-egress');
  });

  it('of the own gateway are answered by its entity, since a rule by name never matches it', async () => {
    const files = {
      ...OWN(EGRESS_BY_NAME(443, 'matchName: keycloak.example.com')),
      'policies/baselines.yaml': '',
    };
    const gateway = reserved('ingress', '10.0.9.1', 8);
    const flows = drop(API, { ...gateway, names: ['keycloak.example.com'] }, 443);
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.cause.code).toBe('no-rule');
    expect(finding.fix?.edits[0]?.after).toMatch(/toEntities:\s+- ingress\n/);
  });

  it("of the own gateway are refused at the gateway's end where policies for all select it too", async () => {
    const files = OWN(EGRESS_BY_NAME(443, 'matchName: keycloak.example.com'));
    const flows = drop(API, reserved('ingress', '10.0.9.1', 8), 443, { direction: 'ingress' });
    const open = {
      ...files,
      'own.yaml': cnp('shop/own', '  endpointSelector: {}\n  egress: [{toEntities: [ingress]}]'),
    };
    const finding = single(await diagnosed(flows, { files: open }));
    expect(finding.cause).toEqual({ code: 'other-end-refuses', namespace: 'shop', other: 'ingress' });
    expect(finding.fix).toBeUndefined();
  });

  it('do not matter where no rule by name is for that port', async () => {
    const files = OWN(EGRESS_BY_NAME(587));
    const finding = single(await diagnosed(drop(API, world('203.0.113.7'), 443), { files }));
    expect(finding.cause.code).toBe('profile-without-egress');
    expect(finding.fix?.kind).toBe('profile');
  });

  it('with a search domain behind are explained', async () => {
    const files = OWN(EGRESS_BY_NAME(8443, 'matchName: api.example.com'));
    const flows = drop(API, world('203.0.113.7', 'api.example.com.shop.svc.cluster.local'), 8443);
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.cause).toMatchObject({ code: 'search-domain', asked: 'api.example.com' });
    expect(finding.fix).toBeUndefined();
  });

  it('with a search domain behind are never written into a rule', async () => {
    const files = OWN(EGRESS_BY_NAME(25, 'matchName: other.example.com'));
    const flows = drop(API, world('203.0.113.7', 'api.example.net.shop.svc.cluster.local'), 8443);
    const finding = single(await diagnosed(flows, { files }));
    expect(JSON.stringify(finding.fix?.edits)).not.toContain('svc.cluster.local');
  });

  it('that no policy may hold are never written into a rule', async () => {
    const files = OWN(EGRESS_BY_NAME(25, 'matchName: other.example.com'));
    const flows = drop(API, world('203.0.113.7', 'no name.example.com'), 8443);
    const finding = single(await diagnosed(flows, { files }));
    // An object that the agent refuses is out of force, and everything would pass.
    expect(JSON.stringify(finding.fix?.edits)).not.toContain('no name');
    expect(finding.proof?.after.egress.reason).toBe('allow-rule');
  });

  it('are told as forgotten where a connection was cut in its middle', async () => {
    const files = OWN(EGRESS_BY_NAME(5671));
    const middle: Partial<Flow> = {
      l4: { protocol: 'TCP', sourcePort: 41_234, destinationPort: 5671, flags: ['ACK', 'PSH'] },
    };
    const to = world('203.0.113.7', 'queue.example.com');
    expect(single(await diagnosed(drop(API, to, 5671, middle), { files })).cause).toMatchObject({
      code: 'disagreement',
      because: { kind: 'name-expired' },
    });
    expect(single(await diagnosed(drop(API, to, 5671), { files })).cause).toMatchObject({
      because: { kind: 'unexplained' },
    });
  });
});

describe('the address of a Service', () => {
  it.each<readonly [string, ReturnType<typeof world>, Partial<Flow>, Files]>([
    ['that Hubble names', world('10.43.199.5'), { destinationService: 'mail/smtp' }, {}],
    ['that was asked for by its name', world('10.43.199.5', 'smtp.mail.svc.cluster.local'), {}, {}],
    [
      'that the files give it',
      world('10.43.199.5'),
      {},
      {
        'service.yaml':
          '---\napiVersion: v1\nkind: Service\nmetadata: {name: smtp, namespace: mail}\nspec: {clusterIP: 10.43.199.5, clusterIPs: [10.43.199.5], selector: {app: smtp}, ports: [{port: 25}]}\n',
      },
    ],
  ])('%s is no reason to open anything', async (_, to, more, files) => {
    const finding = single(await diagnosed(drop(API, to, 443, more), { files: { ...TOWN, ...files } }));
    expect(finding.cause).toEqual({ code: 'service-address', address: '10.43.199.5', service: 'mail/smtp' });
    expect(finding.fix).toBeUndefined();
  });

  it('that nothing tells from an address outside is flagged, never written down', async () => {
    const finding = single(await diagnosed(drop(API, world('10.43.199.5'), 443)));
    expect(finding.fix?.warnings).toContainEqual({ code: 'private-address', address: '10.43.199.5' });
    expect(JSON.stringify(finding.fix?.edits)).not.toContain('10.43.199.5');
  });

  it('and no other address is taken for one', async () => {
    const finding = single(await diagnosed(drop(API, world('203.0.113.7', 'api.example.com'), 443)));
    expect(finding.cause.code).toBe('profile-without-egress');
    expect(finding.fix?.warnings).toEqual([]);
  });
});

describe('reasons of the record', () => {
  it('that are none of policy are never explained by policy', async () => {
    const flows = [
      event(API, PG, 5432, { dropReason: 'CT_MAP_INSERTION_FAILED', eventType: 1 }),
      event(API, SMTP, 25, { dropReason: 'DROP_REASON_251', eventType: 1 }),
      event(API, SMTP, 26, { dropReason: 'A_REASON_OF_NEXT_YEAR', eventType: 1 }),
    ];
    expect((await diagnosed(flows)).findings.map(({ cause }) => cause.code)).toEqual([
      'not-policy',
      'not-policy',
      'not-policy',
    ]);
  });

  it('that are absent leave it to the policies', async () => {
    const flows = drop(API, PG, 5432, { dropReason: '', dropReasonCode: 0 });
    expect(single(await diagnosed(flows)).cause.code).toBe('missing-access-label');
  });

  it('that name a deny rule which the files lack are not answered by an allow', async () => {
    const denied = { dropReason: 'POLICY_DENY', dropReasonCode: 181 };
    const named = {
      egressDeniedBy: [{ name: 'freeze', namespace: '', kind: 'CiliumClusterwideNetworkPolicy' }],
    };
    expect(single(await diagnosed(drop(API, PG, 5432, denied)))).toMatchObject({
      cause: { code: 'disagreement', because: { kind: 'deny-rule-not-in-files', policies: [] } },
      noFix: { code: 'nothing-to-change' },
    });
    expect(single(await diagnosed(drop(API, PG, 5432, { ...denied, ...named }))).cause).toMatchObject({
      because: { kind: 'policy-not-in-files', policies: ['CiliumClusterwideNetworkPolicy freeze'] },
    });
  });

  it('that name a deny rule of the files are that rule', async () => {
    const files = {
      ...TOWN,
      'deny.yaml': ccnp(
        'deny-pg',
        '  endpointSelector: {}\n  egressDeny: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: database}}]}]',
      ),
    };
    const finding = single(await diagnosed(drop(API, PG, 5432, { dropReason: 'POLICY_DENY' }), { files }));
    expect(finding.cause).toMatchObject({ code: 'denied-by-rule', policy: { name: 'deny-pg' } });
    expect(finding.noFix).toEqual({ code: 'deny-is-deliberate' });
  });
});

describe('what the proxy refused', () => {
  const files = OWN(
    '  endpointSelector: {matchLabels: {app: api}}\n  ingress:\n    - fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: mail}}]\n      toPorts: [{ports: [{port: "8080", protocol: TCP}], rules: {http: [{method: GET}]}}]',
  );
  const mail = {
    ...files,
    'mail.yaml': cnp('mail/smtp', '  endpointSelector: {}\n  egress: [{toEntities: [cluster]}]'),
  };
  const refused = (l7: Flow['l7'], more: Partial<Flow> = {}): Flow =>
    event(SMTP, API, 8080, {
      direction: 'ingress',
      type: 'L7',
      eventType: 129,
      dropReason: '',
      isReply: false,
      l7,
      ...more,
    });
  const post = (url: string): Flow =>
    refused({ kind: 'http', type: 'REQUEST', method: 'POST', url, code: 0, headers: [] });

  it('is one finding, with the most frequent request and how many others there are', async () => {
    const flows = [post('http://api/a'), post('http://api/b'), post('http://api/b'), post('http://api/c')];
    expect(single(await diagnosed(flows, { files: mail }))).toMatchObject({
      cause: { code: 'l7-refused', request: 'POST http://api/b', others: 2, policies: [{ name: 'own' }] },
      count: 4,
      noFix: { code: 'nothing-to-change' },
    });
  });

  it('is that also where the contents were not recorded', async () => {
    const flow = refused({ kind: 'other', type: 'REQUEST' });
    expect(single(await diagnosed([flow], { files: mail })).cause).toMatchObject({
      code: 'l7-refused',
      request: '',
    });
  });

  it('disagrees with files that accept the request', async () => {
    const get = refused({
      kind: 'http',
      type: 'REQUEST',
      method: 'GET',
      url: 'http://api/',
      code: 0,
      headers: [],
    });
    expect(single(await diagnosed([get], { files: mail })).cause).toEqual({
      code: 'disagreement',
      because: { kind: 'unexplained' },
    });
  });

  it('disagrees with files that would not let the connection reach the proxy', async () => {
    expect(single(await diagnosed([post('http://api/a')])).cause).toEqual({
      code: 'disagreement',
      because: { kind: 'redirect-not-in-files' },
    });
  });

  it('on DNS names the question', async () => {
    const dns = {
      ...TOWN,
      'policies/baselines.yaml': `${DNS_BASELINE.trimEnd().replace('protocol: UDP}]}]', 'protocol: UDP}], rules: {dns: [{matchPattern: "*.example.com"}]}}]')}\n${HEALTH_BASELINE}`,
      'dns.yaml': cnp('kube-system/dns', '  endpointSelector: {}\n  ingress: [{fromEntities: [cluster]}]'),
    };
    const flow = event(API, COREDNS, 53, {
      ...udp(53),
      type: 'L7',
      eventType: 129,
      dropReason: '',
      isReply: false,
      l7: { kind: 'dns', type: 'REQUEST', query: 'evil.example.net.', ips: [], rcode: 0 },
    });
    expect(single(await diagnosed([flow], { files: dns })).cause).toMatchObject({
      code: 'l7-refused',
      request: 'evil.example.net.',
    });
  });
});

describe('baselines', () => {
  const prometheus = pod('monitoring/prometheus', { labels: { 'app.kubernetes.io/name': 'prometheus' } });
  const scraped = drop(prometheus, API, 9100, { direction: 'ingress' });
  const monitoring = {
    ...TOWN,
    'monitoring.yaml':
      namespace('monitoring') +
      cnp('monitoring/all', '  endpointSelector: {}\n  egress: [{toEntities: [cluster]}]'),
  };

  it('are missed only on the ports that they are for', async () => {
    const catalog = {
      ...DEFAULT_CATALOG,
      prometheus: { ...DEFAULT_CATALOG.prometheus, ports: [{ protocol: 'TCP', port: 8080 }] as const },
    };
    const codes = async (given: object) =>
      (await diagnosed(scraped, { files: monitoring, ...given })).findings.map(({ cause }) => cause.code);
    expect(await codes({})).toEqual(['missing-scrape-baseline']);
    expect(await codes({ catalog })).toEqual(['no-rule']);
  });

  it.each<readonly [string, Files, readonly Flow[], string]>([
    [
      'DNS, where no policy selects the pod',
      { 'policies/profiles.yaml': '', 'policies/baselines.yaml': '' },
      drop(API, COREDNS, 53, udp(53)),
      'disagreement',
    ],
    [
      'DNS, where a policy of the namespace admits it',
      {
        'policies/baselines.yaml': '',
        'own.yaml': cnp('shop/own', '  endpointSelector: {}\n  egress: [{toEntities: [cluster]}]'),
      },
      drop(API, COREDNS, 53, udp(53)),
      'disagreement',
    ],
    [
      'DNS, where a clusterwide policy admits it',
      {
        'dns.yaml': cnp('kube-system/dns', '  endpointSelector: {}\n  ingress: [{fromEntities: [cluster]}]'),
      },
      drop(API, COREDNS, 53, udp(53)),
      'missing-dns-baseline',
    ],
  ])('are said to have been gone only where the files have them: %s', async (_, files, flows, code) => {
    expect(single(await diagnosed(flows, { files: { ...TOWN, ...files } })).cause.code).toBe(code);
  });

  it('do not explain what a change of labels explains', async () => {
    const files = {
      ...TOWN,
      'policies/baselines.yaml': `${DNS_BASELINE.replace('endpointSelector: {}', `endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.${PROFILE}: standard}}`)}${HEALTH_BASELINE}`,
      'all.yaml': ccnp(
        'all',
        `  endpointSelector: {}\n  egress: [{toEndpoints: [{matchLabels: {app: nobody}}]}]`,
      ),
      'namespaces.yaml': namespace('shop', { [PROFILE]: 'standard' }) + namespace('kube-system'),
      'dns.yaml': cnp('kube-system/dns', '  endpointSelector: {}\n  ingress: [{fromEntities: [cluster]}]'),
    };
    expect(single(await diagnosed(drop(API, COREDNS, 53, udp(53)), { files })).cause).toMatchObject({
      code: 'disagreement',
      because: {
        kind: 'labels-differ',
        namespace: 'shop',
        labels: [{ key: PROFILE, recorded: 'internal', inFiles: 'standard' }],
      },
    });
  });
});

describe('the port that a pod listens on', () => {
  const service = (port: number, target: number | string): string =>
    `---\napiVersion: v1\nkind: Service\nmetadata: {name: smtp, namespace: mail}\nspec: {selector: {app: smtp}, ports: [{port: ${port}, targetPort: ${target}}]}\n`;
  const rule = (port: string): string =>
    `  endpointSelector: {}\n  egress:\n    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: mail}}]\n      toPorts: [{ports: [${port}]}]`;
  const open = cnp('mail/smtp', '  endpointSelector: {}\n  ingress: [{fromEntities: [cluster]}]');

  it.each([
    ['named by number', 'port: "25", protocol: TCP', service(25, 2525)],
    ['named for any protocol', 'port: "25"', service(25, 2525)],
    [
      'behind the second of two Services',
      'port: "25", protocol: TCP',
      service(80, 2525).replace('name: smtp', 'name: web') + service(25, 2525),
    ],
  ])('is told from the Service port that a rule names: %s', async (_, port, services) => {
    const files = { ...OWN(rule(`{${port}}`)), 'service.yaml': services, 'open.yaml': open };
    const finding = single(await diagnosed(drop(API, SMTP, 2525), { files }));
    expect(finding.cause).toMatchObject({
      code: 'service-port',
      servicePort: 25,
      podPort: 2525,
      service: 'mail/smtp',
    });
    expect(finding.fix?.steps).toMatchObject([{ kind: 'port', from: 25, to: 2525 }]);
  });

  it('is found where many rules are near', async () => {
    const near = Array.from({ length: 12 }, (_, i) =>
      cnp(
        `shop/near-${i}`,
        `  endpointSelector: {matchLabels: {tier: t${i}}}\n  egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: mail}}]}]`,
      ),
    ).join('');
    const files = {
      'near.yaml': near,
      ...OWN(rule('{port: "25", protocol: TCP}')),
      'service.yaml': service(25, 2525),
      'open.yaml': open,
    };
    expect(single(await diagnosed(drop(API, SMTP, 2525), { files })).cause.code).toBe('service-port');
  });

  it('is not blamed where the rule names a range that happens to hold the Service port', async () => {
    const files = {
      ...OWN(rule('{port: "1", endPort: 1000, protocol: TCP}')),
      'service.yaml': service(25, 2525),
      'open.yaml': open,
    };
    expect(single(await diagnosed(drop(API, SMTP, 2525), { files })).cause.code).toBe('no-rule');
  });

  it('is corrected at the DNS baseline where CoreDNS listens elsewhere', async () => {
    const dns =
      '---\napiVersion: v1\nkind: Service\nmetadata: {name: kube-dns, namespace: kube-system}\nspec: {selector: {k8s-app: kube-dns}, ports: [{port: 53, targetPort: 8053, protocol: UDP}]}\n';
    const files = {
      ...TOWN,
      'service.yaml': dns,
      'dns.yaml': cnp('kube-system/dns', '  endpointSelector: {}\n  ingress: [{fromEntities: [cluster]}]'),
    };
    const finding = single(await diagnosed(drop(API, COREDNS, 8053, udp(8053)), { files }));
    expect(finding.cause).toMatchObject({ code: 'service-port', servicePort: 53, podPort: 8053 });
    expect(finding.fix?.edits).toMatchObject([{ file: 'policies/baselines.yaml' }]);
    expect(JSON.stringify(finding.fix?.edits)).not.toContain('world');
  });
});

describe('CIDR rules', () => {
  const cidr = (text: string): Files =>
    OWN(
      `  endpointSelector: {}\n  egress:\n    - ${text}\n      toPorts: [{ports: [{port: "25", protocol: TCP}]}]`,
    );

  it.each([
    ['toCIDR: [10.0.0.0/8]', 'cidr-on-cluster-peer'],
    ['toCIDRSet: [{cidr: 10.0.0.0/8, except: [10.0.3.0/24]}]', 'no-rule'],
    ['toCIDR: [0.0.0.0/0]', 'no-rule'],
    ['toCIDR: [192.168.0.0/16]', 'no-rule'],
  ])('%s, and a pod at 10.0.3.4: %s', async (text, code) => {
    expect(single(await diagnosed(drop(API, SMTP, 25), { files: cidr(text) })).cause.code).toBe(code);
  });

  it('for a node are answered by an entity, not by another address', async () => {
    const node = reserved('remote-node', '192.0.2.7', 6);
    const finding = single(await diagnosed(drop(API, node, 25), { files: cidr('toCIDR: [192.0.2.0/24]') }));
    expect(finding.cause.code).toBe('cidr-on-cluster-peer');
    expect(finding.fix?.edits[0]?.after).toMatch(/toEntities:\s+- remote-node\n/);
  });

  it('match nodes where the agent is told to', async () => {
    const node = reserved('remote-node', '192.0.2.7', 6);
    const options = { cidrMatchMode: ['nodes'] as const };
    const diagnosis = await diagnosed(drop(API, node, 25), {
      files: cidr('toCIDR: [192.0.2.0/24]'),
      options,
    });
    expect(briefs(diagnosis)).toEqual(['disagreement shop/api → remote-node 25/TCP egress 1']);
  });
});

describe('where files and record disagree', () => {
  it('the flow that passed though the files deny it is told, once, with an example', async () => {
    const diagnosis = await diagnosed([event(API, PG, 5432, passes()), event(API, SMTP, 25, passes())]);
    expect(diagnosis.findings).toEqual([]);
    expect(diagnosis.assumptions).toContainEqual({
      code: 'passed-though-denied',
      count: 2,
      example: { from: 'shop/api', to: 'database/pg', protocol: 'TCP', port: 5432 },
    });
  });

  it('what cannot be decided is not said to have passed against the files', async () => {
    const diagnosis = await diagnosed([event(API, world('203.0.113.7'), 587, passes())], {
      files: OWN(EGRESS_BY_NAME(587)),
    });
    expect(diagnosis.assumptions.map(({ code }) => code)).not.toContain('passed-though-denied');
  });

  it('the drop of what the files admit has no fix in the files', async () => {
    const finding = single(await diagnosed(drop(GRANTED_API, PG, 5432), { files: GRANTED }));
    expect(brief(finding)).toBe('disagreement shop/api → database/pg 5432/TCP egress 1');
    expect(finding.noFix).toEqual({ code: 'nothing-to-change' });
  });

  it('a label that came later is named with both values', async () => {
    const finding = single(await diagnosed(drop(API, PG, 5432), { files: GRANTED }));
    expect(finding.cause).toEqual({
      code: 'disagreement',
      because: {
        kind: 'labels-differ',
        namespace: 'shop',
        labels: [{ key: POSTGRES, recorded: undefined, inFiles: 'true' }],
      },
    });
  });
});

describe('fixes', () => {
  it('take the profile that closes nothing before one that does', async () => {
    const files = {
      ...TOWN,
      'lan.yaml': ccnp(
        'profile-lan',
        `  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.${PROFILE}: lan}}\n  egress: [{toCIDR: [192.168.20.0/24], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]`,
      ),
      'namespaces.yaml': namespace('shop', { [PROFILE]: 'lan' }),
      'own.yaml': cnp(
        'shop/own',
        `  endpointSelector: {matchLabels: {app: api}}\n  egress: [{toEndpoints: [{matchLabels: {app: nobody}}]}]`,
      ),
    };
    const lan = pod('shop/api', { namespaceLabels: { [PROFILE]: 'lan' } });
    const finding = single(await diagnosed(drop(lan, world('203.0.113.7'), 443), { files }));
    // Every profile with HTTPS would close the way to the devices of the house.
    expect(finding.fix?.kind).toBe('rule');
    expect(finding.proof?.closes).toEqual([]);
  });

  it('name what a profile closes where nothing else helps', async () => {
    const files = {
      ...TOWN,
      'lan.yaml': ccnp(
        'profile-lan',
        `  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.${PROFILE}: lan}}\n  egress: [{toCIDR: [192.168.20.0/24], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]`,
      ),
      'namespaces.yaml': namespace('shop', { [PROFILE]: 'lan' }),
    };
    const lan = pod('shop/api', { namespaceLabels: { [PROFILE]: 'lan' } });
    const finding = single(await diagnosed(drop(lan, world('203.0.113.7'), 443), { files }));
    expect(finding.fix?.kind).toBe('profile');
    expect(finding.fix?.warnings).toContainEqual({ code: 'closes' });
    expect(finding.proof?.closes.map(({ from, to }) => [from, to])).toEqual([
      ['shop/*', 'world 192.168.20.0/24'],
    ]);
  });

  it('write a rule into the spec that selects the pod, of several in a policy', async () => {
    const files = {
      ...TOWN,
      'own.yaml': `---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: both, namespace: shop}
specs:
  - endpointSelector: {matchLabels: {app: web}}
    egress:
      - toEntities: [kube-apiserver]
  - endpointSelector: {matchLabels: {app: api}}
    egress:
      - toEntities: [health]
`,
      'open.yaml': cnp('mail/smtp', '  endpointSelector: {}\n  ingress: [{fromEntities: [cluster]}]'),
    };
    const finding = single(await diagnosed(drop(API, SMTP, 25), { files }));
    expect(finding.fix?.edits).toMatchObject([{ file: 'own.yaml', line: 12 }]);
  });

  it('do not widen to the world for a few names', async () => {
    const files = OWN('  endpointSelector: {matchLabels: {app: api}}\n  egress: [{toEntities: [health]}]');
    const flows = ['a', 'b', 'c'].flatMap((name, i) =>
      drop(API, world(`203.0.113.${i}`, `${name}.example.com`), 25),
    );
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.fix?.edits[0]?.after).toMatch(/a\.example\.com.*b\.example\.com.*c\.example\.com/s);
    expect(finding.fix?.edits[0]?.after).not.toContain('world');
    expect(finding.proof?.opens).toEqual([]);
  });

  it('say what a rule for the world opens besides the addresses seen', async () => {
    const files = OWN('  endpointSelector: {}\n  egress: [{toEntities: [health]}]');
    const finding = single(await diagnosed(drop(API, world('203.0.113.7'), 25), { files }));
    expect(finding.proof?.opens.map(({ from, to }) => [from, to])).toEqual([['shop/*', 'world']]);
  });

  it('never edit a file besides those that they name', async () => {
    const finding = single(await diagnosed(drop(API, PG, 5432)));
    expect(finding.fix?.files.map(({ path }) => path)).toEqual(['namespaces.yaml']);
    expect(new Set(finding.fix?.edits.map(({ file }) => file))).toEqual(new Set(['namespaces.yaml']));
  });

  it('are sought for the most frequent findings first', async () => {
    const flows = [...drop(API, SMTP, 25), ...[0, 1].flatMap(() => drop(API, PG, 5432))];
    const { findings } = await diagnosed(flows, { fixesMax: 1 });
    expect(findings.map(({ noFix }) => noFix?.code)).toEqual([undefined, 'not-searched']);
  });

  it('are not given where a deny rule stands behind', async () => {
    const files = {
      ...TOWN,
      'deny.yaml': cnp(
        'database/deny',
        '  endpointSelector: {}\n  ingressDeny: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: shop}}]}]',
      ),
    };
    const finding = single(await diagnosed(drop(API, PG, 5432), { files }));
    expect(finding.cause.code).toBe('missing-access-label');
    expect(finding.noFix).toEqual({ code: 'deny-is-deliberate' });
  });

  it('are not proven by a policy that the edit puts out of force', async () => {
    const files = {
      'namespaces.yaml': namespace('shop') + namespace('mail'),
      'own.yaml': cnp('shop/own', '  endpointSelector: {}\n  egress: [{toEntities: [health]}]'),
    };
    // No selector may hold such a value, so the API server would refuse the policy, and nothing would be enforced.
    const odd = pod('mail/smtp', { labels: { app: 'not valid!' }, ip: '10.0.3.4' });
    const finding = single(await diagnosed(drop(API, odd, 25), { files }));
    expect(finding.fix).toBeUndefined();
    expect(finding.noFix).toEqual({ code: 'not-provable', tried: ['rule'] });
  });

  it('know a workload without labels of its own by its namespace', async () => {
    const files = {
      ...TOWN,
      'own.yaml': cnp('shop/own', '  endpointSelector: {}\n  egress: [{toEntities: [health]}]'),
      'open.yaml': cnp('mail/smtp', '  endpointSelector: {}\n  ingress: [{fromEntities: [cluster]}]'),
      'workloads.yaml': workload('shop/api'),
    };
    const plain = pod('mail/smtp', { labels: {}, ip: '10.0.3.4' });
    const finding = single(await diagnosed(drop(API, plain, 25), { files }));
    expect(finding.fix?.edits[0]?.after).toContain('io.kubernetes.pod.namespace: mail');
  });
});
