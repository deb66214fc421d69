import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../lib/command.ts';
import { type ExampleCluster, openExample } from '../lib/demo-cluster.ts';

let example: ExampleCluster;

beforeAll(async () => {
  example = await openExample();
}, 60_000);
afterAll(() => example.close());

function propolis(...words: readonly string[]) {
  return runCommand(words, { cwd: example.repo, env: { KUBECONFIG: example.cluster.kubeconfig } });
}

describe('verbs that look at flows, on a running cluster', () => {
  it('debug by the relay of the cluster', async () => {
    const { code, out } = await propolis('debug', 'zipline', '--since', '10m');
    expect(out).toContain('zipline/api → database/pg-rw   5432/TCP   egress');
    expect(out).toContain('kubernetes/namespaces/zipline.yaml:9');
    expect(code).toBe(1);
  });

  it('debug by a relay that is named, and by what the cluster has', async () => {
    const { relay } = example.cluster;
    const named = await propolis('debug', 'zipline', '--server', relay.address, '--since', '10m');
    expect(named.out).toContain('give namespace zipline access to postgres');
    expect(named.err).toBe('');
    const cluster = await propolis('debug', 'zipline', '--cluster', '--since', '10m');
    expect(cluster.out).toContain('cluster:namespace/zipline');
    expect(cluster.err).toContain('cluster live (live): context');
  });

  it('debug says that silence is no answer', async () => {
    // No pod is in it, so nobody can break the silence.
    const silent = await propolis('debug', 'default', '--cluster', '--since', '10m');
    expect(silent.err).toContain('The relay has no flow of default since 10m.');
    expect(silent.code).toBe(2);
    const wrong = await propolis('debug', 'ziplin', '--since', '10m');
    expect(wrong.err).toContain('Did you mean zipline?');
    const when = await propolis('debug', 'zipline', '--since', 'yesterday');
    expect(when.err).toContain('--since must not be "yesterday".');
    expect([wrong.code, when.code]).toEqual([2, 2]);
  });

  it('choose a profile and begin a policy by what flows show', async () => {
    const choose = await propolis('profile', 'choose', '-n', 'zipline', '-P', '--since', '10m');
    expect(choose.out).toMatch(/uses postgres .*\n.* flows/);
    expect(choose.code).toBe(0);
    // A platform namespace has no profile.
    const set = await propolis('namespace', 'set', 'zipline', '--remove-profile');
    expect(set.code).toBe(0);
    const add = await propolis(
      'platform',
      'add',
      'zipline',
      '-P',
      '--since',
      '10m',
      '--metrics-port',
      '3000',
      '--diff',
    );
    expect(add.code).toBe(1);
    expect(add.out).toMatch(/^\+ +# From gateway:external; flows recorded: \d+ passed\.$/m);
    expect(add.err).not.toContain('There is no source of flows');
  });
});
