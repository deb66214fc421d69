import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** `npm run conformance` as its users run it: a process with files, lines and an exit code. */
const SCRIPT = fileURLToPath(new URL('../../scripts/conformance.ts', import.meta.url));
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-conformance-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm run conformance', () => {
  it('prints counts and exits 0 when every answer is as recorded', () => {
    const worlds = written('worlds.jsonl.gz', gzipSync(`${JSON.stringify(world())}\n`));
    const objects = written('objects.jsonl', `${JSON.stringify(object(true))}\n\n`);
    const { status, stdout, stderr } = conformance(worlds, objects);
    expect(stdout.split('\n')).toEqual([
      `${worlds}: 40 decisions compared, 0 differ`,
      `${objects}: 1 decisions compared, 0 differ`,
      '41 decisions compared, 0 differ',
      '',
    ]);
    expect([status, stderr]).toEqual([0, '']);
  });

  it('exits 1 and names the world, the pair, the port and both answers when one differs', () => {
    const planted = world();
    planted.expect[3] = ['denied', 'allowed'];
    const { status, stdout } = conformance(written('planted.jsonl', JSON.stringify(planted)));
    expect(status).toBe(1);
    expect(stdout).toContain(
      '  shop: shop/web → shop/db 8003/TCP egress: denied by Cilium, not-enforced here (no-policy)\n',
    );
    expect(stdout).toContain('\n40 decisions compared, 1 differ\n');
  });

  it('exits 1 for an object that the agent takes and we refuse, or the other way round', () => {
    const { status, stdout } = conformance(written('object.jsonl', JSON.stringify(object(false))));
    expect(status).toBe(1);
    expect(stdout).toContain('planted: refused by the agent, not here (because)');
  });

  it('prints ten differences at most, over all files, and counts all of them', () => {
    const planted = world();
    planted.expect = planted.expect.map(() => ['denied', 'denied']);
    const files = [1, 2].map((i) => written(`many-${i}.jsonl`, JSON.stringify(planted)));
    const { status, stdout } = conformance(...files);
    expect(status).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(10);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('80 decisions compared, 80 differ');
  });

  it.each([
    ['is not there', undefined],
    ['is no gzip for all its name and first bytes', Buffer.from([0x1f, 0x8b, 0, 1, 2])],
    ['is no JSON', '{"id": "x"'],
    ['is JSON of another kind', '{"id": "x"}'],
    ['has a question without an answer', JSON.stringify({ ...world(), expect: [['allowed', 'allowed']] })],
    ['is empty', '\n'],
  ])('exits 2 for a file that %s, and names it', (name, content) => {
    const file = join(folder, `bad ${name}`);
    if (content !== undefined) writeFileSync(file, content);
    const { status, stdout } = conformance(file);
    expect(status).toBe(2);
    expect(stdout).toContain(`${file}: cannot be read: `);
  });

  it('exits 2 without a file', () => {
    const { status, stdout, stderr } = conformance();
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('name at least one file');
  });
});

interface Vector {
  readonly id: string;
  readonly policies: readonly unknown[];
  readonly endpoints: readonly unknown[];
  readonly queries: readonly (readonly [string, string, string, number])[];
  expect: [string, string][];
}

/** Twenty questions: an open egress side, and an ingress side that admits what it was asked. */
function world(): Vector {
  const pod = (app: string): unknown => ({
    id: `shop/${app}`,
    labels: [
      `k8s:app=${app}`,
      'k8s:io.cilium.k8s.policy.cluster=default',
      'k8s:io.kubernetes.pod.namespace=shop',
    ],
  });
  const ports = Array.from({ length: 20 }, (_, i) => 8000 + i);
  return {
    id: 'shop',
    policies: [
      {
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumNetworkPolicy',
        metadata: { name: 'db', namespace: 'shop' },
        spec: {
          endpointSelector: { matchLabels: { app: 'db' } },
          ingress: [
            { fromEndpoints: [{ matchLabels: { app: 'web' } }], toPorts: [{ ports: [anyOf(ports)] }] },
          ],
        },
      },
    ],
    endpoints: [pod('web'), pod('db')],
    queries: ports.map((port) => ['shop/web', 'shop/db', 'TCP', port]),
    expect: ports.map(() => ['allowed', 'allowed']),
  };
}

function anyOf(ports: readonly number[]): unknown {
  return { port: String(ports[0]), endPort: ports.at(-1), protocol: 'TCP' };
}

function object(accepted: boolean): unknown {
  return {
    id: 'planted',
    policy: {
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumClusterwideNetworkPolicy',
      metadata: { name: 'open' },
      spec: { endpointSelector: {}, ingress: [{}] },
    },
    accepted,
    ...(accepted ? {} : { reason: 'because' }),
  };
}

function written(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function conformance(...files: readonly string[]): ReturnType<typeof spawnSync> & {
  readonly stdout: string;
  readonly stderr: string;
} {
  return spawnSync(process.execPath, [SCRIPT, ...files], { encoding: 'utf8' });
}
