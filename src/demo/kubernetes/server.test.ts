import { afterEach, describe, expect, it } from 'vitest';
import { at, type Json, type JsonMap, listAt, textAt } from './json.ts';
import { type ApiServer, type ApiServerOptions, startApiServer } from './server.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
let server: ApiServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(options: ApiServerOptions = {}): Promise<ApiServer> {
  server = await startApiServer({ now: () => NOON, ...options });
  return server;
}

interface Asked {
  readonly method?: string;
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(
  path: string,
  { method = 'GET', body, headers = {} }: Asked = {},
): Promise<{ code: number; body: Json }> {
  const response = await fetch(`${server?.url ?? ''}${path}`, {
    method,
    headers: {
      'User-Agent': 'kubectl/v1.32.4 (linux/amd64)',
      'Content-Type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { code: response.status, body: (await response.json()) as Json };
}

function namespace(name: string, labels: Readonly<Record<string, string>> = {}): JsonMap {
  return { metadata: { name, labels } };
}

const NAMESPACES = '/api/v1/namespaces';

/** Reads a watch until `count` events have come, or its end. */
async function watched(query: string, count: number): Promise<readonly JsonMap[]> {
  const controller = new AbortController();
  const response = await fetch(`${server?.url ?? ''}${NAMESPACES}?watch=true&${query}`, {
    signal: controller.signal,
  });
  const events: JsonMap[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    events.push(...lines.map((line) => JSON.parse(line) as JsonMap));
    if (events.length >= count) break;
  }
  controller.abort();
  return events;
}

describe('the API server', () => {
  it('lists what was made, sorted, with one version for all', async () => {
    await start();
    await ask(NAMESPACES, { method: 'POST', body: namespace('b') });
    await ask(NAMESPACES, { method: 'POST', body: namespace('a') });
    const { code, body } = await ask(NAMESPACES);
    expect(code).toBe(200);
    expect(listAt(body, 'items').map((item) => textAt(item, 'metadata', 'name'))).toEqual(['a', 'b']);
    expect(textAt(body, 'kind')).toBe('NamespaceList');
    expect(at(body, 'metadata', 'resourceVersion')).toBe('3');
  });

  it('reads a list in pages of one moment', async () => {
    await start();
    for (const name of ['a', 'b', 'c']) await ask(NAMESPACES, { method: 'POST', body: namespace(name) });
    const first = await ask(`${NAMESPACES}?limit=2`);
    await ask(`${NAMESPACES}/c`, { method: 'DELETE' });
    const token = textAt(first.body, 'metadata', 'continue');
    const second = await ask(`${NAMESPACES}?limit=2&continue=${token}`);
    expect(listAt(second.body, 'items').map((item) => textAt(item, 'metadata', 'name'))).toEqual(['c']);
    server?.compact();
    const late = await ask(`${NAMESPACES}?limit=2&continue=${token}`);
    expect([late.code, textAt(late.body, 'reason')]).toEqual([410, 'Expired']);
  });

  it('selects by labels and by name', async () => {
    await start();
    await ask(NAMESPACES, { method: 'POST', body: namespace('a', { tier: 'x' }) });
    await ask(NAMESPACES, { method: 'POST', body: namespace('b', { tier: 'y' }) });
    await ask(NAMESPACES, { method: 'POST', body: namespace('c') });
    const names = async (query: string): Promise<readonly string[]> =>
      listAt((await ask(`${NAMESPACES}?${query}`)).body, 'items').map((item) =>
        textAt(item, 'metadata', 'name'),
      );
    expect(await names('labelSelector=tier%3Dx')).toEqual(['a']);
    expect(await names('labelSelector=tier!%3Dx')).toEqual(['b', 'c']);
    expect(await names('labelSelector=tier+in+(x,y)')).toEqual(['a', 'b']);
    expect(await names('labelSelector=!tier')).toEqual(['c']);
    expect(await names('fieldSelector=metadata.name%3Db')).toEqual(['b']);
  });

  it('tells a watch what happens, and in its end how far it was', async () => {
    const { port } = await start();
    expect(port).toBeGreaterThan(0);
    await ask(NAMESPACES, { method: 'POST', body: namespace('a') });
    const events = watched('resourceVersion=1&allowWatchBookmarks=true&timeoutSeconds=1', 4);
    await ask(`${NAMESPACES}/a`, {
      method: 'PATCH',
      body: { metadata: { labels: { x: '1' } } },
      headers: { 'Content-Type': 'application/merge-patch+json' },
    });
    await ask(`${NAMESPACES}/a`, { method: 'DELETE' });
    expect(
      (await events).map((event) => [event['type'], at(event, 'object', 'metadata', 'resourceVersion')]),
    ).toEqual([
      ['ADDED', '2'],
      ['MODIFIED', '3'],
      ['DELETED', '4'],
      ['BOOKMARK', '4'],
    ]);
  });

  it('tells a watch from too long ago that it must list anew', async () => {
    const api = await start();
    await ask(NAMESPACES, { method: 'POST', body: namespace('a') });
    api.compact();
    const [event] = await watched('resourceVersion=1', 1);
    expect([textAt(event, 'type'), at(event, 'object', 'code'), textAt(event, 'object', 'reason')]).toEqual([
      'ERROR',
      410,
      'Expired',
    ]);
  });

  it('refuses a write over a newer version', async () => {
    await start();
    await ask(NAMESPACES, { method: 'POST', body: namespace('a') });
    const { body } = await ask(`${NAMESPACES}/a`);
    await ask(`${NAMESPACES}/a`, {
      method: 'PUT',
      body: { ...(body as JsonMap), metadata: { ...(at(body, 'metadata') as JsonMap), labels: { x: '1' } } },
    });
    const { code, body: refused } = await ask(`${NAMESPACES}/a`, { method: 'PUT', body });
    expect([code, textAt(refused, 'reason')]).toEqual([409, 'Conflict']);
  });

  it('knows nobody without a token, and names what somebody may not', async () => {
    await start({
      users: [
        { name: 'dev', token: 's3cret', rules: [{ verbs: ['get', 'list'], resources: ['namespaces'] }] },
      ],
    });
    expect((await ask(NAMESPACES)).code).toBe(401);
    expect((await ask(NAMESPACES, { headers: { Authorization: 'Bearer other' } })).code).toBe(401);
    const headers = { Authorization: 'Bearer s3cret' };
    expect((await ask(NAMESPACES, { headers })).code).toBe(200);
    const { code, body } = await ask('/api/v1/namespaces/shop/pods', { headers });
    expect(code).toBe(403);
    expect(textAt(body, 'message')).toBe(
      'pods is forbidden: User "dev" cannot list resource "pods" in API group "" in the namespace "shop"',
    );
    const review = await ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      headers,
      body: { spec: { resourceAttributes: { verb: 'list', resource: 'pods' } } },
    });
    expect(at(review.body, 'status', 'allowed')).toBe(false);
  });

  it('has no kind of Cilium where Cilium is not installed', async () => {
    await start({ isWithoutCilium: true });
    expect((await ask('/apis/cilium.io/v2/ciliumnetworkpolicies')).code).toBe(404);
    expect((await ask('/api/v1/pods')).code).toBe(200);
  });

  it('fails as it is told to, and not longer', async () => {
    const api = await start();
    api.inject({ resource: 'namespaces', verb: 'list', times: 1, effect: { kind: 'refuse', code: 503 } });
    expect((await ask(NAMESPACES)).code).toBe(503);
    expect((await ask(NAMESPACES)).code).toBe(200);
    const takeBack = api.inject({ path: '/version', effect: { kind: 'cut' } });
    await expect(ask('/version')).rejects.toThrow('fetch failed');
    takeBack();
    expect((await ask('/version')).code).toBe(200);
    await api.stop();
    await expect(ask('/version')).rejects.toThrow('fetch failed');
    await api.start();
    expect((await ask('/version')).code).toBe(200);
  });
});
