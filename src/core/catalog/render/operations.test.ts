import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { DEFAULT_CATALOG } from '../defaults.ts';
import type { Catalog } from '../types.ts';
import { operationFiles } from './operations.ts';
import { planRender } from './plan.ts';

const FOLDER = 'kubernetes/platform/config/monitoring';
const LIST = `${FOLDER}/kustomization.yaml`;
const MINE = 'resources:\n  - mine.yaml # ours\n';

function filesOf(
  catalog: Catalog,
  existing: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  const byPath = new Map(Object.entries(existing).map(([path, text]) => [path, { path, text }]));
  return new Map(operationFiles(catalog, byPath).files.map(({ path, text }) => [path, text]));
}

const withAlerts = (alerts: Partial<Catalog['alerts']>): Catalog => ({
  ...DEFAULT_CATALOG,
  alerts: { ...DEFAULT_CATALOG.alerts, ...alerts },
});

describe('what is rendered around the policies', () => {
  it('is added to a kustomization that is there, and begins none', () => {
    expect(filesOf(DEFAULT_CATALOG).has(LIST)).toBe(false);
    expect(filesOf(DEFAULT_CATALOG, { [LIST]: MINE }).get(LIST)).toBe(
      `${MINE}  - network-policy-alerts.yaml\n  - network-policy-kube-state-metrics.yaml\n`,
    );
  });

  it('leaves plain rules out of kustomizations, which take objects alone', () => {
    const files = filesOf(withAlerts({ form: 'rules' }), { [LIST]: MINE });
    expect(files.get(LIST)).toBe(`${MINE}  - network-policy-kube-state-metrics.yaml\n`);
  });

  it('says the same as an object and as plain rules', () => {
    const text = (form: Catalog['alerts']['form']): unknown =>
      parseAllDocuments(
        filesOf(withAlerts({ form })).get(`${FOLDER}/network-policy-alerts.yaml`) ?? '',
      )[0]?.toJS();
    expect(text('prometheus-rule')).toMatchObject({
      kind: 'PrometheusRule',
      metadata: { name: 'network-policy', namespace: 'monitoring' },
      spec: text('rules'),
    });
  });

  it('links its alerts to the runbooks, by the URL of the catalog or their path', () => {
    const alerts = `${FOLDER}/network-policy-alerts.yaml`;
    expect(filesOf(DEFAULT_CATALOG).get(alerts)).toContain(
      'runbook_url: docs/runbooks/network-policy-escape-hatch.md\n',
    );
    expect(filesOf(withAlerts({ runbookUrl: 'https://example.com/r/' })).get(alerts)).toContain(
      'runbook_url: https://example.com/r/network-policy-verification.md\n',
    );
  });

  it('has the guard only where the catalog asks for it, and takes it away again', () => {
    const guard = `${DEFAULT_CATALOG.paths.policies}/guard.yaml`;
    const enabled = { ...DEFAULT_CATALOG, guard: { ...DEFAULT_CATALOG.guard, enabled: true } };
    const first = planRender(enabled, { existing: [] });
    const files = first.flatMap((change) =>
      change.kind === 'create' ? [{ path: change.path, text: change.after }] : [],
    );
    expect(files.map(({ path }) => path)).toContain(guard);
    const list = files.find(({ path }) => path === `${DEFAULT_CATALOG.paths.policies}/kustomization.yaml`);
    expect(list?.text).toContain('  - guard.yaml\n');
    expect(planRender(enabled, { existing: files }).filter(({ kind }) => kind !== 'unchanged')).toEqual([]);
    const changes = planRender(DEFAULT_CATALOG, { existing: files }).filter(
      ({ kind }) => kind !== 'unchanged',
    );
    expect(changes.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      `delete ${guard}`,
      `update ${DEFAULT_CATALOG.paths.policies}/kustomization.yaml`,
    ]);
  });
});
