import { describe, expect, it } from 'vitest';
import {
  API,
  brief,
  briefs,
  COREDNS,
  cnp,
  diagnosed,
  drop,
  event,
  type Files,
  masked,
  NOBODY,
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

const MISSING = 'missing-access-label shop/api → database/pg 5432/TCP egress 1';

describe('flows whose labels a field mask left out', () => {
  it('are judged by the labels of the workload in the files', async () => {
    const diagnosis = await diagnosed(drop(masked(API), masked(PG), 5432));
    const finding = single(diagnosis);
    expect(brief(finding)).toBe(MISSING);
    expect(finding.fix?.kind).toBe('access-label');
    expect(diagnosis.assumptions).toContainEqual({ code: 'labels-from-files', count: 2 });
  });

  it('do not take a pod of one workload for a pod of another whose name it begins with', async () => {
    const files: Files = {
      ...TOWN,
      'web.yaml':
        workload('shop/web') +
        cnp(
          'shop/web',
          `  endpointSelector: {matchLabels: {app: web}}\n  egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: database}}]}]`,
        ),
    };
    const other = masked(pod('shop/web-import', { podName: 'web-import-8f6d7c9b4-x2k4z' }));
    const diagnosis = await diagnosed(drop(other, PG, 5432), { files });
    // The labels of shop/web would say that its own policy admits it.
    expect(single(diagnosis).from.name).toBe('shop/web-import');
    expect(single(diagnosis).cause.code).toBe('undecidable');
  });

  it('are decided where no policy asks for labels of their own', async () => {
    const helm = masked(pod('shop/helm', { podName: 'helm-6d8f9c7b5-k2x4z' }));
    const diagnosis = await diagnosed(drop(helm, PG, 5432));
    expect(briefs(diagnosis)).toEqual(['missing-access-label shop/helm → database/pg 5432/TCP egress 1']);
    expect(single(diagnosis).proof?.after.verdict).toBe('allowed');
    expect(diagnosis.assumptions).toContainEqual({ code: 'labels-unknown', count: 1, example: 'shop/helm' });
  });

  it.each<readonly [string, Files]>([
    [
      'a policy of its namespace might admit it',
      {
        'own.yaml': cnp(
          'shop/helm',
          `  endpointSelector: {matchLabels: {app: helm}}\n  egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: database}}]}]`,
        ),
      },
    ],
    [
      'the other end might admit a pod with its labels',
      {
        'policies/database.yaml': cnp(
          'database/pg',
          `  endpointSelector: {}\n  ingress: [{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: shop, app: helm}}]}]`,
        ),
      },
    ],
  ])('are undecidable where %s', async (_, files) => {
    const helm = masked(pod('shop/helm', { podName: 'helm-6d8f9c7b5-k2x4z' }));
    const diagnosis = await diagnosed(drop(helm, PG, 5432), { files: { ...TOWN, ...files } });
    expect(single(diagnosis).cause).toMatchObject({
      code: 'undecidable',
      because: [{ code: 'labels-unknown', pod: 'shop/helm' }],
    });
    expect(single(diagnosis).fix).toBeUndefined();
  });

  it('never prove by a policy that an end without labels escapes', async () => {
    // With labels unknown, no policy would select the database, and the label alone would look like enough.
    const files = {
      ...TOWN,
      'policies/baselines.yaml':
        TOWN['policies/baselines.yaml']?.split('---\napiVersion').slice(0, 2).join('---\napiVersion') ?? '',
      'policies/database.yaml': cnp(
        'database/pg',
        `  endpointSelector: {matchLabels: {app: pg}}\n  ingress: [{fromEntities: [health]}]`,
      ),
      'workloads.yaml': workload('shop/api'),
    };
    const finding = single(await diagnosed(drop(API, masked(PG), 5432), { files }));
    expect(finding.cause.code).toBe('undecidable');
    expect(finding.fix).toBeUndefined();
  });

  it('know reserved identities and the outside by number', async () => {
    const by = (identity: number, ip: string) => ({ ip, endpoint: { ...NOBODY.endpoint, identity } });
    const flows = [
      ...drop(by(6, '192.0.2.7'), API, 8080, { direction: 'ingress' }),
      ...drop(by(1, '192.0.2.8'), API, 8081, { direction: 'ingress' }),
      ...drop(API, by(16_777_300, '203.0.113.9'), 443),
      ...drop(API, by(2, '203.0.113.10'), 444),
      ...drop(API, by(51_234, '10.0.8.8'), 445),
    ];
    const names = (await diagnosed(flows)).findings.map(({ from, to }) => `${from.name} ${to.name}`);
    expect(names.toSorted()).toEqual([
      'host shop/api',
      'remote-node shop/api',
      'shop/api 10.0.8.8',
      'shop/api world',
      'shop/api world',
    ]);
  });
});

describe('where the record does not say the direction', () => {
  it.each([
    ['egress', API, PG, 5432, MISSING.replace('egress', 'unknown')],
    [
      'ingress',
      pod('istio-gateway/internal', { labels: { 'gateway.networking.k8s.io/gateway-name': 'external' } }),
      API,
      8080,
      'profile-without-gateway istio-gateway/internal → shop/api 8080/TCP unknown 1',
    ],
  ] as const)(
    'both ends are judged, and the one that refuses on %s is named',
    async (_, from, to, port, expected) => {
      const finding = single(await diagnosed(drop(from, to, port, { direction: 'unknown' })));
      expect(brief(finding)).toBe(expected);
      expect(finding.proof?.after.verdict).toBe('allowed');
    },
  );
});

describe('both ends are judged from either end', () => {
  it.each(['egress', 'ingress'] as const)('a flow that was dropped on %s', async (direction) => {
    const finding = single(await diagnosed(drop(API, PG, 5432, { direction })));
    expect(finding.decision).toMatchObject({ egress: { verdict: 'denied' }, ingress: { verdict: 'denied' } });
    expect(finding.proof?.after).toMatchObject({
      egress: { verdict: 'allowed' },
      ingress: { verdict: 'allowed' },
    });
  });

  it('and the side that recorded the drop is the one whose cause is named', async () => {
    const flow = (direction: 'egress' | 'ingress') => drop(SMTP, API, 8080, { direction });
    expect(briefs(await diagnosed(flow('egress'), { namespace: 'mail' }))).toEqual([
      'no-rule mail/smtp → shop/api 8080/TCP egress 1',
    ]);
    expect(single(await diagnosed(flow('ingress'), { namespace: 'mail' })).cause).toEqual({
      code: 'no-rule',
      namespace: 'shop',
    });
  });
});

describe('pods of one workload whose labels differ', () => {
  const files = {
    ...TOWN,
    'own.yaml':
      cnp(
        'mail/smtp',
        `  endpointSelector: {}\n  ingress: [{fromEndpoints: [{matchLabels: {app: nobody}}]}]`,
      ) +
      cnp(
        'shop/api',
        `  endpointSelector: {matchLabels: {app: api}}\n  egress: [{toEndpoints: [{matchLabels: {app: nobody}}]}]`,
      ),
  };
  const version = (name: string, labels: Readonly<Record<string, string>>) =>
    pod('shop/api', { podName: `api-${name}`, labels, namespaceLabels: { [PROFILE]: 'internal' } });

  it('have one finding, and a fix that is proven for all of them', async () => {
    const flows = [
      ...drop(version('old', { app: 'api', version: 'v1' }), SMTP, 25),
      ...drop(version('new', { app: 'api', version: 'v2' }), SMTP, 25),
    ];
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.count).toBe(2);
    expect(finding.fix?.steps.map(({ kind }) => kind)).toEqual(['rule', 'rule']);
  });

  it('get no fix that helps only some of them', async () => {
    const flows = [
      ...drop(version('old', { version: 'v1' }), SMTP, 25),
      ...drop(version('new', { app: 'api', version: 'v2' }), SMTP, 25),
    ];
    // No policy of the namespace selects the old pods, so no rule there would help them.
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.count).toBe(2);
    expect(finding.fix).toBeUndefined();
    expect(finding.noFix).toBeDefined();
  });
});

