import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type Answer,
  kubeconfigFor,
  listOf,
  sendJson,
  sendStatus,
  type TestApi,
  testApi,
} from '../../../test/lib/api-server.ts';
import { selfSigned } from '../../../test/lib/certificates.ts';
import { hasProgram } from '../../../test/lib/program.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import { type ApiServer, type Fault, startApiServer } from '../../demo/kubernetes/index.ts';
import { type KubernetesCluster, openCluster } from './cluster.ts';
import type { Timing } from './connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'propolis-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function clusterAt(url: string, timing: Partial<Timing> = {}, cluster: object = {}): KubernetesCluster {
  const kubeconfig = join(folder, 'config');
  const config = JSON.parse(kubeconfigFor(url, { token: 'secret' })) as { clusters: [{ cluster: object }] };
  Object.assign(config.clusters[0].cluster, cluster);
  writeFileSync(kubeconfig, JSON.stringify(config));
  return openCluster({ kubeconfig, cwd: folder, env: {}, timing: { requestMs: 25_000, ...timing } });
}

async function answering(
  answer: Answer,
  timing?: Partial<Timing>,
): Promise<KubernetesCluster & { api: TestApi }> {
  const api = await testApi(answer);
  closing.push(() => api.close());
  return Object.assign(clusterAt(api.url, timing), { api });
}

async function demo(
  fault: Fault,
  timing?: Partial<Timing>,
): Promise<{ cluster: KubernetesCluster; server: ApiServer }> {
  const server = await startApiServer();
  closing.push(() => server.close());
  server.inject(fault);
  return { server, cluster: clusterAt(server.url, timing) };
}

async function failureOf(cluster: KubernetesCluster): Promise<unknown> {
  try {
    await cluster.list('Namespace');
  } catch (error) {
    if (error instanceof ClusterError) return error.failure;
    throw error;
  }
  return undefined;
}

describe('an API server that fails', () => {
  it('that is not there is told with the reason', async () => {
    const api = await testApi(() => false);
    await api.close();
    expect(await failureOf(clusterAt(api.url))).toEqual({
      code: 'unreachable',
      server: api.url,
      detail: 'ECONNREFUSED',
    });
  });

  it('that hangs is not waited for beyond the limit', async () => {
    const { cluster } = await demo({ effect: { kind: 'hang' } }, { requestMs: 50 });
    expect(await failureOf(cluster)).toMatchObject({ code: 'timeout', seconds: 0.05 });
  });

  it('that begins an answer and hangs is not waited for either', async () => {
    const cluster = await answering(
      (_, response) => {
        response.writeHead(200).write('{"kind":');
        return true;
      },
      { requestMs: 50 },
    );
    expect(await failureOf(cluster)).toMatchObject({ code: 'timeout' });
  });

  it('that ends the connection is told', async () => {
    const { cluster } = await demo({ effect: { kind: 'cut' } });
    expect(await failureOf(cluster)).toMatchObject({ code: 'cut-off' });
    const halfway = await answering((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"kind"');
      setTimeout(() => response.destroy(), 5);
      return true;
    });
    expect(await failureOf(halfway)).toMatchObject({ code: 'cut-off' });
  });

  it.each([
    ['<html>hello</html>', 200],
    ['[]', 200],
    ['{"items":[]}', 200],
    ['{"metadata":{},"items":{}}', 200],
    ['{"metadata":{},"items":[{"metadata":{}}]}', 200],
    ['{"metadata":{},"items":[7]}', 200],
    ['<html>not here</html>', 404],
    ['moved', 301],
  ])('that is none is told: %s', async (text, status) => {
    const cluster = await answering((_, response) => {
      response.writeHead(status).end(text);
      return true;
    });
    expect(await failureOf(cluster)).toMatchObject({ code: 'not-kubernetes' });
  });

  it('that does not take the token is told by its context', async () => {
    const { cluster, server } = await demo({ effect: { kind: 'refuse', code: 401, reason: 'Unauthorized' } });
    expect(await failureOf(cluster)).toEqual({ code: 'unauthorized', server: server.url, context: 'test' });
  });

  it('that is in trouble is told in its own words', async () => {
    const { cluster } = await demo({ effect: { kind: 'refuse', code: 503, message: 'etcd is away' } });
    expect(await failureOf(cluster)).toMatchObject({
      code: 'server-error',
      status: 503,
      message: 'etcd is away',
    });
  });

  it('answers for the other kinds when one is forbidden', async () => {
    const { cluster } = await demo({
      resource: 'services',
      effect: { kind: 'refuse', code: 403, reason: 'Forbidden' },
    });
    expect(await cluster.list('Service')).toMatchObject({
      kind: 'forbidden',
      permission: { resource: 'services' },
    });
    expect(await cluster.list('Namespace')).toMatchObject({ kind: 'objects' });
  });

  it('may serve a kind in an older version only', async () => {
    const server = await startApiServer({ cidrGroupVersion: 'v2alpha1' });
    closing.push(() => server.close());
    expect(await clusterAt(server.url).list('CiliumCIDRGroup')).toEqual({ kind: 'objects', objects: [] });
  });

  it('gives long lists in chunks, and begins again where one has expired', async () => {
    let expired = 0;
    const cluster = await answering((_, response, url) => {
      const next = url.searchParams.get('continue');
      const item = (name: string): object => ({ metadata: { name } });
      if (next === null) {
        return sendJson(response, {
          metadata: { continue: 'more', resourceVersion: '1' },
          items: [item('a')],
        });
      }
      expired += 1;
      if (expired === 1) return sendStatus(response, 410, 'Expired');
      return sendJson(response, listOf([item('b')], '2'));
    });
    const listing = await cluster.list('Namespace');
    expect(listing.kind === 'objects' && listing.objects.map(({ metadata }) => metadata.name)).toEqual([
      'a',
      'b',
    ]);
    expect(cluster.api.seen).toHaveLength(4);
  });

  it('is left alone once nobody waits any more', async () => {
    const { cluster } = await demo({ effect: { kind: 'hang' } });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 10);
    await expect(cluster.list('Namespace', {}, stop.signal)).rejects.toThrow(ClusterError);
    await expect(cluster.list('Namespace', {}, stop.signal)).rejects.toThrow(ClusterError);
  });
});

