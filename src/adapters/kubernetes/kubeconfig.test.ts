import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ClusterError } from '../../core/model/cluster-error.ts';
import { type KubeconfigOptions, pinContext } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'propolis-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Parts {
  readonly current?: string;
  readonly clusters?: Readonly<Record<string, string>>;
  readonly contexts?: Readonly<Record<string, readonly [cluster: string, user: string]>>;
  readonly users?: Readonly<Record<string, object>>;
}

function config(name: string, { current, clusters = {}, contexts = {}, users = {} }: Parts): string {
  const path = join(folder, name);
  const text = JSON.stringify({
    ...(current === undefined ? {} : { 'current-context': current }),
    clusters: Object.entries(clusters).map(([own, server]) => ({ name: own, cluster: { server } })),
    contexts: Object.entries(contexts).map(([own, [cluster, user]]) => ({
      name: own,
      context: { cluster, user },
    })),
    users: Object.entries(users).map(([own, user]) => ({ name: own, user })),
  });
  writeFileSync(path, text);
  return path;
}

const DEV: Parts = {
  current: 'dev',
  clusters: { dev: 'https://dev:6443/', live: 'https://live:6443' },
  contexts: { dev: ['dev', 'me'], live: ['live', 'me'], broken: ['nowhere', 'me'], nobody: ['dev', 'ghost'] },
  users: { me: { token: 'secret' } },
};

function pin(options: Partial<KubeconfigOptions>) {
  return pinContext({ cwd: folder, env: {}, ...options });
}

function failureOf(options: Partial<KubeconfigOptions>): unknown {
  try {
    pin(options);
  } catch (error) {
    if (error instanceof ClusterError) return error.failure;
    throw error;
  }
  return undefined;
}

describe('a kubeconfig', () => {
  it('leads to the current context, or to the one that is named', () => {
    const kubeconfig = config('plain', DEV);
    expect(pin({ kubeconfig })).toMatchObject({ context: 'dev', server: 'https://dev:6443' });
    expect(pin({ kubeconfig: 'plain', context: 'live' })).toMatchObject({ server: 'https://live:6443' });
  });

  it('is pinned: what becomes of the file later changes nothing', () => {
    const kubeconfig = config('pinned', DEV);
    const { config: pinned, server } = pin({ kubeconfig });
    config('pinned', { ...DEV, current: 'live' });
    expect(server).toBe('https://dev:6443');
    expect(pinned.getContexts().map(({ name }) => name)).toEqual(['dev']);
    expect(pinned.getCurrentCluster()?.server).toBe('https://dev:6443');
  });

  it('may be several files, of which the first counts, and missing ones do not', () => {
    const first = config('first', { clusters: { dev: 'https://first' }, contexts: { other: ['dev', 'me'] } });
    const second = config('second', DEV);
    const env = { KUBECONFIG: ['', join(folder, 'none'), first, second].join(delimiter) };
    expect(pin({ env })).toMatchObject({ context: 'dev', server: 'https://first' });
    expect(pin({ env, context: 'other' }).user.token).toBe('secret');
  });

  it('is found in the home, and within a pod in its account', () => {
    mkdirSync(join(folder, '.kube'));
    config('.kube/config', DEV);
    expect(pin({ env: { HOME: folder } }).context).toBe('dev');
    writeFileSync(join(folder, 'token'), 'pod');
    const env = { HOME: '/nowhere', KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
    expect(pin({ env, accountRoot: folder })).toMatchObject({
      context: '',
      server: 'https://[fd00::1]:6443',
    });
  });

  it('may have a plugin beside it', () => {
    const kubeconfig = config('plugin', {
      ...DEV,
      users: { me: { exec: { command: './get-token', apiVersion: 'v1' } } },
    });
    expect(pin({ kubeconfig }).user.exec).toMatchObject({ command: join(folder, 'get-token') });
  });

  it.each([
    [{ kubeconfig: 'nowhere' }, { code: 'no-kubeconfig', looked: [join(folder, 'nowhere')] }],
    [
      { kubeconfig: 'plain', context: 'lve' },
      { code: 'unknown-context', context: 'lve' },
    ],
    [
      { kubeconfig: 'plain', context: 'broken' },
      { code: 'context-incomplete', lacks: 'cluster', name: 'nowhere' },
    ],
    [
      { kubeconfig: 'plain', context: 'nobody' },
      { code: 'context-incomplete', lacks: 'user', name: 'ghost' },
    ],
    [{ kubeconfig: '.' }, { code: 'kubeconfig-unreadable' }],
    [{ kubeconfig: 'empty' }, { code: 'no-context', known: [] }],
    [{ kubeconfig: 'none-current' }, { code: 'no-context', known: ['dev', 'live', 'broken', 'nobody'] }],
    [{ kubeconfig: 'not-yaml' }, { code: 'kubeconfig-invalid' }],
    [{ kubeconfig: 'a-list' }, { code: 'kubeconfig-invalid' }],
    [{ kubeconfig: 'odd-server' }, { code: 'kubeconfig-invalid' }],
    [{ env: {} }, { code: 'no-kubeconfig' }],
  ])('is refused where it leads nowhere: %j', (options, expected) => {
    config('plain', DEV);
    writeFileSync(join(folder, 'empty'), '\n');
    const { current: _, ...none } = DEV;
    config('none-current', none);
    config('odd-server', { ...DEV, clusters: { dev: 'unix:///run/x' } });
    writeFileSync(join(folder, 'not-yaml'), 'a: [\n');
    writeFileSync(join(folder, 'a-list'), 'clusters: [{}]');
    expect(failureOf({ env: { HOME: '/nowhere' }, ...options })).toMatchObject(expected);
  });
});
