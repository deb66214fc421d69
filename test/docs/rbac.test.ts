import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { forwardToRelay, openCluster } from '../../src/adapters/kubernetes/index.ts';
import { type ClusterVerb, KINDS_OF_VERB } from '../../src/cli/cluster-kinds.ts';
import { GUARD_RESOURCE, GUARD_VERB } from '../../src/core/catalog/guard/admission.ts';
import { DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { reaperText } from '../../src/core/catalog/reaper/manifest.ts';
import { APPLIED_KINDS, CILIUM_CONFIG, readCluster } from '../../src/core/cluster/index.ts';
import { CLUSTER_KIND_NAMES, CLUSTER_KINDS, type ClusterKindName } from '../../src/core/model/cluster.ts';
import { type AccessRule, type ApiServer, startApiServer } from '../../src/demo/kubernetes/index.ts';
import { kubeconfigFor } from '../lib/api-server.ts';
import { runCommand } from '../lib/command.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/rbac.md', import.meta.url)), 'utf8');

interface Role {
  readonly kind: 'Role' | 'ClusterRole';
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

const ROLES: readonly Role[] = [...PAGE.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap(([, text = '']) =>
  parseAllDocuments(text).map((document) => document.toJS() as Role),
);

/** `get cilium.io/ciliumendpoints`, with the names where only some are meant. */
function grantsOf(name: string): ReadonlySet<string> {
  const grants = ROLES.filter(({ metadata }) => metadata.name === name).flatMap(({ rules }) =>
    rules.flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => [verb, `${group}/${resource}`, ...resourceNames].join(' ')),
        ),
      ),
    ),
  );
  expect(new Set(grants).size).toBe(grants.length);
  return new Set(grants);
}

function asked(kinds: readonly ClusterKindName[], verbs: readonly string[]): readonly string[] {
  return kinds.flatMap((kind) => {
    const { group, plural } = CLUSTER_KINDS[kind];
    return kind === 'ConfigMap'
      ? [`get ${group}/${plural} ${CILIUM_CONFIG}`]
      : verbs.map((verb) => `${verb} ${group}/${plural}`);
  });
}

const READ = ['get', 'list', 'watch'];