describe('an API server with TLS', () => {
  async function secure(certificate: { readonly cert: string; readonly key: string }): Promise<ApiServer> {
    const server = await startApiServer({ tls: certificate });
    closing.push(() => server.close());
    return server;
  }
  const trust = (cert: string): object => ({
    'certificate-authority-data': Buffer.from(cert).toString('base64'),
  });

  it('is trusted by the authority of the kubeconfig, by the right name', async (context) => {
    if (!hasProgram('openssl', 'version')) context.skip('openssl is not on this machine');
    const good = selfSigned(folder, 'good');
    const server = await secure(good);
    expect(await clusterAt(server.url, {}, trust(good.cert)).list('Namespace')).toMatchObject({
      kind: 'objects',
    });
    expect(await failureOf(clusterAt(server.url))).toMatchObject({ code: 'tls-unknown-authority' });
    const skipped = clusterAt(server.url, {}, { 'insecure-skip-tls-verify': true });
    expect(await skipped.list('Namespace')).toMatchObject({ kind: 'objects' });
    const other = selfSigned(folder, 'other', { altNames: 'DNS:other.example.com' });
    const wrong = await secure(other);
    expect(await failureOf(clusterAt(wrong.url, {}, trust(other.cert)))).toMatchObject({
      code: 'tls-wrong-name',
    });
    const named = { ...trust(other.cert), 'tls-server-name': 'other.example.com' };
    expect(await clusterAt(wrong.url, {}, named).list('Namespace')).toMatchObject({ kind: 'objects' });
    const old = selfSigned(folder, 'old', { days: -1 });
    const expired = await secure(old);
    expect(await failureOf(clusterAt(expired.url, {}, trust(old.cert)))).toMatchObject({
      code: 'tls-expired',
    });
    const plain = expired.url.replace('https:', 'http:');
    expect(await failureOf(clusterAt(plain))).toMatchObject({ server: plain });
  });

  it('is told from one without', async () => {
    const server = await startApiServer();
    closing.push(() => server.close());
    const url = server.url.replace('http:', 'https:');
    expect(await failureOf(clusterAt(url))).toMatchObject({ code: 'tls-failed', server: url });
  });

  it('whose authority’s file is not there is told', async () => {
    const cluster = clusterAt('https://127.0.0.1:1', {}, { 'certificate-authority': '/nowhere/ca.crt' });
    expect(await failureOf(cluster)).toMatchObject({
      code: 'credential-unreadable',
      file: '/nowhere/ca.crt',
    });
  });
});
