import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kubeconfigFor } from '../../../test/lib/api-server.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import {
  type AccessRule,
  type ApiServer,
  type ForwardedPod,
  startApiServer,
} from '../../demo/kubernetes/index.ts';
import { openCluster } from './cluster.ts';
import { forwardToRelay } from './relay.ts';

const folder = mkdtempSync(join(tmpdir(), 'propolis-relay-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let api: ApiServer | undefined;
let relay: Server;
let asked: ForwardedPod[] = [];
beforeEach(async () => {
  asked = [];
  relay = createServer((socket) => echo(socket));
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await api?.close();
  await new Promise((resolve) => relay.close(resolve));
});

function echo(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  socket.pipe(socket);
}

interface StartOptions {
  readonly port?: number;
  readonly targetPort?: string | number;
  readonly ready?: boolean;
  readonly rules?: readonly AccessRule[];
  readonly requestMs?: number;
}

async function start({
  port = 80,
  targetPort = 'grpc',
  ready = true,
  rules = ALL,
  requestMs = 25_000,
}: StartOptions = {}) {
  const started = await startApiServer({
    users: [{ name: 'me', token: 'secret', rules }],
    forwardTo(pod) {
      asked.push(pod);
      return pod.port === 4245
        ? { host: '127.0.0.1', port: (relay.address() as AddressInfo).port }
        : undefined;
    },
  });
  api = started;
  make('Namespace', { metadata: { name: 'kube-system' } });
  make('Service', {
    metadata: { name: 'hubble-relay', namespace: 'kube-system' },
    spec: { selector: { 'k8s-app': 'hubble-relay' }, ports: [{ port, targetPort }] },
  });
  relayPod('hubble-relay-old', false);
  relayPod('hubble-relay-1', ready);
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigFor(started.url, { token: 'secret' }));
  return openCluster({ kubeconfig, cwd: folder, env: {}, timing: { requestMs } });
}

const ALL: readonly AccessRule[] = [{ verbs: ['*'], groups: ['*'], resources: ['*'] }];

function relayPod(name: string, isReady: boolean): void {
  make('Pod', {
    metadata: { name, namespace: 'kube-system', labels: { 'k8s-app': 'hubble-relay' } },
    spec: {
      containers: [{ name: 'relay', image: 'relay:1', ports: [{ name: 'grpc', containerPort: 4245 }] }],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
  });
}

function make(kind: string, body: object): void {
  const { name, namespace = '' } = (body as { metadata: { name: string; namespace?: string } }).metadata;
  const served = api?.kinds.find((one) => one.kind === kind);
  if (served === undefined || api === undefined) throw new Error(kind);
  const by = { manager: 'test', isDryRun: false };
  const made = JSON.parse(JSON.stringify(body)) as Parameters<typeof api.registry.create>[2];
  api.registry.create(served, namespace, made, by);
  const status = (body as { status?: object }).status;
  if (status !== undefined) {
    const target = { kind: served, namespace, name, subresource: 'status' };
    const patch = { status } as unknown as Parameters<typeof api.registry.create>[2];
    api.registry.patch(target, { form: 'merge', body: patch, isForced: false }, by);
  }
}

/** Sends, ends, and reads until the other end does. */
async function echoed(stream: Duplex, chunks: readonly Buffer[]): Promise<Buffer> {
  const wanted = chunks.reduce((sum, { length }) => sum + length, 0);
  const received: Buffer[] = [];
  let size = 0;
  const done = new Promise<void>((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      received.push(chunk);
      size += chunk.length;
      if (size >= wanted) resolve();
    });
    stream.on('error', reject);
    stream.on('end', resolve);
  });
  for (const chunk of chunks) {
    if (!stream.write(chunk)) await new Promise((resolve) => void stream.once('drain', resolve));
  }
  await done;
  stream.destroy();
  return Buffer.concat(received);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ClusterError) return error.failure;
    throw error;
  }
  return undefined;
}

