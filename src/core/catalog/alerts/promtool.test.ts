import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { hasProgram } from '../../../../test/lib/program.ts';
import { DEFAULT_CATALOG } from '../defaults.ts';
import type { Catalog } from '../types.ts';
import { alertsText } from './print.ts';

const RULES: Catalog = { ...DEFAULT_CATALOG, alerts: { ...DEFAULT_CATALOG.alerts, form: 'rules' } };
const HAS_PROMTOOL = hasProgram('promtool');
const WHY = 'promtool is not on this machine (Debian: prometheus)';

const OPEN =
  'kube_namespace_labels{namespace="shop", instance="a:8080", label_network_policy_homelab_enforcement="disabled", label_network_policy_homelab_profile="standard"}';
const CLOSED =
  'kube_namespace_labels{namespace="blog", instance="a:8080", label_network_policy_homelab_profile="internal"}';
/** promtool's clock begins at 0, so a deadline is a time since then. */
const until = (seconds: number): string =>
  `kube_namespace_annotations{namespace="shop", instance="a:8080", annotation_network_policy_homelab_enforcement_until_unix="${seconds}"}`;
const drops = (reason: string): string =>
  `hubble_drop_total{reason="${reason}", protocol="TCP", source_namespace="shop", destination_namespace="database"}`;

interface Series {
  readonly series: string;
  readonly values: string;
}

/** At which minute an alert fires for the namespace, and at which it does not. */
interface Expected {
  readonly alert: string;
  readonly fires: readonly number[];
  readonly rests: readonly number[];
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'propolis-promtool-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs the rules that are asked about over made-up series: each is evaluated once a minute, which takes its time for a
 * day. @returns what promtool says, empty where all is as expected
 */
function tested(series: readonly Series[], expected: readonly Expected[], catalog = RULES): string {
  const asked = new Set(expected.map(({ alert }) => alert));
  writeFileSync(join(folder, 'rules.yaml'), rulesText(catalog, asked));
  const probe = (alert: string, minute: number): object => ({
    expr: `count by (alertstate) (ALERTS{alertname="${alert}", alertstate="firing"})`,
    eval_time: `${minute}m`,
  });
  const firing = [{ labels: '{alertstate="firing"}', value: 1 }];
  const promql = expected.flatMap(({ alert, fires, rests }) => [
    ...fires.map((minute) => ({ ...probe(alert, minute), exp_samples: firing })),
    ...rests.map((minute) => ({ ...probe(alert, minute), exp_samples: [] })),
  ]);
  const test = {
    rule_files: ['rules.yaml'],
    evaluation_interval: '1m',
    tests: [{ interval: '1m', input_series: series, promql_expr_test: promql }],
  };
  writeFileSync(join(folder, 'test.yaml'), stringify(test));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'test.yaml'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert: string }[];
  }[];
}

function rulesText(catalog: Catalog, asked: ReadonlySet<string>): string {
  const { groups } = parse(alertsText(catalog)) as RuleFile;
  const kept = groups.map((group) => ({
    ...group,
    rules: group.rules.filter(({ alert }) => asked.has(alert)),
  }));
  expect(kept.flatMap(({ rules }) => rules)).toHaveLength(asked.size);
  return stringify({ groups: kept });
}