describe('docs/rbac.md', () => {
  it('lets readers read every kind that is read, and nothing else', () => {
    expect(grantsOf('propolis-reader')).toEqual(new Set(asked(CLUSTER_KIND_NAMES, READ)));
  });

  it('lets writers write what apply writes, and nothing else', () => {
    const policies = APPLIED_KINDS.filter((kind) => kind !== 'Namespace');
    expect(grantsOf('propolis-dev-writer')).toEqual(
      new Set([
        ...asked(policies, [...READ, 'create', 'patch']),
        ...asked(['Namespace'], [...READ, 'patch']),
      ]),
    );
  });

  it('lets those who open the hatch patch namespaces, past the guard, and nothing else', () => {
    expect(grantsOf('propolis-hatch')).toEqual(
      new Set([
        ...asked(['Namespace'], ['get', 'list', 'patch']),
        `${GUARD_VERB} ${DEFAULT_CATALOG.labelPrefix}/${GUARD_RESOURCE}`,
      ]),
    );
  });

  it('has a row for each verb, with what it reads', () => {
    const rows = [...PAGE.matchAll(/^\| `([a-z ]+)` \| ([^|]+) \| `([a-z-]+)` \|$/gm)];
    const verbs = Object.keys(KINDS_OF_VERB) as ClusterVerb[];
    expect(rows.map(([, verb = '']) => verb).sort()).toEqual([...verbs].sort());
    const pluralsOf = (verb: ClusterVerb): readonly string[] =>
      KINDS_OF_VERB[verb].map((kind) => CLUSTER_KINDS[kind].plural);
    for (const [, verb = '', reads = ''] of rows) {
      const said = reads
        .split(', ')
        .flatMap((word) => (word === 'the same as `can`' ? pluralsOf('can') : [word]));
      expect([...said].sort(), verb).toEqual([...pluralsOf(verb as ClusterVerb)].sort());
    }
  });

  it('reads with each verb no kind that is not in the list of kinds', () => {
    const all = new Set<string>(CLUSTER_KIND_NAMES);
    const read = new Set(Object.values(KINDS_OF_VERB).flat());
    expect([...read].filter((kind) => !all.has(kind))).toEqual([]);
    expect([...all].filter((kind) => !read.has(kind as ClusterKindName))).toEqual([]);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'propolis-rbac-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let api: ApiServer | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

function rulesOf(roles: readonly Role[]): readonly AccessRule[] {
  return roles.flatMap(({ metadata: { namespace }, rules }) =>
    rules.map(({ apiGroups, resources, resourceNames, verbs }) => ({
      verbs,
      groups: apiGroups,
      resources,
      ...(resourceNames === undefined ? {} : { names: resourceNames }),
      ...(namespace === undefined ? {} : { namespaces: [namespace] }),
    })),
  );
}

function clusterWith(role: string) {
  return clusterFor(rulesOf(ROLES.filter(({ metadata }) => metadata.name === role)));
}

async function clusterFor(rules: readonly AccessRule[]) {
  expect(rules.length).toBeGreaterThan(0);
  const server = await startApiServer({ users: [{ name: 'me', token: 'secret', rules }] });
  api = server;
  for (const name of ['kube-system', 'shop']) make('Namespace', { metadata: { name } });
  make('ConfigMap', {
    metadata: { name: CILIUM_CONFIG, namespace: 'kube-system' },
    data: { 'cluster-name': 'x' },
  });
  writeFileSync(join(folder, 'kubeconfig'), kubeconfigFor(server.url, { token: 'secret' }));
  return { server, cluster: openCluster({ kubeconfig: join(folder, 'kubeconfig'), cwd: folder, env: {} }) };
}

function propolis(words: readonly string[], nowMs?: number) {
  return runCommand([...words, '--kubeconfig', 'kubeconfig'], {
    cwd: folder,
    ...(nowMs === undefined ? {} : { nowMs }),
  });
}

function make(kind: string, body: object): void {
  const served = api?.kinds.find((one) => one.kind === kind);
  if (api === undefined || served === undefined) throw new Error(kind);
  const { namespace = '' } = (body as { readonly metadata: { readonly namespace?: string } }).metadata;
  const made = JSON.parse(JSON.stringify(body)) as Parameters<typeof api.registry.create>[2];
  api.registry.create(served, namespace, made, { manager: 'test', isDryRun: false });
}

describe('with the role of docs/rbac.md', () => {
  it.each(Object.keys(KINDS_OF_VERB) as ClusterVerb[])('%s reads all that it asks for', async (verb) => {
    const { cluster } = await clusterWith('propolis-reader');
    const state = await readCluster(cluster, { kinds: KINDS_OF_VERB[verb], ciliumNamespace: 'kube-system' });
    expect(state.missing).toEqual([]);
  });

  it('readers may also watch', async () => {
    const { cluster } = await clusterWith('propolis-reader');
    const stop = new AbortController();
    for await (const [change] of cluster.watch('CiliumEndpoint', {}, stop.signal)) {
      expect(change).toEqual({ kind: 'all', objects: [] });
      stop.abort();
    }
  });

  it('the relay is found, and forwarded to', async () => {
    const { cluster, server } = await clusterWith('propolis-relay');
    make('Service', {
      metadata: { name: 'hubble-relay', namespace: 'kube-system' },
      spec: { selector: { app: 'relay' }, ports: [{ port: 80, targetPort: 4245 }] },
    });
    make('Pod', {
      metadata: { name: 'relay', namespace: 'kube-system', labels: { app: 'relay' } },
      spec: { containers: [{ name: 'relay', image: 'x' }] },
    });
    const pod = server.kinds.find(({ kind }) => kind === 'Pod');
    if (pod === undefined) throw new Error('no pods');
    server.registry.patch(
      { kind: pod, namespace: 'kube-system', name: 'relay', subresource: 'status' },
      {
        form: 'merge',
        body: { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
        isForced: false,
      },
      { manager: 'kubelet', isDryRun: false },
    );
    const { relay, createConnection } = await forwardToRelay(cluster, 'kube-system');
    expect(relay.pod).toBe('relay');
    const stream = createConnection();
    const error = await new Promise<unknown>((resolve) => void stream.on('error', resolve));
    // Nobody listens there, which only those who may forward get to know.
    expect(error).toMatchObject({ failure: { code: 'forward-failed' } });
  });

  it.each([
    ['the role', () => rulesOf(ROLES.filter(({ metadata }) => metadata.name === 'propolis-hatch'))],
    ['one namespace', () => [{ verbs: ['get', 'patch'], resources: ['namespaces'], names: ['shop'] }]],
  ])('a namespace is opened and closed with %s', async (_, rulesFor) => {
    const { server } = await clusterFor(rulesFor());
    const words = ['hatch', 'open', 'shop', '--reason', 'x', '--confirm', 'shop', '--watch', '2s'];
    const opened = await propolis(words);
    expect(opened).toMatchObject({ code: 0, err: expect.stringContaining('shop is open until') as string });
    // Flows are for another role: it is said, and the change stands.
    expect(opened.err).toContain('the change stands, and its flows could not be watched');
    expect(opened.err).toContain('Grant it');
    const labels = (): unknown => server.store.get('Namespace', '', 'shop')?.['metadata'];
    expect(labels()).toMatchObject({ labels: { 'network-policy.homelab/enforcement': 'disabled' } });
    expect((await propolis(['hatch', 'close', 'shop', '--watch', '0'])).code).toBe(0);
    expect(labels()).not.toMatchObject({ labels: { 'network-policy.homelab/enforcement': 'disabled' } });
  });

  it('the reaper reaps with the role that is rendered for it', async () => {
    const roles = parseAllDocuments(reaperText(DEFAULT_CATALOG)).map((document) => document.toJS() as Role);
    await clusterFor(rulesOf(roles.filter(({ kind }) => kind === 'ClusterRole')));
    await propolis([
      'hatch',
      'open',
      'shop',
      '--reason',
      'x',
      '--confirm',
      'shop',
      '--for',
      '30m',
      '--watch',
      '0',
    ]);
    const later = Date.now() + 3_600_000;
    const reaped = await propolis(['hatch', 'reap'], later);
    expect(reaped).toMatchObject({ code: 0, err: expect.stringContaining('shop is closed') as string });
  });

  it('apply writes', async () => {
    const { server } = await clusterWith('propolis-dev-writer');
    writeFileSync(
      join(folder, 'propolis.yaml'),
      `clusters:\n  dev:\n    environment: dev\n    context: test\n    server: ${server.url}\n`,
    );
    writeFileSync(
      join(folder, 'all.yaml'),
      `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {network-policy.homelab/profile: internal}}
---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: dns}
spec: {endpointSelector: {}, ingress: [{fromEntities: [health]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np, namespace: shop}
spec: {podSelector: {}}
`,
    );
    const { out, code } = await propolis(['apply', '--context', 'test']);
    expect(out).toContain('3 objects: 2 created, 1 changed');
    expect(code).toBe(0);
  });
});