describe('the way to the relay', () => {
  it('leads through the API server to a pod that is ready, to the port behind the Service’s', async () => {
    const { relay: found, createConnection } = await forwardToRelay(await start(), 'kube-system');
    expect(found).toEqual({ namespace: 'kube-system', pod: 'hubble-relay-1', port: 4245, isTls: false });
    expect((await echoed(createConnection(), [Buffer.from('hello')])).toString()).toBe('hello');
    expect(asked).toEqual([{ namespace: 'kube-system', name: 'hubble-relay-1', port: 4245 }]);
  });

  it('carries much, whole and in order', async () => {
    const { createConnection } = await forwardToRelay(await start(), 'kube-system');
    const chunks = Array.from({ length: 64 }, (_, i) => Buffer.alloc(40_000 + i, i));
    const sum = (buffer: Buffer): string => createHash('sha256').update(buffer).digest('hex');
    expect(sum(await echoed(createConnection(), chunks))).toBe(sum(Buffer.concat(chunks)));
  });

  it.each([
    [{ port: 443, targetPort: 4245 }, true],
    [{ port: 80, targetPort: 4245 }, false],
    [{ port: 443, targetPort: 'unknown' }, true],
  ])('knows by the Service whether TLS is spoken: %j', async (service, isTls) => {
    const { relay: found } = await forwardToRelay(await start(service), 'kube-system');
    expect(found).toMatchObject({ port: 4245, isTls });
  });

  it('is found anew for each further connection', async () => {
    const { createConnection } = await forwardToRelay(await start(), 'kube-system');
    await echoed(createConnection(), [Buffer.from('a')]);
    api?.store.remove('Pod', 'kube-system', 'hubble-relay-1');
    relayPod('hubble-relay-2', true);
    await echoed(createConnection(), [Buffer.from('b')]);
    expect(asked.map(({ name }) => name)).toEqual(['hubble-relay-1', 'hubble-relay-2']);
  });

  it('ends when the relay does', async () => {
    const { createConnection } = await forwardToRelay(await start(), 'kube-system');
    relay.removeAllListeners('connection');
    relay.on('connection', (socket: Socket) => void socket.end('bye'));
    const stream = createConnection();
    stream.on('error', () => undefined);
    const received = await new Promise<string>((resolve) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('close', () => resolve(text));
      stream.on('end', () => stream.destroy());
    });
    expect(received).toBe('bye');
  });

  it('is not there without a Service, or without a pod that is ready', async () => {
    const cluster = await start({ ready: false });
    expect(await failureOf(forwardToRelay(cluster, 'kube-system'))).toEqual({
      code: 'relay-not-ready',
      namespace: 'kube-system',
      pods: 2,
    });
    expect(await failureOf(forwardToRelay(cluster, 'cilium'))).toEqual({
      code: 'relay-missing',
      namespace: 'cilium',
    });
  });

  it('names the permission that lacks', async () => {
    const rules = [{ verbs: ['get', 'list'], groups: [''], resources: ['services', 'pods'] }];
    const { createConnection } = await forwardToRelay(await start({ rules }), 'kube-system');
    expect(await failureOf(echoed(createConnection(), [Buffer.from('x')]))).toMatchObject({
      code: 'forbidden',
      permission: { verb: 'create', resource: 'pods/portforward', namespace: 'kube-system' },
    });
    await api?.close();
    const few = [{ verbs: ['get', 'list'], groups: [''], resources: ['pods'] }];
    expect(await failureOf(forwardToRelay(await start({ rules: few }), 'kube-system'))).toMatchObject({
      code: 'forbidden',
      permission: { verb: 'get', resource: 'services', name: 'hubble-relay' },
    });
  });

  it('fails with what the other side says, when nobody listens there', async () => {
    const { createConnection } = await forwardToRelay(await start({ targetPort: 4000 }), 'kube-system');
    expect(await failureOf(echoed(createConnection(), [Buffer.from('x')]))).toMatchObject({
      code: 'forward-failed',
      pod: 'hubble-relay-1',
      port: 4000,
    });
  });

  it('is not waited for without end', async () => {
    const cluster = await start({ requestMs: 2000 });
    const { createConnection } = await forwardToRelay(cluster, 'kube-system');
    api?.inject({ resource: 'pods', effect: { kind: 'hang' } });
    expect(await failureOf(echoed(createConnection(), [Buffer.from('x')]))).toMatchObject({
      code: 'timeout',
    });
  });
});
