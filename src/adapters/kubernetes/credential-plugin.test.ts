import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  kubeconfigFor,
  listOf,
  sendJson,
  sendStatus,
  type TestApi,
  testApi,
} from '../../../test/lib/api-server.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import { openCluster } from './cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'propolis-plugin-'));
let api: TestApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
  rmSync(join(folder, 'runs'), { force: true });
});

/** A plugin that is a script of Node. It notes each run. */
function plugin(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    `#!${process.execPath}\nconst {appendFileSync: note} = require('node:fs');\nnote(${JSON.stringify(join(folder, 'runs'))}, '.');\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return path;
}

function credential(status: object): string {
  return `process.stdout.write(JSON.stringify({apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: ${JSON.stringify(status)}}));`;
}

function runs(): number {
  return readFileSync(join(folder, 'runs'), 'utf8').length;
}

/** An API server that takes one token, and a cluster whose user has a plugin. */
async function cluster(exec: object, tokens: readonly string[], pluginMs = 25_000, requestMs = 25_000) {
  const seen: string[] = [];
  api = await testApi((request, response) => {
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    seen.push(token);
    return tokens.includes(token)
      ? sendJson(response, listOf([]))
      : sendStatus(response, 401, 'Unauthorized');
  });
  const kubeconfig = join(folder, 'config');
  writeFileSync(
    kubeconfig,
    kubeconfigFor(api.url, { exec: { apiVersion: 'client.authentication.k8s.io/v1', ...exec } }),
  );
  // Long for a machine that is busy; a plugin that hangs has less.
  const timing = { pluginMs, requestMs };
  return { seen, cluster: openCluster({ kubeconfig, cwd: folder, env: { ...process.env }, timing }) };
}

async function failureOf(exec: object, tokens: readonly string[] = [], pluginMs = 25_000): Promise<unknown> {
  const opened = await cluster(exec, tokens, pluginMs);
  try {
    await opened.cluster.list('Node');
  } catch (error) {
    if (error instanceof ClusterError) return error.failure;
    throw error;
  }
  return undefined;
}

describe('a credential plugin', () => {
  it('gives a token, once for many requests', async () => {
    const opened = await cluster({ command: plugin('token', credential({ token: 'one' })) }, ['one']);
    await opened.cluster.list('Node');
    await opened.cluster.list('Pod');
    expect(opened.seen).toEqual(['one', 'one']);
    expect(runs()).toBe(1);
  });

  it('is told which cluster it is for, with its arguments and environment', async () => {
    const script = `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
const token = [info.kind, info.spec.interactive, new URL(info.spec.cluster.server).hostname, process.argv[2], process.env.WHO].join(' ');
process.stdout.write(JSON.stringify({status: {token}}));`;
    const exec = {
      command: plugin('info', script),
      args: ['get-token'],
      env: [{ name: 'WHO', value: 'me' }],
      provideClusterInfo: true,
    };
    const opened = await cluster(exec, ['ExecCredential false 127.0.0.1 get-token me']);
    expect(await opened.cluster.list('Node')).toMatchObject({ kind: 'objects' });
  });

  it('may take longer than a request, the first time and where its token was withdrawn', async () => {
    const counter = join(folder, 'runs');
    const script = `const n = require('node:fs').readFileSync(${JSON.stringify(counter)}, 'utf8').length;
setTimeout(() => process.stdout.write(JSON.stringify({status: {token: 't' + n}})), 1100);`;
    const opened = await cluster({ command: plugin('slow', script) }, ['t2'], 25_000, 1000);
    expect(await opened.cluster.list('Node')).toMatchObject({ kind: 'objects' });
    expect(opened.seen).toEqual(['t1', 't2']);
  });

  it('is asked again for a token that has run out, or that the server refuses', async () => {
    const past = '2020-01-01T00:00:00Z';
    const expired = await cluster(
      { command: plugin('expired', credential({ token: 'one', expirationTimestamp: past })) },
      ['one'],
    );
    await expired.cluster.list('Node');
    await expired.cluster.list('Node');
    expect(runs()).toBe(2);
    await api?.close();
    rmSync(join(folder, 'runs'));
    const counter = join(folder, 'runs');
    const script = `const n = require('node:fs').readFileSync(${JSON.stringify(counter)}, 'utf8').length;
process.stdout.write(JSON.stringify({status: {token: 't' + n}}));`;
    const refused = await cluster({ command: plugin('counting', script) }, ['t2']);
    expect(await refused.cluster.list('Node')).toMatchObject({ kind: 'objects' });
    expect(refused.seen).toEqual(['t1', 't2']);
  });

  it('that is not there is named, with what its kubeconfig says to do', async () => {
    expect(await failureOf({ command: 'propolis-no-such-plugin', installHint: 'Install it.' })).toEqual({
      code: 'plugin-missing',
      command: 'propolis-no-such-plugin',
      hint: 'Install it.',
    });
  });

  it('that fails is told in its own last words', async () => {
    const command = plugin('failing', `console.error('first\\nplease log in'); process.exit(3);`);
    expect(await failureOf({ command })).toEqual({ code: 'plugin-failed', command, detail: 'please log in' });
    const silent = plugin('silent', 'process.exit(3);');
    expect(await failureOf({ command: silent })).toMatchObject({ detail: 'exit code 3' });
  });

  it.each([
    ['no JSON', `process.stdout.write('hello');`],
    ['no token', credential({})],
    ['too much', `process.stdout.write('x'.repeat(3 << 20)); setTimeout(() => 0, 10000);`],
  ])('that prints %s is refused', async (name, script) => {
    expect(await failureOf({ command: plugin(name.replace(' ', '-'), script) })).toMatchObject({
      code: 'plugin-failed',
    });
  });

  it('that hangs is ended', async () => {
    const command = plugin('hanging', 'setInterval(() => 0, 1000);');
    expect(await failureOf({ command }, [], 100)).toEqual({ code: 'plugin-timeout', command, seconds: 0.1 });
  });

  it('whose credentials are refused for good is told as that', async () => {
    const command = plugin('refused', credential({ token: 'wrong' }));
    expect(await failureOf({ command }, ['right'])).toMatchObject({ code: 'unauthorized', context: 'test' });
  });
});
