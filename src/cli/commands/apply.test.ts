import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kubeconfigFor } from '../../../test/lib/api-server.ts';
import { runCommand } from '../../../test/lib/command.ts';
import { type ApiServer, startApiServer } from '../../demo/kubernetes/index.ts';

let server: ApiServer;
let folder = '';

const POLICY = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
  - fromEntities: [health]
`;
const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: internal
    team: web
`;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-apply-'));
  server = await startApiServer();
  make('Namespace', { metadata: { name: 'database' } });
  make('Namespace', { metadata: { name: 'shop', labels: { owner: 'somebody' } } });
  write('kubeconfig', kubeconfigFor(server.url));
  write('propolis.yaml', catalog('dev', server.url));
  write('policies/database.yaml', POLICY);
  write('namespaces/shop.yaml', NAMESPACE);
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function catalog(environment: string, url: string): string {
  return `clusters:\n  here:\n    environment: ${environment}\n    context: test\n    server: ${url}\n`;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function make(kind: string, body: object, manager = 'kubectl-create'): void {
  const served = server.kinds.find((one) => one.kind === kind);
  if (served === undefined) throw new Error(kind);
  const { namespace = '' } = (body as { readonly metadata: { readonly namespace?: string } }).metadata;
  server.registry.create(served, namespace, body as Parameters<typeof server.registry.create>[2], {
    manager,
    isDryRun: false,
  });
}

function apply(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return runCommand(['apply', '--kubeconfig', 'kubeconfig', ...args], { cwd: folder });
}

function inCluster(kind: string, namespace: string, name: string): unknown {
  return server.store.get(kind, namespace, name);
}

describe('propolis apply', () => {
  it('puts policies and the catalog’s labels into a dev cluster, and says where it is', async () => {
    const { code, out, err } = await apply('--context', 'test');
    expect(err).toBe(`propolis: cluster here (dev): context test → ${server.url}\n`);
    expect(out).toBe(
      '+ CNP database/default  created\n+ Namespace shop  changed\n\n2 objects: 1 created, 1 changed; nothing is ever deleted\n',
    );
    expect(code).toBe(0);
    expect(inCluster('CiliumNetworkPolicy', 'database', 'default')).toMatchObject({
      spec: { endpointSelector: {} },
    });
    // Other labels are not the catalog's.
    expect(inCluster('Namespace', '', 'shop')).toMatchObject({
      metadata: { labels: { owner: 'somebody', 'network-policy.homelab/profile': 'internal' } },
    });
    expect(JSON.stringify(inCluster('Namespace', '', 'shop'))).not.toContain('"team"');
  });

  it('finds nothing to change the second time, and takes back a label that the file has no more', async () => {
    await apply('--context', 'test');
    expect((await apply('--context', 'test')).out).toContain('2 objects: 2 as they should be');
    write('namespaces/shop.yaml', NAMESPACE.replace(/ {4}network.*\n/, ''));
    expect((await apply('--context', 'test')).out).toContain('Namespace shop  changed');
    expect(JSON.stringify(inCluster('Namespace', '', 'shop'))).not.toContain('"internal"');
  });

  it('writes nothing in a dry run, neither on the server’s side nor on its own', async () => {
    const asked = await apply('--context', 'test', '--dry-run', 'server');
    expect(asked.out).toContain('CNP database/default  would be created');
    const own = await apply('--context', 'test', '--dry-run', 'client');
    expect(own.out).toContain('CNP database/default  would be applied');
    expect([asked.code, own.code]).toEqual([0, 0]);
    expect(inCluster('CiliumNetworkPolicy', 'database', 'default')).toBeUndefined();
  });

  it('applies only what stands in the files that are named', async () => {
    const { out } = await apply('--context', 'test', 'policies/database.yaml');
    expect(out).toContain('1 object: 1 created');
  });

  it('names who manages a field that it would change, and applies the rest', async () => {
    const spec = { endpointSelector: {}, ingress: [{ fromEntities: ['host'] }] };
    make(
      'CiliumNetworkPolicy',
      { apiVersion: 'cilium.io/v2', metadata: { name: 'default', namespace: 'database' }, spec },
      'kustomize-controller',
    );
    const { code, out } = await apply('--context', 'test');
    expect(out).toContain(
      '✗ CNP database/default  conflict\n    .spec.ingress belongs to kustomize-controller;',
    );
    expect(out).toContain('+ Namespace shop  changed');
    expect(code).toBe(1);
    expect((await apply('--context', 'test', '--force-conflicts')).code).toBe(0);
  });

  it('leaves out what has no value, what the agent refuses, and namespaces that are not there', async () => {
    write('policies/more.yaml', POLICY.replace('name: default', 'name: bad').replace('[health]', '[nobody]'));
    write('policies/open.yaml', POLICY.replace('name: default', `name: open`).replace('health', `"\${WHO}"`));
    write('namespaces/none.yaml', NAMESPACE.replace('name: shop', 'name: none'));
    const { code, out } = await apply('--context', 'test');
    expect(out).toContain('! CNP database/bad  left out\n    the agent would refuse it');
    expect(out).toContain('! CNP database/open  left out\n    a variable has no value');
    expect(out).toContain('! Namespace none  left out\n    the cluster has no such namespace');
    expect(code).toBe(1);
    expect(inCluster('CiliumNetworkPolicy', 'database', 'bad')).toBeUndefined();
  });

  it.each(['integration', 'live'])('refuses %s, with the way through Git', async (environment) => {
    write('propolis.yaml', catalog(environment, server.url));
    const { code, out, err } = await apply('--context', 'test');
    expect(err).toContain(`The cluster here (${environment}) is written through Git only.`);
    expect(err).toContain('propolis namespace set NAME');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(inCluster('CiliumNetworkPolicy', 'database', 'default')).toBeUndefined();
  });

  it('refuses a context that leads to another server than the catalog has', async () => {
    write('propolis.yaml', catalog('dev', 'https://dev.example.com'));
    const { code, err } = await apply('--context', 'test');
    expect(err).toContain(`The context test leads to ${server.url}`);
    expect(code).toBe(2);
  });

  it('refuses a cluster that no catalog knows, and says what to write into it', async () => {
    write('propolis.yaml', '');
    const { code, err } = await apply('--context', 'test');
    expect(err).toContain('nothing is written to it');
    expect(err).toContain('environment: dev');
    expect(code).toBe(2);
  });

  it('refuses as long as the catalog has faults', async () => {
    write('propolis.yaml', catalog('dev', 'ftp://dev'));
    const { code, err } = await apply('--context', 'test');
    expect(err).toContain('propolis.yaml:5: clusters.here.server');
    expect(err).toContain('nothing was written');
    expect(code).toBe(2);
    expect(inCluster('CiliumNetworkPolicy', 'database', 'default')).toBeUndefined();
  });

  it('does not take the current context', async () => {
    const { code, err } = await apply();
    expect(err).toContain('--context');
    expect(code).toBe(2);
  });

  it('says the same in JSON', async () => {
    const { out } = await apply('--context', 'test', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({
      dryRun: 'none',
      objects: [
        { kind: 'CiliumNetworkPolicy', name: 'default', file: 'policies/database.yaml', outcome: 'created' },
        { kind: 'Namespace', name: 'shop', outcome: 'changed' },
      ],
      leftOut: [],
    });
  });
});
