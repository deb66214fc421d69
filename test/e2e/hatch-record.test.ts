import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ANSI } from '../../src/core/report/paint.ts';
import { HATCH_LABEL, HatchLab, RECORD } from '../lib/hatch-lab.ts';

const HOUR_MS = 3_600_000;

let lab: HatchLab;
beforeAll(async () => {
  lab = await HatchLab.start();
}, 60_000);
afterAll(() => lab.stop());
afterEach(() => lab.reset());

const FORBIDDEN = (verb: string): string =>
  `namespaces "zipline" is forbidden: User "ada" cannot ${verb} resource "namespaces" in API group "" at the cluster scope`;

describe('Flux and the hatch', () => {
  it('takes away a label of kubectl, which status says beforehand', async () => {
    lab.byHand('zipline', { metadata: { labels: { [HATCH_LABEL]: 'disabled' } } });
    const { out, code } = await lab.propolis('hatch', 'status', '--no-drops');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'zipline: kubectl wrote the label, so Flux takes it away at its next reconciliation',
    );
    expect(out).toContain('no end');
    expect(code).toBe(0);
    await lab.cluster.reconcile();
    expect(lab.isOpen('zipline')).toBe(false);
  });

  it('leaves a label of kubectl that was opened properly since, with an end', async () => {
    lab.byHand('zipline', { metadata: { labels: { [HATCH_LABEL]: 'disabled' } } });
    const again = await lab.open('zipline');
    expect(again.err).toContain(
      'zipline is open already, without an end. Nothing was changed; --extend sets a new end.',
    );
    expect(again.err).toContain('mind: kubectl wrote the label');
    expect((await lab.open('zipline', '--extend')).code).toBe(0);
    await lab.cluster.reconcile();
    expect(lab.isOpen('zipline')).toBe(true);
    expect((await lab.propolis('hatch', 'status', '--no-drops')).out).not.toContain('mind');
  });

  it('wins with a value that Git declares: said before, and when it is taken over by force', async () => {
    await lab.declareInGit('enabled');
    const refused = await lab.open('zipline');
    expect(refused.code).toBe(2);
    expect(refused.err).toContain(
      `kustomize-controller owns labels.${HATCH_LABEL}, with another value. Nothing was changed.`,
    );
    expect(refused.err).toContain('--force');
    const forced = await lab.open('zipline', '--force');
    expect(forced.code).toBe(0);
    expect(forced.err).toContain('mind: kustomize-controller owns the label: Git declares it');
    expect(lab.isOpen('zipline')).toBe(true);
    await lab.cluster.reconcile();
    expect(lab.metadataOf('zipline').labels).toMatchObject({ [HATCH_LABEL]: 'enabled' });
  });

  it('opens again what Git declares open, which close says', async () => {
    await lab.declareInGit('disabled');
    const closed = await lab.close('zipline');
    expect(closed.err).toContain('zipline is closed.');
    expect(closed.err).toContain('mind: kustomize-controller owns the label: Git declares it');
    await lab.cluster.reconcile();
    expect(lab.isOpen('zipline')).toBe(true);
  });
});

describe('the record', () => {
  it('is whole, and closing leaves the namespace as it was', async () => {
    const before = lab.metadataOf('zipline');
    await lab.open('zipline', '--ticket', 'INC-7', '--for', '1h');
    expect(
      lab
        .recordOf('zipline')
        .map((key) => key.slice(RECORD.length))
        .sort(),
    ).toEqual(['by', 'reason', 'since', 'ticket', 'until', 'until-unix']);
    const closed = await lab.close('zipline');
    expect(closed.err).toMatch(/zipline is closed\. It was open for \d+s \(.+: uploads fail\)\./);
    expect(lab.metadataOf('zipline').labels).toEqual(before.labels);
    expect(lab.metadataOf('zipline').annotations ?? {}).toEqual(before.annotations ?? {});
  });

  it('keeps since when it stands open where a new end is set, and loses an old ticket', async () => {
    await lab.open('zipline', '--ticket', 'INC-7', '--for', '30m');
    const since = lab.metadataOf('zipline').annotations?.[`${RECORD}since`];
    const later = Date.now() + HOUR_MS / 2;
    const words = [
      'hatch',
      'open',
      'zipline',
      '--extend',
      '--reason',
      'still',
      '--confirm',
      'zipline',
      '--for',
      '2h',
      '--watch',
      '0',
    ];
    expect((await lab.propolisIn({ nowMs: later }, ...words)).code).toBe(0);
    const { annotations = {} } = lab.metadataOf('zipline');
    expect(annotations[`${RECORD}since`]).toBe(since);
    expect(annotations[`${RECORD}reason`]).toBe('still');
    expect(annotations).not.toHaveProperty([`${RECORD}ticket`]);
    expect(Date.parse(annotations[`${RECORD}until`] ?? '')).toBeGreaterThanOrEqual(later + 2 * HOUR_MS);
  });

  it('is taken away where somebody removed the label alone', async () => {
    await lab.open('zipline');
    lab.byHand('zipline', { metadata: { labels: { [HATCH_LABEL]: null } } });
    const closed = await lab.close('zipline');
    expect(closed.err).toContain('zipline was not open. What was left of its record is taken away.');
    expect(lab.recordOf('zipline')).toEqual([]);
    expect((await lab.close('zipline')).err).toContain('zipline is not open. Nothing was changed.');
  });

  it('is told in red past its time, and somebody who opens again is told that it is over', async () => {
    await lab.open('zipline', '--for', '30m');
    const later = { nowMs: Date.now() + HOUR_MS };
    const { out, code } = await lab.propolisIn(later, 'hatch', 'status', '--no-drops', '--color', 'always');
    expect(code).toBe(1);
    const line = out.split('\n').find((one) => one.includes('OVERDUE')) ?? '';
    expect(line.startsWith(ANSI.bad('').slice(0, 5)) && line.includes('zipline')).toBe(true);
    const again = await lab.propolisIn(later, 'hatch', 'open', 'zipline', '--reason', 'x', '--watch', '0');
    expect(again.err).toContain('Its time is over.');
    expect(again.code).toBe(0);
  });
});

