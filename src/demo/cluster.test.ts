import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { exampleFiles } from '../../scripts/example.ts';
import type { SourceFile } from '../core/model/repository.ts';
import { type DemoCluster, type DemoClusterOptions, startDemoCluster } from './cluster.ts';
import { at, type JsonMap, listAt, mapAt, textAt } from './kubernetes/json.ts';
import { nameOf } from './kubernetes/store.ts';

const NOON = Date.UTC(2026, 2, 5, 12);
let cluster: DemoCluster | undefined;
let folder: string | undefined;

afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
});

interface Playing {
  readonly cluster: DemoCluster;
  /** Lets time go by. @returns what Hubble tells meanwhile */
  readonly pass: (seconds: number) => readonly JsonMap[];
}

/** The example on a clock that moves when it is told to. */
async function play(options: Partial<DemoClusterOptions> = {}): Promise<Playing> {
  let now = NOON;
  folder = mkdtempSync(join(tmpdir(), 'propolis-test-'));
  const events: JsonMap[] = [];
  const started = await startDemoCluster({
    files: () => Promise.resolve(exampleFiles()),
    folder,
    now: () => now,
    pastSeconds: 0,
    onEvent: (event) => events.push(event as JsonMap),
    ...options,
  });
  cluster = started;
  return {
    cluster: started,
    pass(seconds) {
      events.length = 0;
      // In steps: what is in force is looked at as time goes by.
      for (let i = 0; i < seconds; i += 1) {
        now += 1000;
        started.advance();
      }
      return [...events];
    },
  };
}

/** Verdicts of what goes from the app to the database. */
function verdicts(events: readonly JsonMap[]): readonly string[] {
  const found = events.filter(
    (event) =>
      textAt(event, 'flow', 'source', 'namespace') === 'zipline' &&
      textAt(event, 'flow', 'destination', 'namespace') === 'database' &&
      at(event, 'flow', 'event_type', 'type') === 5,
  );
  return [...new Set(found.map((event) => textAt(event, 'flow', 'verdict')))].sort();
}

function label({ api }: DemoCluster, labels: JsonMap): void {
  const kind = api.kinds.find((known) => known.kind === 'Namespace');
  if (kind === undefined) throw new Error('no namespaces');
  api.registry.patch(
    { kind, namespace: '', name: 'zipline', subresource: '' },
    { form: 'merge', body: { metadata: { labels } }, isForced: false },
    { manager: 'kubectl-label', isDryRun: false },
  );
}

const POSTGRES = 'access.network-policy.homelab/postgres';

