import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryFiles } from '../../src/adapters/files/repository.ts';
import { type DemoCluster, startDemoCluster } from '../../src/demo/index.ts';
import { type RanCommand, runCommand } from '../lib/command.ts';
import { HOMELAB } from '../lib/homelab-cluster.ts';

const NOW = Date.UTC(2026, 10, 27, 20);
let folder = '';
let demo: DemoCluster | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-status-'));
  demo = await startDemoCluster({
    files: () => repositoryFiles(HOMELAB).files(),
    folder,
    now: () => NOW,
    pastSeconds: 300,
  });
});

afterAll(async () => {
  await demo?.close();
  rmSync(folder, { recursive: true });
});

function propolis(words: string): Promise<RanCommand> {
  return runCommand(words.split(' '), {
    cwd: HOMELAB,
    env: { KUBECONFIG: demo?.kubeconfig ?? '' },
    nowMs: NOW,
  });
}

interface VerifyJson {
  readonly checks: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly promised: boolean;
    readonly findings: readonly { readonly cause: { readonly code: string } }[];
  }[];
  readonly lastChange: { readonly what: string } | null;
}

function outcomes(text: string): Readonly<Record<string, string>> {
  const { checks } = JSON.parse(text) as VerifyJson;
  return Object.fromEntries(checks.map(({ id, outcome }) => [id, outcome]));
}

describe('status of a running cluster', () => {
  it('finds what is wrong, and nothing that Flux has applied', async () => {
    const { code, out, err } = await propolis('status -o json');
    const found = JSON.parse(out) as {
      readonly namespaces: readonly unknown[];
      readonly findings: readonly { readonly kind: string }[];
      readonly drift: { readonly policies: readonly unknown[] };
    };
    expect(err).toContain('homelab-live');
    expect(found.drift.policies).toEqual([]);
    expect(found.namespaces.length).toBeGreaterThan(20);
    expect(found.findings.map(({ kind }) => kind)).toEqual(['unmanaged-pods']);
    expect(code).toBe(1);
  });
});

describe('verifying against a running cluster', () => {
  it('takes the flows of its relay, through the API server', async () => {
    const { code, out } = await propolis('verify backups --cluster -o json');
    expect(outcomes(out)).toMatchObject({
      dns: 'pass',
      'access:postgres': 'pass',
      'access:garage-s3': 'fail',
    });
    const { checks, lastChange } = JSON.parse(out) as VerifyJson;
    const failed = checks.find(({ id }) => id === 'access:garage-s3');
    expect(failed?.findings.map(({ cause }) => cause.code)).toEqual(['other-end-refuses']);
    expect(lastChange).not.toBeNull();
    expect(code).toBe(1);
  });

  it('takes them of a server that is named', async () => {
    const server = `127.0.0.1:${demo?.relay.port ?? 0}`;
    const { code, out } = await propolis(`verify zipline --server ${server} --since 5m -o json`);
    expect(outcomes(out)).toMatchObject({
      dns: 'pass',
      'gateway:external': 'pass',
      'access:postgres': 'fail',
    });
    // Nothing promises the database.
    expect(code).toBe(0);
  });

  it('ends when the time to wait is over', async () => {
    const { code, out, err } = await propolis(
      'verify zipline --cluster --wait 300ms --require-traffic -o json',
    );
    expect(err).toContain('following flows of zipline');
    expect(new Set(Object.values(outcomes(out)))).toEqual(new Set(['no-traffic']));
    expect(code).toBe(1);
  });
});