describe('clients in the network of their node', () => {
  const files = {
    ...TOWN,
    'own.yaml': cnp(
      'shop/api',
      `  endpointSelector: {matchLabels: {app: api}}\n  ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]`,
    ),
  };

  it('are admitted as nodes, never by an address, and with a warning', async () => {
    const flows = drop(reserved('remote-node', '192.0.2.7', 6), API, 8080, { direction: 'ingress' });
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.fix?.edits.map(({ after }) => after).join('')).toContain('fromEntities: [remote-node]');
    expect(finding.fix?.edits.map(({ after }) => after).join('')).not.toContain('192.0.2.7');
    expect(finding.fix?.warnings).toContainEqual({ code: 'admits-nodes' });
  });

  it('behind a NodePort are the world, and opening to it is flagged', async () => {
    const flows = drop(world('198.51.100.7'), API, 8080, { direction: 'ingress' });
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.fix?.edits.map(({ after }) => after).join('')).toContain('fromEntities: [world]');
    expect(finding.fix?.warnings).toContainEqual({ code: 'admits-world' });
  });
});

describe('flows of two clusters', () => {
  const east = pod('shop/api', { cluster: 'east', namespaceLabels: { [PROFILE]: 'standard' } });
  const home = [event(API, COREDNS, 53, passes(udp(53))), event(SMTP, COREDNS, 53, passes(udp(53)))];

  it('are told apart, though namespaces and workloads have the same names', async () => {
    const diagnosis = await diagnosed([...home, ...drop(API, PG, 5432), ...drop(east, PG, 5432)]);
    expect(briefs(diagnosis)).toEqual(['undecidable east:shop/api → database/pg 5432/TCP egress 1', MISSING]);
    expect(diagnosis.findings[0]?.cause).toEqual({
      code: 'undecidable',
      because: [{ code: 'other-cluster', cluster: 'east' }],
    });
  });

  it('do not get the labels that these files give a namespace of that name', async () => {
    const files = {
      ...TOWN,
      'namespaces.yaml': namespace('shop', { [POSTGRES]: 'true' }) + namespace('database'),
    };
    const flows = [...home, ...drop(east, PG, 5432, { direction: 'ingress' })];
    const finding = single(await diagnosed(flows, { files }));
    expect(finding.decision?.egress.verdict).toBe('unjudged');
    expect(finding.decision?.ingress.verdict).toBe('denied');
    expect(finding.fix?.kind).not.toBe('access-label');
  });

  it('are admitted by a rule that names the cluster', async () => {
    const files = {
      ...TOWN,
      'own.yaml': cnp(
        'shop/api',
        `  endpointSelector: {matchLabels: {app: api}}\n  ingress: [{fromEndpoints: [{matchLabels: {app: web}}]}]`,
      ),
    };
    const web = pod('mail/smtp', { cluster: 'east' });
    const finding = single(
      await diagnosed([...home, ...drop(web, API, 8080, { direction: 'ingress' })], { files }),
    );
    expect(finding.fix?.edits[0]?.after).toContain('io.cilium.k8s.policy.cluster: east');
    expect(finding.proof?.after).toMatchObject({
      egress: { verdict: 'unjudged' },
      ingress: { verdict: 'allowed' },
    });
  });

  it('name the cluster by most of the pods where nobody said one', async () => {
    const live = (id: string) => pod(id, { cluster: 'live' });
    const diagnosis = await diagnosed(drop(live('shop/api'), live('database/pg'), 5432));
    expect(briefs(diagnosis)).toEqual([MISSING]);
    expect(diagnosis.assumptions).toContainEqual({ code: 'cluster-name', name: 'live' });
  });

  it('keep to the name that the catalog gives', async () => {
    const diagnosis = await diagnosed(drop(API, PG, 5432), {
      options: { clusterName: 'live' },
      isClusterNameAssumed: false,
    });
    expect(single(diagnosis).cause).toMatchObject({
      because: [{ code: 'other-cluster', cluster: 'default' }],
    });
  });
});