describe('the demo cluster', () => {
  it('changes its verdicts a moment after a label changed, and back when Flux took it away', async () => {
    const { cluster: started, pass } = await play({ enforcementDelayMs: 5000 });
    expect(verdicts(pass(30))).toEqual(['DROPPED']);
    label(started, { [POSTGRES]: 'true' });
    await settled();
    // Agents have not heard of it: retries come at 45, 46 and 48 seconds.
    pass(60);
    expect(verdicts(pass(30))).toEqual(['FORWARDED']);
    expect((await started.reconcile()).configured).toEqual(['Namespace//zipline']);
    pass(6);
    expect(verdicts(pass(30))).toEqual(['DROPPED']);
  });

  it('enforces what changed no sooner than agents do', async () => {
    const { cluster: started, pass } = await play({ enforcementDelayMs: 60_000 });
    label(started, { [POSTGRES]: 'true' });
    await settled();
    expect(verdicts(pass(59))).toEqual(['DROPPED']);
    pass(2);
    expect(verdicts(pass(60))).toEqual(['FORWARDED']);
  });

  it('gives the same events for the same seed, and others for another', async () => {
    const seen: string[] = [];
    for (const seed of [1, 1, 2]) {
      const { cluster: started, pass } = await play({ seed });
      seen.push(JSON.stringify(pass(60)));
      await started.close();
    }
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).not.toBe(seen[2]);
  });

  it('tells events in the order of their time, up to now and not beyond', async () => {
    const { pass } = await play({ speed: 10 });
    const times = pass(60).map((event) => textAt(event, 'time'));
    expect(times.length).toBeGreaterThan(500);
    expect(times).toEqual([...times].sort());
    expect(Date.parse(times.at(-1) ?? '')).toBeLessThanOrEqual(NOON + 60_000);
  });

  it('runs a pod for each replica, with an endpoint and an identity of Cilium', async () => {
    const { cluster: started } = await play();
    const { store } = started.api;
    const pods = store.list('Pod').filter((pod) => nameOf(pod).startsWith('api-'));
    expect(pods.length).toBe(1);
    const endpoint = store.get('CiliumEndpoint', 'zipline', nameOf(pods[0] ?? {}));
    const identity = JSON.stringify(at(endpoint, 'status', 'identity', 'id'));
    const labels = mapAt(store.get('CiliumIdentity', '', identity), 'security-labels');
    expect(labels).toMatchObject({ 'k8s:io.kubernetes.pod.namespace': 'zipline' });
    const addresses = store.list('Pod').map((pod) => textAt(pod, 'status', 'podIP'));
    const own = addresses.filter((address) => address.startsWith('10.42.'));
    expect(new Set(own).size).toBe(own.length);
    // One pod was there before Cilium, and no agent manages it.
    expect(store.get('CiliumEndpoint', 'jellyfin', 'old-remote')).toBeUndefined();
    expect(store.get('Pod', 'jellyfin', 'old-remote')).toBeDefined();
  });

  it('goes on without pods that the API server refuses', async () => {
    const { cluster: started } = await play();
    const { registry, kinds, store } = started.api;
    const kind = kinds.find((known) => known.kind === 'StatefulSet');
    if (kind === undefined) throw new Error('no stateful sets');
    const write = { manager: 'test', isDryRun: false };
    const make = (name: string, labels: JsonMap): unknown =>
      registry.create(
        kind,
        'zipline',
        { metadata: { name }, spec: { template: { metadata: { labels }, spec: { containers: [] } } } },
        write,
      );
    make('refused', { app: 'a b' });
    make('x'.repeat(253), { app: 'long' });
    make('taken', { app: 'taken' });
    await settled();
    const names = store.list('Pod').map(nameOf);
    expect(names).toContain('taken-0');
    expect(names).not.toContain('refused-0');
    expect(names.filter((name) => name.startsWith('x'))).toEqual([]);
  });

  it('gives new identities to pods whose namespace has other labels', async () => {
    const { cluster: started } = await play();
    const numberOf = (): unknown => {
      const [pod] = started.api.store
        .list('CiliumEndpoint')
        .filter((one) => textAt(one, 'metadata', 'namespace') === 'zipline');
      return at(pod, 'status', 'identity', 'id');
    };
    const before = numberOf();
    label(started, { [POSTGRES]: 'true' });
    await settled();
    expect(numberOf()).not.toBe(before);
  });

  it('says of each policy whether agents take it, and what they say', async () => {
    const broken: SourceFile = {
      path: 'kubernetes/broken.yaml',
      text: `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: broken, namespace: zipline }
spec: { endpointSelector: {}, egress: [{ toCIDR: [10.0.0.0/8], toEndpoints: [{}] }] }
`,
    };
    const kustomization = 'kubernetes/namespaces/kustomization.yaml';
    const files = exampleFiles().map((file) =>
      file.path === kustomization ? { ...file, text: `${file.text}  - ../broken.yaml\n` } : file,
    );
    const { cluster: started } = await play({ files: () => Promise.resolve([...files, broken]) });
    const { store } = started.api;
    const conditions = [
      ...store.list('CiliumNetworkPolicy'),
      ...store.list('CiliumClusterwideNetworkPolicy'),
    ].map((policy) => [nameOf(policy), textAt(listAt(policy, 'status', 'conditions')[0], 'status')]);
    expect(conditions.filter(([, status]) => status !== 'True')).toEqual([['broken', 'False']]);
    const found = store.get('CiliumNetworkPolicy', 'zipline', 'broken');
    expect(textAt(listAt(found, 'status', 'conditions')[0], 'message')).toContain('toCIDR');
  });

  it('does not let in what the schema of a policy does not allow, and drops what it does not know', async () => {
    const { cluster: started } = await play();
    const { registry, kinds } = started.api;
    const kind = kinds.find((known) => known.kind === 'CiliumNetworkPolicy');
    if (kind === undefined) throw new Error('no policies');
    const write = { manager: 'test', isDryRun: false } as const;
    const policy = (spec: JsonMap): JsonMap => ({ metadata: { name: 'mine' }, spec });
    expect(() =>
      registry.create(kind, 'zipline', policy({ endpointSelector: {}, ingress: 'all' }), write),
    ).toThrow('CiliumNetworkPolicy.cilium.io "mine" is invalid: spec.ingress');
    const typo = policy({ endpointSelector: {}, ingress: [{ fromEndpoint: [{}] }] });
    expect(() => registry.create(kind, 'zipline', typo, { ...write, validation: 'Strict' })).toThrow(
      'strict decoding error: unknown field "spec.ingress[0].fromEndpoint"',
    );
    const told: string[] = [];
    const kept = registry.create(kind, 'zipline', typo, {
      ...write,
      validation: 'Warn',
      warn: (text) => told.push(text),
    });
    expect(told).toEqual(['unknown field "spec.ingress[0].fromEndpoint"']);
    expect(kept['spec']).toEqual({ endpointSelector: {}, ingress: [{}] });
  });

  it('writes a kubeconfig with the contexts of the catalog, for its owner only', async () => {
    const { cluster: started } = await play({ tls: 'own' });
    const config = JSON.parse(readFileSync(started.kubeconfig, 'utf8')) as JsonMap;
    expect(started.context).toBe('homelab-live');
    expect(textAt(config, 'current-context')).toBe('homelab-live');
    expect(textAt(listAt(config, 'clusters')[0], 'cluster', 'server')).toBe(started.api.url);
    expect(started.api.url).toMatch(/^https:/);
  });

  it('has nothing of Cilium where that is not installed', async () => {
    const { cluster: started } = await play({ isWithoutCilium: true });
    expect(started.api.store.list('CiliumNetworkPolicy')).toEqual([]);
    expect(started.api.store.list('Pod').some((pod) => nameOf(pod).startsWith('hubble-relay'))).toBe(false);
  });

  it('finds traffic for a repository that it does not know', async () => {
    const file = (text: string): SourceFile => ({ path: 'all.yaml', text });
    const shop = `apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: web, ports: [{ containerPort: 8080 }] }] }
---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: { name: nothing }
spec: { endpointSelector: {}, egress: [{}], ingress: [{}] }
`;
    const { pass } = await play({ files: () => Promise.resolve([file(shop)]) });
    const flows = pass(120).filter((event) => textAt(event, 'flow', 'source', 'namespace') === 'shop');
    expect(flows.some((event) => textAt(event, 'flow', 'verdict') === 'DROPPED')).toBe(true);
  });
});

/** Controllers and agents see a change after what made it. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
