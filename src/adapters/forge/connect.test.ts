import { afterEach, describe, expect, it } from 'vitest';
import { type ForgeServer, startForge } from '../../../test/forge/server.ts';
import type { Reply } from '../../../test/forge/state.ts';
import { FORGE_KINDS, type ForgeKind, PULL_REQUEST_MARK } from '../../core/model/pull-request.ts';
import { type Connected, type ConnectOptions, connectForge } from './connect.ts';
import type { Fetch } from './http.ts';

const DRAFT = { title: 'T', body: `B\n\n${PULL_REQUEST_MARK}\n`, head: 'own' };

let servers: ForgeServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

async function start(kind: ForgeKind): Promise<ForgeServer> {
  const server = await startForge(kind, { branches: ['own'] });
  servers.push(server);
  return server;
}

function connect({ origin, state }: ForgeServer, more: Partial<ConnectOptions> = {}): Promise<Connected> {
  return connectForge(`${origin}/${state.repository}.git`, {
    env: {},
    credential: () => Promise.resolve({ username: 'ada', password: state.token }),
    wait: () => Promise.resolve(),
    ...more,
  });
}

async function openOn(server: ForgeServer, more: Partial<ConnectOptions> = {}): Promise<unknown> {
  const connected = await connect(server, more);
  return connected.kind === 'refused' ? connected : connected.forge.openPullRequest(DRAFT);
}

describe.each(FORGE_KINDS)('%s', (kind) => {
  it('is known by how it answers', async () => {
    const server = await start(kind);
    expect(await connect(server)).toMatchObject({
      kind: 'ready',
      forgeKind: kind,
      repository: 'homelab/cluster',
    });
    for (const { headers } of server.requests) expect(headers.authorization).toBeUndefined();
  });

  it('is not asked what it is where somebody said so', async () => {
    const server = await start(kind);
    await connect(server, { kind });
    expect(server.requests).toEqual([]);
  });

  it('finds one of ours among many', async () => {
    const server = await start(kind);
    for (let number = 1; number <= 230; number += 1) {
      const head = number === 215 ? 'own' : `other-${number}`;
      const body = PULL_REQUEST_MARK;
      server.state.pullRequests.push({ number, title: '', body, head, base: 'main', isOpen: true });
    }
    expect(await openOn(server)).toMatchObject({ kind: 'updated', pullRequest: { number: 215 } });
  });

  it('does not take the branch of a fork for ours', async () => {
    const server = await start(kind);
    const theirs = { number: 1, title: '', body: PULL_REQUEST_MARK, head: 'own', isOpen: true };
    server.state.pullRequests.push(
      { ...theirs, base: 'main', isFork: true },
      { ...theirs, number: 2, base: 'other' },
    );
    expect(await openOn(server)).toMatchObject({ kind: 'opened' });
  });

  const status = (code: number, more: Omit<Reply, 'status'> = {}): Reply => ({ status: code, ...more });
  it.each([
    {
      what: 'a token that is not known',
      reply: status(401, { body: { message: 'Bad credentials' } }),
      code: 'unauthorized',
    },
    {
      what: 'one that may not',
      reply: status(403, { body: { message: 'Must have push access' } }),
      code: 'forbidden',
    },
    {
      what: 'one that must not see it',
      reply: status(404, { body: { message: 'Not Found' } }),
      code: 'no-access',
    },
    {
      what: 'too many requests',
      reply: status(429, { headers: { 'retry-after': '3600' } }),
      code: 'rate-limited',
    },
    {
      what: 'another host',
      reply: status(307, { headers: { location: 'https://evil.example.com/x' } }),
      code: 'redirected',
    },
    {
      what: 'going in circles',
      reply: status(302, { headers: { location: '/api/x' } }),
      code: 'unexpected-answer',
    },
    { what: 'a page for people', reply: status(200, { body: '<html>' }), code: 'unexpected-answer' },
    { what: 'another shape', reply: status(200, { body: { a: 1 } }), code: 'unexpected-answer' },
    {
      what: 'text without end',
      reply: status(200, { body: 'x'.repeat(5_000_000) }),
      code: 'unexpected-answer',
    },
    { what: 'an error of its own', reply: status(502, { body: '' }), code: 'server-error' },
    { what: 'an end of the connection', reply: 'cut' as const, code: 'unreachable' },
  ])('says when the answer is $what', async ({ reply, code }) => {
    const server = await start(kind);
    server.plan(...Array.from({ length: 8 }, () => ({ reply })));
    const outcome = await openOn(server, { kind });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(server.state.pullRequests).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain(server.state.token);
  });

  it.each([
    { what: 'an error of the server', reply: status(503, { headers: { 'retry-after': '1' }, body: '' }) },
    { what: 'a limit that is soon over', reply: status(429, { headers: { 'retry-after': '2' }, body: '' }) },
    { what: 'an end of the connection', reply: 'cut' as const },
  ])('asks again after $what', async ({ reply }) => {
    const server = await start(kind);
    const waits: number[] = [];
    const wait = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    server.plan({ method: 'GET', reply });
    expect(await openOn(server, { kind, wait })).toMatchObject({ kind: 'opened' });
    expect(waits.length).toBe(1);
    expect(waits[0]).toBeLessThanOrEqual(2000);
  });

  it('does not write twice where an answer got lost, but looks', async () => {
    const server = await start(kind);
    server.plan({ method: 'POST', reply: 'do-and-cut' });
    expect(await openOn(server, { kind })).toMatchObject({ kind: 'opened', pullRequest: { number: 1 } });
    expect(server.requests.filter(({ method }) => method === 'POST').length).toBe(1);
    expect(server.state.pullRequests.length).toBe(1);
  });

  it('follows a repository to its new name', async () => {
    const server = await start(kind);
    const old = kind === 'gitlab' ? '/projects/homelab%2Fcluster' : '/repos/homelab/cluster';
    const location = `${server.origin}/api/${{ github: 'v3', gitlab: 'v4', forgejo: 'v1' }[kind]}${old}?moved=1`;
    server.plan({ path: old, reply: status(301, { headers: { location } }) });
    expect(await openOn(server, { kind })).toMatchObject({ kind: 'opened' });
  });

  it('sends its token to nobody else', async () => {
    const server = await start(kind);
    const other = await start(kind);
    const location = `${other.origin}/api/steal`;
    server.plan(...Array.from({ length: 4 }, () => ({ reply: status(307, { headers: { location } }) })));
    expect(await openOn(server, { kind })).toMatchObject({
      refusal: { code: 'redirected', detail: new URL(other.origin).host },
    });
    expect(other.requests).toEqual([]);
  });
});

