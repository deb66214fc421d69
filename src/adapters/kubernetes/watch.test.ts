import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  kubeconfigFor,
  listOf,
  sendJson,
  sendStatus,
  type TestApi,
  testApi,
} from '../../../test/lib/api-server.ts';
import type { ClusterChange } from '../../core/ports/cluster-reader.ts';
import { openCluster } from './cluster.ts';
import type { Timing } from './connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'propolis-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let api: TestApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

/** One script a connection of the watch; the last goes on for all after it. */
type Script = (response: ServerResponse) => void;

function event(type: string, name: string, resourceVersion: string): string {
  return `${JSON.stringify({ type, object: { kind: 'Namespace', metadata: { name, resourceVersion } } })}\n`;
}

/** What a watch tells until it has told so much, while its connections go by the scripts. */
async function told(
  scripts: readonly Script[],
  until: number,
  timing: Partial<Timing> = {},
): Promise<readonly string[]> {
  let connections = 0;
  let lists = 0;
  api = await testApi((_, response, url) => {
    if (url.searchParams.get('watch') === 'true') {
      const script = scripts[Math.min(connections, scripts.length - 1)];
      connections += 1;
      script?.(response);
    } else {
      lists += 1;
      sendJson(response, listOf([{ metadata: { name: `list-${lists}` } }], String(lists * 10)));
    }
    return true;
  });
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigFor(api.url));
  const cluster = openCluster({
    kubeconfig,
    cwd: folder,
    env: {},
    timing: { backoffMs: [1, 5], idleMs: 25_000, ...timing },
  });
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const changes of cluster.watch('Namespace', {}, stop.signal)) {
    seen.push(...changes.map(textOf));
    if (seen.length >= until) stop.abort();
  }
  return seen;
}

function textOf(change: ClusterChange): string {
  switch (change.kind) {
    case 'all':
      return `all ${change.objects.map(({ metadata }) => metadata.name).join(' ')}`;
    case 'put':
    case 'gone':
      return `${change.kind} ${change.object.metadata.name}`;
    case 'interrupted':
      return `interrupted: ${change.detail}`;
    default:
      return change.kind;
  }
}

function watchesFrom(): readonly string[] {
  return (api?.seen ?? []).flatMap((line) => /watch=true.*resourceVersion=(\d+)/.exec(line)?.[1] ?? []);
}

const send =
  (...lines: readonly string[]): Script =>
  (response) => {
    response.writeHead(200).write(lines.join(''));
  };
const end =
  (...lines: readonly string[]): Script =>
  (response) => {
    response.writeHead(200).end(lines.join(''));
  };
const status =
  (code: number, reason: string): Script =>
  (response) => {
    sendStatus(response, code, reason);
  };

