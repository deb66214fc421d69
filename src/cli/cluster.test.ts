import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, kubeconfigFor, type TestApi, testApi } from '../../test/lib/api-server.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from '../demo/kubernetes/index.ts';
import { run } from './run.ts';

let folder = '';
let server: ApiServer | undefined;
let api: TestApi | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-cluster-cli-'));
});
afterEach(async () => {
  await server?.close();
  await api?.close();
  server = undefined;
  api = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const OBJECTS: readonly (readonly [kind: string, body: object])[] = [
  ['Namespace', { metadata: { name: 'kube-system' } }],
  ['Namespace', { metadata: { name: 'shop', labels: { 'network-policy.homelab/profile': 'internal' } } }],
  ['Namespace', { metadata: { name: 'database' } }],
  [
    'ConfigMap',
    { metadata: { name: 'cilium-config', namespace: 'kube-system' }, data: { 'enable-policy': 'default' } },
  ],
  [
    'Pod',
    {
      metadata: {
        name: 'web-7d4b9-x',
        namespace: 'shop',
        labels: { app: 'web', 'pod-template-hash': '7d4b9' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7d4b9', uid: '1', controller: true },
        ],
      },
      spec: { containers: [{ name: 'web', image: 'web:1', env: [{ name: 'TOKEN', value: 'hunter2' }] }] },
    },
  ],
  [
    'Pod',
    { metadata: { name: 'pg-0', namespace: 'database', labels: { app: 'pg' } }, spec: { containers: [] } },
  ],
  [
    'Pod',
    {
      metadata: { name: 'cilium-x', namespace: 'kube-system', labels: { 'k8s-app': 'cilium' } },
      spec: {
        containers: [{ name: 'cilium-agent', image: 'quay.io/cilium/cilium:v1.18.2' }],
        hostNetwork: true,
      },
    },
  ],
  [
    'CiliumNetworkPolicy',
    {
      apiVersion: 'cilium.io/v2',
      metadata: { name: 'default', namespace: 'database' },
      spec: {
        endpointSelector: {},
        ingress: [
          {
            fromEndpoints: [{ matchLabels: { 'io.kubernetes.pod.namespace': 'shop' } }],
            toPorts: [{ ports: [{ port: '5432', protocol: 'TCP' }] }],
          },
        ],
      },
    },
  ],
];

async function demo(options: ApiServerOptions = {}): Promise<ApiServer> {
  const started = await startApiServer(options);
  server = started;
  for (const [kind, body] of OBJECTS) {
    const served = started.kinds.find((one) => one.kind === kind);
    if (served === undefined) continue;
    const { namespace = '' } = (body as { readonly metadata: { readonly namespace?: string } }).metadata;
    const made = JSON.parse(JSON.stringify(body)) as Parameters<typeof started.registry.create>[2];
    started.registry.create(served, namespace, made, { manager: 'test', isDryRun: false });
  }
  writeFileSync(join(folder, 'config'), kubeconfigFor(started.url, { token: 'hunter2' }));
  return started;
}

async function answering(answer: Answer): Promise<void> {
  api = await testApi(answer);
  writeFileSync(join(folder, 'config'), kubeconfigFor(api.url));
}

async function propolis(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await run(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    cwd: folder,
    env: { KUBECONFIG: 'config', HOME: folder },
    columns: undefined,
    stdin: Readable.from([]),
    now: () => Date.UTC(2026, 2, 1),
  });
  return { code, out, err };
}

const QUESTION = ['can', 'shop/web', 'database', '5432'] as const;

describe('a running cluster', () => {
  it('answers as files do, and is named on standard error', async () => {
    const { url } = await demo();
    const { code, out, err } = await propolis(...QUESTION, '--cluster');
    expect(out).toContain('✓ shop/web → database/pg-0   5432/TCP   allowed');
    expect(out).toContain('ingress  allowed by default (cluster:cnp/database/default)');
    expect(out).toContain('judged by the rules of Cilium 1.18');
    expect(err).toBe(`propolis: cluster: context test → ${url}\n`);
    expect(code).toBe(0);
  });

  it('is judged as the catalog says, and else as the cluster does', async () => {
    const { url } = await demo();
    writeFileSync(
      join(folder, 'propolis.yaml'),
      `clusters:\n  here:\n    environment: dev\n    context: test\n    server: ${url}\n    cilium: {version: "1.20"}\n`,
    );
    const { out, err } = await propolis(...QUESTION, '--cluster');
    expect(out).toContain('judged by the rules of Cilium 1.20');
    expect(err).toBe(`propolis: cluster here (dev): context test → ${url}\n`);
  });

  it('and its snapshot give the same answer', async () => {
    await demo();
    const saved = await propolis('snapshot', '-o', 'cluster.json');
    expect(saved.err).toContain(
      '3 namespaces, 3 pods, 1 configmaps, 1 ciliumnetworkpolicies, in cluster.json',
    );
    expect(saved.code).toBe(0);
    const text = readFileSync(join(folder, 'cluster.json'), 'utf8');
    expect(text).not.toContain('hunter2');
    expect((await propolis('snapshot')).out).toBe(text);
    const live = await propolis(...QUESTION, '--cluster', '-o', 'json');
    const later = await propolis(...QUESTION, '--snapshot', 'cluster.json', '-o', 'json');
    const { assumptions: _, ...now } = JSON.parse(live.out) as { readonly assumptions: unknown };
    expect(JSON.parse(later.out)).toMatchObject(now);
    expect(later.err).toContain('as it was at 2026-03-01T00:00:00.000Z');
  });

  it('of which a part may not be read answers with the rest, and names the rule', async () => {
    const rules = [
      { verbs: ['*'], groups: ['cilium.io', 'networking.k8s.io'], resources: ['*'] },
      { verbs: ['*'], groups: [''], resources: ['namespaces', 'pods', 'configmaps'] },
    ];
    await demo({ users: [{ name: 'me', token: 'hunter2', rules }] });
    const { code, out, err } = await propolis(...QUESTION, '--cluster');
    expect(out).toContain('allowed');
    expect(out).toContain('services of the cluster could not be read');
    expect(err).toContain(
      '{apiGroups: [""], resources: [services], verbs: [get, list, watch]} (docs/rbac.md',
    );
    expect(code).toBe(0);
  });

  it('whose policies may not be read gives no answer that counts', async () => {
    const rules = [{ verbs: ['*'], groups: ['', 'networking.k8s.io'], resources: ['*'] }];
    const more = { verbs: ['*'], groups: ['cilium.io'], resources: ['ciliumnetworkpolicies'] };
    await demo({ users: [{ name: 'me', token: 'hunter2', rules: [...rules, more] }] });
    const { code, err } = await propolis(...QUESTION, '--cluster');
    expect(err).toContain('list ciliumclusterwidenetworkpolicies.cilium.io');
    expect(code).toBe(2);
  });
});

describe('what does not work is one message, with what to do, and 2', () => {
  it.each<[string, () => Promise<unknown>, readonly string[], string]>([
    ['no kubeconfig', () => Promise.resolve(), [], 'There is no kubeconfig: looked for'],
    ['an unknown context', () => demo(), ['--context', 'tes'], 'Did you mean test?'],
    ['no Cilium', () => demo({ isWithoutCilium: true }), [], 'Cilium is not installed there'],
    [
      'a wrong token',
      () => demo({ users: [{ name: 'me', token: 'other', rules: [] }] }),
      [],
      'does not accept the credentials of the context test',
    ],
    [
      'no API server',
      () => answering((_, response) => Boolean(response.end('<html>\u001b[2J</html>'))),
      [],
      'is no Kubernetes API: <html>\\x1b[2J</html>',
    ],
    [
      'a server of something else',
      () => answering((_, response) => Boolean(response.writeHead(404).end())),
      [],
      'is no Kubernetes API: it answers 404.',
    ],
    [
      'a server that hangs',
      () => answering(() => true),
      ['--request-timeout', '50ms'],
      'did not answer within 0.05 seconds',
    ],
    ['a server that is away', async () => (await demo()).close(), [], 'cannot be reached: ECONNREFUSED'],
  ])('%s', async (_, prepare, args, message) => {
    await prepare();
    const { code, out, err } = await propolis(...QUESTION, '--cluster', ...args);
    expect(err).toContain(message);
    expect(err).not.toMatch(/\n\s+at |hunter2/);
    const said = err
      .split('\n')
      .filter((line) => line.startsWith('propolis: ') && !line.startsWith('propolis: cluster:'));
    expect(said).toHaveLength(1);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  it.each([
    [['--cluster', '--snapshot', 'x.json'], '--cluster and --snapshot are two sources of the same'],
    [['--cluster', '--manifests', 'x.yaml'], '--cluster and --manifests are two sources of the same'],
    [['--snapshot', 'x.json', '--context', 'dev'], '--snapshot is a file'],
    [['--context', 'dev'], 'Add --cluster to read the cluster'],
    [['--snapshot', 'nowhere.json'], 'The snapshot nowhere.json cannot be read'],
    [['--cluster', '--request-timeout', 'soon'], 'It must be a time such as 5s or 1m.'],
    [['--cluster', '--var', 'a=b'], '--var is for files'],
  ])('options that make no sense: %j', async (args, message) => {
    await demo();
    const { code, err } = await propolis(...QUESTION, ...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('a diff of a cluster', async () => {
    await demo();
    const { code, err } = await propolis('lint', '--cluster', '-o', 'diff');
    expect(err).toContain('-o diff is about files, and a cluster has none.');
    expect(code).toBe(2);
  });
});