describe('the name of the namespace, asked for at a terminal', () => {
  const WORDS = ['hatch', 'open', 'zipline', '--reason', 'x', '--watch', '0'] as const;

  it.each([
    ['opens when it is typed', ['zipline\n'], true],
    ['does not when another is', ['ziplin\n'], false],
    ['does not when nothing is, and does not hang', [], false],
  ])('%s', async (_, typed, isOpened) => {
    const { code, err } = await lab.propolisIn({ typed }, ...WORDS);
    expect(err).toContain('Open zipline on live (live)? Type its name to confirm: ');
    expect(lab.isOpen('zipline')).toBe(isOpened);
    expect(code).toBe(isOpened ? 0 : 2);
    if (!isOpened) expect(err).toContain('Nothing was changed.');
  });
});

describe('the traffic of an open namespace', () => {
  it('that a deny rule drops goes on, and is told with its diagnosis', async () => {
    const { code, out, err } = await lab.openAndWatch('renovate', '10s');
    expect(err).toMatch(/renovate: .*policy drops? still/);
    expect(out).toContain('deny-cloud-metadata');
    expect(code).toBe(1);
  });

  it('is counted in status: drops since it was opened', async () => {
    await lab.open('renovate');
    await new Promise((resolve) => {
      setTimeout(resolve, 2500);
    });
    const { out } = await lab.propolis('hatch', 'status', '-o', 'json');
    const { version, open: lines } = JSON.parse(out) as {
      readonly version: number;
      readonly open: readonly { readonly namespace: string; readonly drops: number }[];
    };
    expect(version).toBe(1);
    expect(lines.find(({ namespace }) => namespace === 'renovate')?.drops).toBeGreaterThan(0);
  });

  it('is told way by way: what dropped before, and passes now', async () => {
    const { err } = await lab.openAndWatch('zipline', '8s');
    expect(err).toMatch(
      /the policy drops have stopped; of \d+ ways? that dropped before, \d+ pass(?:es)? now/,
    );
  });
});

describe('the reaper', () => {
  const later = { nowMs: Date.now() + 4 * HOUR_MS };

  it('tells those without an end, and leaves them open', async () => {
    lab.byHand('mealie', { metadata: { labels: { [HATCH_LABEL]: 'disabled' } } });
    const { code, err } = await lab.propolisIn(later, 'hatch', 'reap');
    expect(err).toContain('mealie is open without an end, so it is left open');
    expect({ code, isOpen: lab.isOpen('mealie') }).toEqual({ code: 0, isOpen: true });
  });

  it('only says what it would close, when asked', async () => {
    await lab.open('zipline', '--for', '30m');
    const { code, err } = await lab.propolisIn(later, 'hatch', 'reap', '--dry-run');
    expect(err).toMatch(/zipline would be closed: its time was over \dh ago/);
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 0, isOpen: true });
  });

  it.each([
    ['may not be closed', { kind: 'refuse', code: 403, reason: 'Forbidden', message: FORBIDDEN('patch') }],
    ['is cut off', { kind: 'cut' }],
    ['fails in the server', { kind: 'refuse', code: 500, reason: 'InternalError', message: 'etcd' }],
  ] as const)('closes the others where one %s, and fails', async (_, effect) => {
    for (const name of ['mealie', 'tandoor']) await lab.open(name, '--for', '30m');
    lab.inject({ path: '/api/v1/namespaces/mealie', verb: 'patch', effect });
    const { code, err } = await lab.propolisIn(later, 'hatch', 'reap');
    expect(code).toBe(2);
    expect(err).toContain('mealie stays open: ');
    expect(err).toContain('tandoor is closed: its time was over');
    expect({ mealie: lab.isOpen('mealie'), tandoor: lab.isOpen('tandoor') }).toEqual({
      mealie: true,
      tandoor: false,
    });
  });

  it('leaves one alone that got a new end while it looked', async () => {
    await lab.open('zipline', '--for', '30m');
    lab.inject({
      resource: 'namespaces',
      verb: 'patch',
      effect: { kind: 'slow', milliseconds: 400 },
      times: 1,
    });
    const reaping = lab.propolisIn(later, 'hatch', 'reap');
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    lab.byHand('zipline', {
      metadata: { annotations: { [`${RECORD}until`]: new Date(later.nowMs + HOUR_MS).toISOString() } },
    });
    const { code, err } = await reaping;
    expect(err).toContain('zipline is left alone');
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 0, isOpen: true });
  });
});

describe('a recording', () => {
  it('says without a cluster what closing would drop, by the policies of the repository', async () => {
    const words = ['hatch', 'close', 'zipline', '--check', '--flows', 'flows.jsonl', '--repo', '.'];
    const { code, out, err } = await lab.propolis(...words);
    expect(err).not.toContain('cluster');
    expect(out).toContain('if it were closed');
    expect([0, 1]).toContain(code);
  });
});
