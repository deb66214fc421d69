import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DemoCluster } from '../../src/demo/index.ts';
import { type RanCommand, runCommand } from '../lib/command.ts';
import { type ExampleCluster, openExample } from '../lib/demo-cluster.ts';

const LABEL = 'network-policy.homelab/enforcement';

let example: ExampleCluster;
let cluster: DemoCluster;

beforeAll(async () => {
  example = await openExample();
  ({ cluster } = example);
}, 60_000);
afterAll(() => example.close());
afterEach(async () => {
  await propolis('hatch', 'close', 'zipline', '--watch', '0');
});

function propolis(...words: readonly string[]): Promise<RanCommand> {
  return propolisAt(undefined, ...words);
}

function propolisAt(nowMs: number | undefined, ...words: readonly string[]): Promise<RanCommand> {
  return runCommand(words, {
    cwd: example.repo,
    env: { KUBECONFIG: cluster.kubeconfig },
    ...(nowMs === undefined ? {} : { nowMs }),
  });
}

function labelsOf(name: string): Readonly<Record<string, string>> {
  const object = cluster.api.store.get('Namespace', '', name);
  const metadata = object?.['metadata'] as { readonly labels?: Record<string, string> } | undefined;
  return metadata?.labels ?? {};
}

const OPEN = ['hatch', 'open', 'zipline', '--reason', 'uploads fail', '--confirm', 'zipline'] as const;

describe('the escape hatch, on a cluster', () => {
  it('is planned: what it would relieve, the label that would do, and nothing is changed', async () => {
    const { code, out } = await propolis('hatch', 'plan', 'zipline', '--since', '10m');
    expect(out).toContain('zipline/api → database/pg-rw');
    expect(out).toContain('relieved');
    expect(out).toContain('instead: give namespace zipline access to postgres');
    expect(code).toBe(0);
    expect(labelsOf('zipline')).not.toHaveProperty(LABEL);
  });

  it('opens a namespace so that Flux leaves it open, and its drops stop', async () => {
    const opened = await propolis(...OPEN, '--for', '1h', '--watch', '0');
    expect(opened.err).toMatch(/zipline is open until .* \(.+: uploads fail\)/);
    expect(opened.code).toBe(0);
    await cluster.reconcile();
    expect(labelsOf('zipline')).toMatchObject({ [LABEL]: 'disabled' });
    const watched = await propolis(
      'hatch',
      'open',
      'zipline',
      '--reason',
      'more',
      '--extend',
      '--confirm',
      'zipline',
      '--watch',
      '8s',
    );
    expect(watched.err).toMatch(/no policy drop|have stopped/);
    expect(watched.code).toBe(0);
  });

  it('tells of every open namespace: since, until, who, why', async () => {
    await propolis(...OPEN, '--ticket', 'INC-7', '--for', '30m', '--watch', '0');
    const { code, out } = await propolis('hatch', 'status');
    expect(code).toBe(0);
    expect(out).toMatch(/zipline +\S+ +in \d+m +\S+.* +uploads fail \(INC-7\)/);
    const later = await propolisAt(Date.now() + 3_600_000, 'hatch', 'status', '--no-drops');
    expect(later.out).toContain('OVERDUE');
    expect(later.code).toBe(1);
  });

  it('says since when it is open, and changes nothing', async () => {
    await propolis(...OPEN, '--watch', '0');
    const again = await propolis('hatch', 'open', 'zipline', '--reason', 'other', '--watch', '0');
    expect(again.err).toContain('zipline is open already since');
    expect(again.err).toContain('uploads fail');
    expect(again.code).toBe(0);
  });

  it('says what of the traffic closing would drop, and closes', async () => {
    await propolis(...OPEN, '--watch', '0');
    await flowsPass();
    const check = await propolis('hatch', 'close', 'zipline', '--check');
    expect(check.out).toContain('zipline/api → database/pg-rw   5432/TCP');
    expect(check.code).toBe(1);
    expect(labelsOf('zipline')).toMatchObject({ [LABEL]: 'disabled' });
    const closed = await propolis('hatch', 'close', 'zipline', '--watch', '8s');
    expect(closed.err).toContain('zipline is closed');
    expect(labelsOf('zipline')).not.toHaveProperty(LABEL);
    expect(closed.out).toContain('missing-access-label');
    expect(closed.code).toBe(1);
  });

  it.each([
    ['--snapshot', 'seen.json'],
    ['--manifests', 'all.yaml'],
    ['--since', '1h'],
    ['--var', 'a=b'],
  ])('closes nothing where %s is given and --check is not', async (option, value) => {
    await propolis(...OPEN, '--watch', '0');
    const { code, err } = await propolis('hatch', 'close', 'zipline', '--watch', '0', option, value);
    expect(err).toContain(`propolis: ${option} is about --check`);
    expect(err).toContain('Add --check, or leave it out.');
    expect(code).toBe(2);
    expect(labelsOf('zipline')).toMatchObject({ [LABEL]: 'disabled' });
  });

  it('is closed by the reaper once its time is over, and not before', async () => {
    await propolis(...OPEN, '--for', '30m', '--watch', '0');
    await propolis('hatch', 'reap');
    expect(labelsOf('zipline')).toMatchObject({ [LABEL]: 'disabled' });
    const reaped = await propolisAt(Date.now() + 3_600_000, 'hatch', 'reap');
    expect(reaped.err).toContain('zipline is closed: its time was over');
    expect(labelsOf('zipline')).not.toHaveProperty(LABEL);
    expect((await propolisAt(Date.now() + 3_600_000, 'hatch', 'reap')).err).toContain(
      'nothing is past its time',
    );
  });

  it('keeps to the limits of the catalog', async () => {
    expect(await propolis('hatch', 'open', 'zipline', '--confirm', 'zipline')).toMatchObject({
      code: 2,
      err: expect.stringContaining('A reason is required') as string,
    });
    expect(await propolis(...OPEN, '--for', '48h')).toMatchObject({
      code: 2,
      err: expect.stringContaining('12h') as string,
    });
    const unconfirmed = await propolis('hatch', 'open', 'zipline', '--reason', 'x');
    expect(unconfirmed).toMatchObject({
      code: 2,
      err: expect.stringContaining('--confirm zipline') as string,
    });
    expect(labelsOf('zipline')).not.toHaveProperty(LABEL);
  });

  it('names the nearest namespace for one that is not there, and warns of a platform namespace', async () => {
    const unknown = await propolis('hatch', 'open', 'ziplin', '--reason', 'x', '--confirm', 'ziplin');
    expect(unknown).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean zipline') as string,
    });
    const platform = await propolis(
      'hatch',
      'open',
      'database',
      '--reason',
      'x',
      '--confirm',
      'database',
      '--watch',
      '0',
    );
    expect(platform.err).toContain('database is a platform namespace');
    expect(platform.err).toContain('postgres');
    await propolis('hatch', 'close', 'database', '--watch', '0');
  });
});

/** Until the traffic has gone round once. */
async function flowsPass(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, 2000);
  });
}
