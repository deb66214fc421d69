import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test's API server does with one request. @returns false to leave it to the next */
export type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

/** A server on the loopback that answers as a test says, for what no true API server would do on demand. */
export interface TestApi {
  readonly url: string;
  /** Method and path with query of every request so far. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

export async function testApi(answer: Answer): Promise<TestApi> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (!answer(request, response, new URL(request.url ?? '/', 'http://test')))
      sendStatus(response, 404, 'NotFound');
  });
  await listening(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  return true;
}

export function sendStatus(response: ServerResponse, code: number, reason: string, message = reason): true {
  const kind = 'Status';
  return sendJson(response, { kind, apiVersion: 'v1', status: 'Failure', code, reason, message }, code);
}

export function listOf(items: readonly unknown[], resourceVersion = '1'): object {
  return { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion }, items };
}

/** A kubeconfig with one context, `test`, as text. */
export function kubeconfigFor(server: string, user: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}
