import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../run.ts';

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the verb, and interrupts it as soon as it has told what it serves. */
async function demo(args: readonly string[], atWork?: (out: string) => Promise<void>): Promise<Ran> {
  const controller = new AbortController();
  let out = '';
  let err = '';
  let working: Promise<void> | undefined;
  const code = await run(['demo', ...args], {
    out(text) {
      out += text;
      working = (atWork?.(out) ?? Promise.resolve()).finally(() => controller.abort());
    },
    err(text) {
      err += text;
    },
    cwd: tmpdir(),
    env: {},
    columns: undefined,
    stdin: Readable.from([]),
    interruption: () => controller.signal,
  });
  await working;
  return { code, out, err };
}

function valueOf(out: string, name: string): string {
  return new RegExp(`${name}=(\\S+)`).exec(out)?.[1] ?? '';
}

describe('propolis demo', () => {
  it('serves the example with a kubeconfig and a copy of its repository, and leaves nothing behind', async () => {
    let kubeconfig = '';
    let answered: unknown;
    const { code, out, err } = await demo([], async (text) => {
      kubeconfig = valueOf(text, 'KUBECONFIG');
      const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as {
        readonly 'current-context': string;
        readonly contexts: readonly { readonly name: string }[];
      };
      const contexts = config.contexts.map(({ name }) => name);
      expect(contexts.sort()).toEqual(['homelab-dev', 'homelab-live']);
      const repository = /^ {2}cd (\S+)$/m.exec(text)?.[1] ?? '';
      answered = [config['current-context'], existsSync(join(repository, 'propolis.yaml'))];
      const server = /^ {2}API server +(\S+)$/m.exec(text)?.[1] ?? '';
      const servers = readFileSync(join(repository, 'propolis.yaml'), 'utf8').match(/^ +server: .*$/gm);
      expect(servers).toEqual([`    server: ${server}`, `    server: ${server}`]);
      await Promise.resolve();
    });
    expect(answered).toEqual(['homelab-live', true]);
    expect({ code, err }).toEqual({ code: 0, err: 'propolis: Ctrl-C ends it.\n' });
    expect(out).toContain('kubectl label ns zipline access.network-policy.homelab/postgres=true');
    expect(existsSync(kubeconfig)).toBe(false);
  });

  it('ends by itself when told how long it is to last', async () => {
    const { code, err } = await demo(
      ['--for', '100ms'],
      () =>
        new Promise((resolve) => {
          setTimeout(resolve, 300).unref();
        }),
    );
    expect(code).toBe(0);
    expect(err).toContain('ends by itself in 0.1 s');
  });

  it('says what is wrong with a repository that has nothing to serve', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'propolis-test-'));
    folders.push(folder);
    writeFileSync(join(folder, 'a.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n');
    const { code, err } = await demo(['--repo', folder]);
    expect(code).toBe(2);
    expect(err).toBe(
      `propolis: ${folder} has no network policies to serve.\n  Give the folder of a cluster: --repo DIR\n`,
    );
    expect((await demo(['--repo', join(folder, 'none')])).code).toBe(2);
  });

  it('says that a port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const { code, err } = await demo(['--port', String(port)]);
    server.close();
    expect(code).toBe(2);
    expect(err).toContain(`Port ${port} is in use.`);
  });

  it.each([
    ['--port', '70000'],
    ['--speed', '0'],
    ['--seed', '-1'],
    ['--for', 'soon'],
    ['--env', 'nowhere'],
  ])('refuses %s %s', async (option, value) => {
    const { code, err } = await demo([option, value]);
    expect(code).toBe(2);
    expect(err).not.toContain('mistake in Propolis');
  });
});
