import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts';

let api: ApiServer | undefined;
let target: Server | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await api?.close();
  target?.close();
});

/** Something behind a pod's port that says what it hears, in capitals. */
async function start(options: ApiServerOptions = {}): Promise<string> {
  const echo = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (data) => socket.write(data.toString('utf8').toUpperCase()));
    socket.on('error', () => socket.destroy());
  });
  target = echo;
  await new Promise<void>((resolve) => {
    echo.listen(0, '127.0.0.1', resolve);
  });
  const { port } = echo.address() as AddressInfo;
  const server = await startApiServer({
    forwardTo: (pod) => (pod.port === 4245 ? { host: '127.0.0.1', port } : undefined),
    ...options,
  });
  api = server;
  for (const [kind, namespace, name] of [
    ['Namespace', '', 'shop'],
    ['Pod', 'shop', 'relay'],
  ] as const) {
    const served = server.kinds.find((known) => known.kind === kind);
    if (served === undefined) throw new Error(kind);
    server.registry.create(served, namespace, { metadata: { name } }, { manager: 'test', isDryRun: false });
  }
  return server.url;
}

function client(url: string): PortForward {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: 'c', server: url, skipTLSVerify: true }],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  });
  return new PortForward(config);
}

function first(stream: PassThrough): Promise<string> {
  return new Promise((resolve) => {
    stream.once('data', (data: Buffer) => resolve(data.toString('utf8')));
  });
}

/** Reads until there is as much. */
function read(stream: PassThrough, length: number): Promise<number> {
  return new Promise((resolve) => {
    let seen = 0;
    stream.on('data', (data: Buffer) => {
      seen += data.length;
      if (seen >= length) resolve(seen);
    });
  });
}

describe('port-forward', () => {
  it('carries bytes to the port and back, as the client of Kubernetes speaks', async () => {
    const forward = client(await start());
    const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
    await forward.portForward('shop', 'relay', [4245], output, errors, input);
    input.write('hello');
    expect(await first(output)).toBe('HELLO');
    input.end();
  });

  it('carries much, in order', async () => {
    const forward = client(await start());
    const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
    await forward.portForward('shop', 'relay', [4245], output, errors, input);
    const length = 8 * 1024 * 1024;
    const arrived = read(output, length);
    for (let i = 0; i < 128; i += 1) input.write('x'.repeat(length / 128));
    expect(await arrived).toBe(length);
    input.end();
  });

  it('tells on the channel of errors that nobody listens', async () => {
    const forward = client(await start());
    const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const told = first(errors);
    await forward.portForward('shop', 'relay', [99], output, errors, input);
    expect(await told).toMatch(/^(?:|error forwarding port 99 to pod: connection refused)$/);
  });

  it.each([
    ['of a pod that is not there', '/api/v1/namespaces/shop/pods/none/portforward?ports=4245', 404],
    ['without a port', '/api/v1/namespaces/shop/pods/relay/portforward', 400],
    ['of something else', '/api/v1/namespaces/shop', 404],
  ])('is refused %s', async (_, path, code) => {
    const url = await start();
    expect(await refusal(`${url}${path}`)).toBe(code);
  });

  it('is refused to whom it is not allowed', async () => {
    const rules = [{ verbs: ['get'], resources: ['pods'] }];
    const url = await start({ users: [{ name: 'dev', token: 't', rules }] });
    const path = `${url}/api/v1/namespaces/shop/pods/relay/portforward?ports=4245`;
    expect(await refusal(path)).toBe(401);
    expect(await refusal(path, { Authorization: 'Bearer t' })).toBe(403);
  });
});

function refusal(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url.replace('http', 'ws'), ['v4.channel.k8s.io'], { headers });
    socket.on('error', () => undefined);
    socket.on('open', () => {
      resolve(101);
      socket.close();
    });
    socket.on('unexpected-response', (_, response) => {
      response.resume();
      resolve(response.statusCode);
    });
  });
}