describe('a pod that is starting', () => {
  it('is no finding about its policy', async () => {
    const starting = { ...API, endpoint: { ...API.endpoint, identity: 5, labels: ['reserved:init'] } };
    const finding = single(await diagnosed(drop(starting, PG, 5432)));
    expect(finding.cause).toEqual({ code: 'endpoint-starting', pod: 'shop/api' });
    expect(finding.fix).toBeUndefined();
  });
});

describe('an address that is a pod, and was taken for another', () => {
  it('is explained, and nodes are not admitted for it', async () => {
    const flows = [
      event(SMTP, API, 8080, passes({ nodeName: 'default/n1' })),
      ...drop(reserved('remote-node', SMTP.ip, 6), API, 8080, {
        direction: 'ingress',
        nodeName: 'default/n2',
      }),
    ];
    const finding = single(await diagnosed(flows));
    expect(finding.cause).toEqual({
      code: 'identity-lost',
      address: SMTP.ip,
      pod: 'mail/smtp',
      seenAs: 'remote-node',
    });
    expect(finding.fix).toBeUndefined();
  });

  it.each([
    ['the world', world(SMTP.ip)],
    ['nobody', { ...NOBODY, ip: SMTP.ip }],
  ])('also where it was taken for %s', async (_, end) => {
    const flows = [event(API, SMTP, 25, passes()), ...drop(API, end, 25)];
    expect(single(await diagnosed(flows)).cause.code).toBe('identity-lost');
  });

  it('but a node is a node where no pod has its address', async () => {
    const flows = [
      event(SMTP, API, 8080, passes()),
      ...drop(reserved('remote-node', '192.0.2.7', 6), API, 8080, { direction: 'ingress' }),
    ];
    expect(single(await diagnosed(flows)).cause.code).toBe('no-rule');
  });
});