describe('what each says in its own way', () => {
  it.each([
    {
      kind: 'github',
      what: 'a fine-grained token without the permission',
      reply: {
        status: 403,
        headers: { 'x-accepted-github-permissions': 'pull_requests=write' },
        body: { message: 'Resource not accessible by personal access token' },
      },
      refusal: { code: 'missing-scope', detail: 'pull_requests=write' },
    },
    {
      kind: 'github',
      what: 'a limit by 403',
      reply: {
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': '1767225660',
          date: 'Thu, 01 Jan 2026 00:00:00 GMT',
        },
        body: { message: 'API rate limit exceeded for user ID 1.' },
      },
      refusal: { code: 'rate-limited', retryAfter: 60 },
    },
    {
      kind: 'github',
      what: 'nothing to merge',
      reply: {
        status: 422,
        body: {
          message: 'Validation Failed',
          errors: [{ resource: 'PullRequest', code: 'custom', message: 'No commits between main and own' }],
        },
      },
      refusal: { code: 'nothing-to-merge' },
    },
    {
      kind: 'gitlab',
      what: 'a token without the scope',
      reply: {
        status: 403,
        body: {
          error: 'insufficient_scope',
          error_description: 'Higher privileges are required.',
          scope: 'api',
        },
      },
      refusal: { code: 'missing-scope', detail: 'api' },
    },
    {
      kind: 'gitlab',
      what: 'what is wrong, by field',
      reply: { status: 400, body: { message: { base: ['Source branch "own" does not exist'] } } },
      refusal: { code: 'invalid', detail: 'base Source branch "own" does not exist' },
    },
    {
      kind: 'forgejo',
      what: 'a token without the scope',
      reply: {
        status: 403,
        body: { message: 'token does not have at least one of required scope(s): [write:repository]' },
      },
      refusal: { code: 'missing-scope', detail: 'write:repository' },
    },
    {
      kind: 'forgejo',
      what: 'nothing to merge',
      reply: {
        status: 422,
        body: { message: 'Invalid PullRequest: There are no changes between the head and the base' },
      },
      refusal: { code: 'nothing-to-merge' },
    },
  ] as const)('$kind: $what', async ({ kind, reply, refusal }) => {
    const server = await start(kind);
    server.plan({ method: 'POST', reply });
    expect(await openOn(server, { kind })).toMatchObject({ kind: 'refused', refusal });
  });
});

