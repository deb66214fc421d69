import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { exampleFiles } from '../../scripts/example.ts';
import { type DemoCluster, startDemoCluster } from '../../src/demo/index.ts';

/** Whether this machine has the program. */
function has(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

const HAS_KUBECTL = has('kubectl', 'version', '--client');
const HAS_HUBBLE = has('hubble', 'version');

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let cluster: DemoCluster;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-test-'));
  cluster = await startDemoCluster({ files: () => Promise.resolve(exampleFiles()), folder, tls: 'own' });
});

afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

function runProgram(program: string, args: readonly string[], input = ''): Promise<Ran> {
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: cluster.kubeconfig };
  return new Promise((resolve) => {
    const child = execFile(program, args, { env, timeout: 20_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
    child.stdin?.end(input);
  });
}

function kubectl(...args: readonly string[]): Promise<Ran> {
  return runProgram('kubectl', ['--request-timeout=10s', ...args]);
}

function requireKubectl({ skip }: TestContext): void {
  if (!HAS_KUBECTL) skip('kubectl is not on this machine');
}

describe('kubectl on the demo cluster', () => {
  it('lists namespaces with their labels, pods and policies', async (context) => {
    requireKubectl(context);
    const namespaces = await kubectl('get', 'ns', '--show-labels');
    expect(namespaces.err).toBe('');
    expect(namespaces.out).toMatch(/^NAME +STATUS +AGE +LABELS\n/);
    expect(namespaces.out).toMatch(/^zipline +Active .*network-policy.homelab\/profile=standard/m);
    const pods = await kubectl('get', 'pods', '-A', '-o', 'wide');
    expect(pods.out).toMatch(/^zipline +api-\w+-\w+ +1\/1 +Running +0 .* 10\.42\.\d+\.\d+ +node-\d/m);
    const policies = await kubectl('get', 'cnp,ccnp', '-A');
    expect(policies.out).toMatch(/^database +ciliumnetworkpolicy.cilium.io\/database-default +\S+ +True/m);
    expect(policies.out).toMatch(/ciliumclusterwidenetworkpolicy.cilium.io\/baseline-dns-egress +True/);
  });

  it('reads in pages, by selector, and as JSON', async (context) => {
    requireKubectl(context);
    const names = await kubectl('get', 'pods', '-A', '--chunk-size=3', '-o', 'name');
    expect(names.out.trim().split('\n').length).toBe(cluster.api.store.list('Pod').length);
    const dns = await kubectl('get', 'pods', '-n', 'kube-system', '-l', 'k8s-app=kube-dns', '-o', 'json');
    expect((JSON.parse(dns.out) as { readonly items: readonly unknown[] }).items.length).toBeGreaterThan(0);
  });

  it('labels a namespace, whose label Flux then takes away', async (context) => {
    requireKubectl(context);
    expect((await kubectl('label', 'ns', 'zipline', 'by-hand=true')).out).toBe('namespace/zipline labeled\n');
    const labelled = await kubectl('get', 'ns', 'zipline', '-o', 'json', '--show-managed-fields');
    expect(labelled.out).toContain('"manager": "kubectl-label"');
    await cluster.reconcile();
    expect((await kubectl('get', 'ns', 'zipline', '--show-labels')).out).not.toContain('by-hand');
  });

  it('applies, patches and deletes', async (context) => {
    requireKubectl(context);
    const policy = JSON.stringify({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name: 'mine', namespace: 'zipline' },
      spec: { endpointSelector: {}, ingress: [{ fromEntities: ['health'] }] },
    });
    const apply = (...args: readonly string[]): Promise<Ran> =>
      runProgram('kubectl', ['apply', ...args, '-f', '-'], policy);
    const name = 'ciliumnetworkpolicy.cilium.io/mine';
    expect((await apply('--server-side')).out).toBe(`${name} serverside-applied\n`);
    expect((await apply('--server-side', '--field-manager=other')).out).toBe(`${name} serverside-applied\n`);
    const patch = await kubectl(
      'patch',
      'cnp',
      'mine',
      '-n',
      'zipline',
      '--type=merge',
      '-p',
      '{"spec":{"ingress":[]}}',
    );
    expect(patch.out).toBe(`${name} patched\n`);
    const conflict = await apply('--server-side');
    expect(conflict.code).not.toBe(0);
    expect(conflict.err).toContain('conflict with "kubectl-patch" using cilium.io/v2');
    expect((await apply('--server-side', '--force-conflicts')).code).toBe(0);
    expect((await kubectl('delete', 'cnp', 'mine', '-n', 'zipline')).out).toContain('"mine" deleted');
    expect((await kubectl('create', 'namespace', 'fresh')).out).toBe('namespace/fresh created\n');
    expect((await kubectl('annotate', 'ns', 'fresh', 'a=b')).out).toBe('namespace/fresh annotated\n');
    expect((await kubectl('delete', 'ns', 'fresh')).out).toBe('namespace "fresh" deleted\n');
  });

  it('asks who it is, and what it may', async (context) => {
    requireKubectl(context);
    expect((await kubectl('auth', 'whoami', '-o', 'json')).out).toContain('"username": "demo"');
    expect((await kubectl('auth', 'can-i', 'patch', 'ns')).out).toBe('yes\n');
  });
});

describe('hubble on the demo cluster', () => {
  it('observes what is dropped', async ({ skip }) => {
    if (!HAS_HUBBLE) skip('hubble is not on this machine');
    const args = [
      'observe',
      '--server',
      cluster.relay.address,
      '--verdict',
      'DROPPED',
      '-n',
      'zipline',
      '--last',
      '3',
    ];
    const { code, out } = await runProgram('hubble', args);
    expect(code).toBe(0);
    expect(out).toMatch(/zipline\/api-\S+ .*database\/pg-rw-0:5432 .*DROPPED/);
  });

  it('finds its way to the relay through the API server', async ({ skip }) => {
    if (!HAS_HUBBLE) skip('hubble is not on this machine');
    const forward = ['-P', '--port-forward-port', '0', '--kubeconfig', cluster.kubeconfig];
    const { code, out } = await runProgram('hubble', ['observe', ...forward, '--last', '5', '-o', 'json']);
    expect(code).toBe(0);
    expect(out.trim().split('\n').length).toBeGreaterThan(4);
  });
});