describe('a watch', () => {
  it('goes on from where it stood when the server ends it in time, without a word', async () => {
    const seen = await told([end(event('ADDED', 'a', '11')), send(event('MODIFIED', 'b', '12'))], 3);
    expect(seen).toEqual(['all list-1', 'put a', 'put b']);
    expect(watchesFrom()).toEqual(['10', '11']);
  });

  it('stands where the last bookmark says', async () => {
    const seen = await told([end(event('BOOKMARK', 'x', '99')), send(event('DELETED', 'b', '100'))], 2);
    expect(seen).toEqual(['all list-1', 'gone b']);
    expect(watchesFrom()).toEqual(['10', '99']);
  });

  it('says that it was cut off, and goes on', async () => {
    const cut: Script = (response) => {
      response.writeHead(200).write(event('ADDED', 'a', '11'));
      setTimeout(() => response.destroy(), 5);
    };
    const seen = await told([cut, send(event('ADDED', 'b', '12'))], 4);
    expect(seen).toEqual(['all list-1', 'put a', expect.stringMatching(/^interrupted: /), 'put b']);
    expect(watchesFrom()).toEqual(['10', '11']);
  });

  it.each([
    ['a code', status(410, 'Expired')],
    [
      'an event',
      send(
        `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`,
      ),
    ],
  ])('lists again when the server has forgotten where it stood, told as %s', async (_, script) => {
    expect(await told([script, send(event('ADDED', 'a', '21'))], 3)).toEqual([
      'all list-1',
      'all list-2',
      'put a',
    ]);
    expect(watchesFrom()).toEqual(['10', '20']);
  });

  it.each([
    ['no JSON', '<html>\n', 'an event that is no JSON'],
    ['no object', '{"type":"ADDED"}\n', 'an event without an object'],
    ['an unknown type', event('CHANGED', 'a', '11'), 'an event of type "CHANGED"'],
    ['an object without a name', '{"type":"ADDED","object":{"metadata":{}}}\n', 'an event about no object'],
    ['an error', '{"type":"ERROR","object":{"code":500,"message":"oh"}}\n', 'an error: oh'],
  ])('tells %s, and lists again to be whole', async (_, line, detail) => {
    const seen = await told([send(line), send(event('ADDED', 'a', '21'))], 4);
    expect(seen).toEqual(['all list-1', `interrupted: ${detail}`, 'all list-2', 'put a']);
  });

  it('takes an event that comes in pieces, and characters of several bytes', async () => {
    const bytes = Buffer.from(event('ADDED', 'tür', '11'));
    const pieces: Script = (response) => {
      response.writeHead(200);
      for (const [i, byte] of bytes.entries()) setTimeout(() => response.write(Buffer.of(byte)), i / 10);
    };
    expect(await told([pieces], 2)).toEqual(['all list-1', 'put tür']);
  });

  it('says that an event was cut in the middle', async () => {
    const seen = await told([end('{"type":"AD'), send(event('ADDED', 'a', '11'))], 3);
    expect(seen).toEqual([
      'all list-1',
      'interrupted: the connection ended in the middle of an event',
      'put a',
    ]);
  });

  it('takes silence for an end, and asks anew', async () => {
    const silent: Script = (response) => {
      response.writeHead(200).flushHeaders();
    };
    expect(await told([silent, send(event('ADDED', 'a', '11'))], 2, { idleMs: 30 })).toEqual([
      'all list-1',
      'put a',
    ]);
  });

  it.each([[status(500, 'InternalError')], [status(401, 'Unauthorized')]])(
    'tries again after a refusal that may pass',
    async (script) => {
      const seen = await told([script, script, send(event('ADDED', 'a', '11'))], 4);
      expect(seen).toEqual([
        'all list-1',
        expect.stringMatching(/^interr/),
        expect.stringMatching(/^interr/),
        'put a',
      ]);
    },
  );

  it('ends where it may no more', async () => {
    expect(await told([status(403, 'Forbidden')], 9)).toEqual(['all list-1', 'forbidden']);
    await api?.close();
    expect(await told([status(404, 'NotFound')], 9)).toEqual(['all list-1', 'absent']);
  });

  it('waits no longer each time that it is cut off, while events come', async () => {
    const cut = end(`${event('ADDED', 'a', '11')}{"type":"AD`);
    // Waits that double would take more than a minute.
    const seen = await told([cut], 1 + 2 * 16, { backoffMs: [1, 60_000] });
    expect(seen.filter((line) => line === 'put a')).toHaveLength(16);
  });

  it('does not list without a rest where the server always forgets', async () => {
    const begunAt = performance.now();
    await told([status(410, 'Expired')], 5, { backoffMs: [100, 100] });
    // None after the first, then three.
    expect(performance.now() - begunAt).toBeGreaterThan(290);
  });

  it('does not ask without a rest a server that closes at once', async () => {
    await told([end(), end(), end(), end(), send(event('ADDED', 'a', '11'))], 2);
    expect(watchesFrom()).toHaveLength(5);
  });
});