describe.skipIf(!HAS_PROMTOOL)(`the alerts, by promtool${HAS_PROMTOOL ? '' : ` (skipped: ${WHY})`}`, () => {
  it('are rules that Prometheus takes', () => {
    writeFileSync(join(folder, 'rules.yaml'), alertsText(RULES));
    const { status, stdout } = spawnSync('promtool', ['check', 'rules', '--lint=all', 'rules.yaml'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toContain('6 rules found');
    expect(status).toBe(0);
  });

  it('warn of an open namespace after five minutes, and are critical after a day', () => {
    const series = [
      { series: OPEN, values: '1x1500' },
      { series: CLOSED, values: '1x1500' },
      { series: until(7200), values: '1x1500' },
    ];
    expect(
      tested(series, [
        { alert: 'NetworkPolicyEnforcementDisabled', rests: [0, 4], fires: [6, 1439, 1441] },
        { alert: 'NetworkPolicyEnforcementDisabledLong', rests: [4, 6, 1439], fires: [1441] },
      ]),
    ).toBe('');
  });

  it('take their times from the catalog', () => {
    const hatch = { ...RULES.hatch, warnAfterSeconds: 60, criticalAfterSeconds: 600 };
    const expected = [
      { alert: 'NetworkPolicyEnforcementDisabled', rests: [0], fires: [2] },
      { alert: 'NetworkPolicyEnforcementDisabledLong', rests: [9], fires: [11] },
    ];
    expect(tested([{ series: OPEN, values: '1x20' }], expected, { ...RULES, hatch })).toBe('');
  });

  it('are quiet again once the namespace is closed', () => {
    const series = [
      { series: OPEN, values: '1x20 stale' },
      { series: CLOSED, values: '1x60' },
    ];
    const expected = { alert: 'NetworkPolicyEnforcementDisabled', fires: [15], rests: [22, 50] };
    expect(tested(series, [expected])).toBe('');
  });

  it('go on when kube-state-metrics is replaced', () => {
    const other = OPEN.replace('a:8080', 'b:8080');
    const series = [
      { series: OPEN, values: '1x3 stale' },
      { series: other, values: '_x3 1x20' },
    ];
    const expected = { alert: 'NetworkPolicyEnforcementDisabled', rests: [4], fires: [6, 10] };
    expect(tested(series, [expected])).toBe('');
  });

  it('tell a namespace that is open past its agreed time, until it is closed', () => {
    const series = [
      { series: OPEN, values: '1x300 stale' },
      { series: until(7200), values: '1x300 stale' },
    ];
    const alert = 'NetworkPolicyEnforcementDisabledOverdue';
    expect(tested(series, [{ alert, rests: [60, 119, 310], fires: [120, 180, 299] }])).toBe('');
  });

  it('tell a namespace whose end nobody knows', () => {
    const alert = 'NetworkPolicyEnforcementDisabledWithoutEnd';
    const open = { series: OPEN, values: '1x60' };
    expect(tested([open], [{ alert, rests: [4], fires: [6, 30] }])).toBe('');
    expect(
      tested([open, { series: until(7200), values: '1x60' }], [{ alert, rests: [6, 30], fires: [] }]),
    ).toBe('');
  });

  it('keep clusters apart that one Prometheus watches', () => {
    const inCluster = (series: string, cluster: string): string =>
      series.replace('{', `{cluster="${cluster}", `);
    const series = [
      { series: inCluster(OPEN, 'a'), values: '1x60' },
      { series: inCluster(OPEN, 'b').replace('disabled', 'enabled'), values: '1x60' },
      { series: inCluster(until(1800), 'b'), values: '1x60' },
    ];
    // The end that was agreed for b is none for a.
    expect(
      tested(series, [
        { alert: 'NetworkPolicyEnforcementDisabledWithoutEnd', rests: [4], fires: [6] },
        { alert: 'NetworkPolicyEnforcementDisabledOverdue', rests: [29, 31, 50], fires: [] },
        { alert: 'NetworkPolicyEnforcementDisabled', rests: [4], fires: [6] },
      ]),
    ).toBe('');
  });

  it('tell when the labels are not exported', () => {
    const alert = 'NetworkPolicyEnforcementMetricMissing';
    const bare = { series: 'kube_namespace_labels{namespace="shop"}', values: '1x60' };
    expect(tested([bare], [{ alert, rests: [14], fires: [16] }])).toBe('');
    expect(tested([{ series: CLOSED, values: '1x60' }], [{ alert, rests: [16, 50], fires: [] }])).toBe('');
  });

  it.each(['POLICY_DENIED', 'POLICY_DENY'])('tell drops for the reason %s, from the first', (reason) => {
    const series = [{ series: drops(reason), values: '_x10 1x60' }];
    const expected = { alert: 'NetworkPolicyDrops', rests: [10, 14, 40], fires: [17] };
    expect(tested(series, [expected])).toBe('');
  });

  it('tell drops that go on, and none for other reasons or where nothing is dropped any more', () => {
    const alert = 'NetworkPolicyDrops';
    expect(
      tested(
        [{ series: drops('POLICY_DENIED'), values: '0+3x60' }],
        [{ alert, rests: [4], fires: [30, 60] }],
      ),
    ).toBe('');
    expect(
      tested(
        [{ series: drops('STALE_OR_UNROUTABLE_IP'), values: '0+3x60' }],
        [{ alert, rests: [30, 60], fires: [] }],
      ),
    ).toBe('');
    expect(
      tested([{ series: drops('Policy denied'), values: '0+3x60' }], [{ alert, rests: [30], fires: [] }]),
    ).toBe('');
  });

  it('would be seen to be wrong: an expectation that does not hold is told', () => {
    const expected = { alert: 'NetworkPolicyEnforcementDisabled', rests: [6], fires: [] };
    expect(tested([{ series: OPEN, values: '1x60' }], [expected])).toContain('FAILED');
  });
});