describe('where a token comes from', () => {
  const none = (): Promise<undefined> => Promise.resolve(undefined);
  const asked: { readonly url: string; readonly authorization: string | undefined }[] = [];
  const recording: Fetch = (url, init) => {
    asked.push({ url, authorization: new Headers(init.headers).get('authorization') ?? undefined });
    return Promise.resolve(new Response('{}', { status: 401 }));
  };
  const first = async (remote: string, env: Record<string, string>, kind?: ForgeKind): Promise<unknown> => {
    asked.length = 0;
    const connected = await connectForge(remote, {
      env,
      credential: none,
      fetch: recording,
      ...(kind === undefined ? {} : { kind }),
    });
    if (connected.kind === 'refused') return connected.refusal.code;
    await connected.forge.openPullRequest(DRAFT);
    return asked[0];
  };

  it.each([
    ['git@github.com:a/b.git', { GITHUB_TOKEN: 't' }, 'https://api.github.com/repos/a/b'],
    [
      'ssh://git@ssh.github.com:443/a/b.git',
      { GH_TOKEN: 't', GITHUB_TOKEN: 'x' },
      'https://api.github.com/repos/a/b',
    ],
    ['https://acme.ghe.com/a/b', { GH_TOKEN: 't' }, 'https://api.acme.ghe.com/repos/a/b'],
    ['git@gitlab.com:a/b/c.git', { GITLAB_TOKEN: 't' }, 'https://gitlab.com/api/v4/projects/a%2Fb%2Fc'],
    ['https://codeberg.org/a/b.git', { FORGEJO_TOKEN: 't' }, 'https://codeberg.org/api/v1/repos/a/b'],
    ['https://codeberg.org/a/b.git', { GITEA_TOKEN: 't' }, 'https://codeberg.org/api/v1/repos/a/b'],
  ])('%s asks with the token that is for it', async (remote, env, url) => {
    expect(await first(remote, env)).toEqual({ url, authorization: 'Bearer t' });
  });

  it.each([
    [
      'github',
      'https://git.corp.example/a/b',
      { GITHUB_TOKEN: 't', GH_HOST: 'git.corp.example' },
      'https://git.corp.example/api/v3/repos/a/b',
    ],
    [
      'github',
      'git@git.corp.example:a/b',
      { GH_ENTERPRISE_TOKEN: 't', GH_TOKEN: 'x', GH_HOST: 'git.corp.example' },
      'https://git.corp.example/api/v3/repos/a/b',
    ],
    [
      'gitlab',
      'ssh://git@lab.example:2222/a/b.git',
      { GITLAB_TOKEN: 't', GITLAB_HOST: 'https://lab.example' },
      'https://lab.example/api/v4/projects/a%2Fb',
    ],
    [
      'gitlab',
      'https://lab.example:8443/a/b.git',
      { GITLAB_TOKEN: 't', GITLAB_HOST: 'lab.example:8443' },
      'https://lab.example:8443/api/v4/projects/a%2Fb',
    ],
    [
      'forgejo',
      'https://forge.lan/a/b.git',
      { GITHUB_TOKEN: 't', GITHUB_SERVER_URL: 'https://forge.lan' },
      'https://forge.lan/api/v1/repos/a/b',
    ],
  ] as const)('%s at %s asks with the token that is for that host', async (kind, remote, env, url) => {
    expect(await first(remote, env, kind)).toEqual({ url, authorization: 'Bearer t' });
  });

  it.each([
    ['github', 'https://git.corp.example/a/b', { GITHUB_TOKEN: 't', GH_TOKEN: 't' }],
    ['gitlab', 'https://gitlab.com.evil.example/a/b', { GITLAB_TOKEN: 't' }],
    ['gitlab', 'https://lab.example/a/b', { GITLAB_TOKEN: 't', GITLAB_HOST: 'other.example' }],
    [
      'forgejo',
      'https://forge.lan/a/b',
      { FORGEJO_TOKEN: 't', GITHUB_TOKEN: 't', GITHUB_SERVER_URL: 'https://github.com' },
    ],
    ['github', 'git@github.com:a/b.git', { GITHUB_TOKEN: 'two words' }],
  ] as const)('%s at %s gets no token of another host', async (kind, remote, env) => {
    expect(await first(remote, env, kind)).toBe('no-token');
    expect(asked).toEqual([]);
  });

  it('sends none over plain HTTP to another machine', async () => {
    const connected = await connectForge('https://forge.lan/a/b', {
      env: { FORGEJO_TOKEN: 't', FORGEJO_HOST: 'forge.lan' },
      credential: none,
      kind: 'forgejo',
      url: 'http://forge.lan',
      fetch: recording,
    });
    expect(connected).toMatchObject({ kind: 'refused', refusal: { code: 'insecure' } });
    // A remote over plain HTTP: the API is asked over HTTPS all the same.
    const env = { FORGEJO_TOKEN: 't', FORGEJO_HOST: 'forge.lan' };
    expect(await first('http://forge.lan:3000/a/b.git', env, 'forgejo')).toMatchObject({
      url: 'https://forge.lan/api/v1/repos/a/b',
    });
  });

  it('is asked of the store of credentials with the host and the path', async () => {
    const places: unknown[] = [];
    const connected = await connectForge('git@codeberg.org:a/b.git', {
      env: {},
      credential: (place) => {
        places.push(place);
        return Promise.resolve({ username: 'ada', password: 'p' });
      },
      fetch: recording,
    });
    expect(connected.kind).toBe('ready');
    expect(places).toEqual([{ protocol: 'https', host: 'codeberg.org', path: 'a/b.git' }]);
  });
});

describe('what is no forge', () => {
  it.each(['/srv/git/cluster.git', '../cluster', 'file:///srv/a/b.git', 'C:\\a\\b', 'https://host/one', 'x'])(
    '%s is refused',
    async (remote) => {
      const connected = await connectForge(remote, { env: {}, credential: () => Promise.resolve(undefined) });
      expect(connected).toMatchObject({ kind: 'refused', refusal: { code: 'not-a-forge' } });
    },
  );

  it('is asked below the path that the address has', async () => {
    const asked: string[] = [];
    await connectForge('https://example.com/a/b.git', {
      env: {},
      credential: () => Promise.resolve(undefined),
      url: 'https://example.com/git/',
      fetch: (url) => {
        asked.push(url);
        return Promise.resolve(new Response('nothing here', { status: 404 }));
      },
    });
    expect(asked).toEqual(
      ['v1/version', 'v4/version', 'v3/meta'].map((path) => `https://example.com/git/api/${path}`),
    );
  });

  it('a host that answers as none of them is refused', async () => {
    const connected = await connectForge('https://git.example.com/a/b.git', {
      env: {},
      credential: () => Promise.resolve(undefined),
      fetch: () => Promise.resolve(new Response('nothing here', { status: 404 })),
    });
    expect(connected).toMatchObject({
      kind: 'refused',
      refusal: { code: 'unknown-forge', host: 'git.example.com' },
    });
  });

  it.each([
    ['ENOTFOUND', 'unreachable'],
    ['ECONNREFUSED', 'unreachable'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timed-out'],
  ])('%s is told as %s', async (code, expected) => {
    const error = Object.assign(new Error('inner'), { code });
    const connected = await connectForge('https://git.example.com/a/b.git', {
      env: {},
      credential: () => Promise.resolve(undefined),
      wait: () => Promise.resolve(),
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: error })),
    });
    expect(connected).toMatchObject({ kind: 'refused', refusal: { code: expected } });
  });
});
