import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readRepository } from '../../manifest/read.ts';
import { agentOptions } from '../../model/options.ts';
import { guardText } from '../guard/admission.ts';
import { readCatalog } from '../read.ts';
import { renderTree } from '../render/tree.ts';
import { REAPER_NAME, reaperText } from './manifest.ts';

function catalogOf(text: string) {
  const { catalog, problems } = readCatalog({ path: 'propolis.yaml', text });
  expect(problems).toEqual([]);
  return catalog;
}

const ENABLED = catalogOf(
  'labelPrefix: policy.example.com\nhatch: {reaper: {enabled: true}}\nguard: {enabled: true}\n',
);

describe('the reaper', () => {
  it('is rendered only where the catalog asks for it', () => {
    const paths = (text: string): readonly string[] => renderTree(catalogOf(text)).map(({ path }) => path);
    expect(paths('').filter((path) => path.includes('reaper'))).toEqual([]);
    expect(paths('hatch: {reaper: {enabled: true}}\n').filter((path) => path.includes('reaper'))).toEqual([
      'kubernetes/platform/config/network-policy/hatch-reaper.yaml',
    ]);
  });

  it('may read and patch namespaces, and nothing else', () => {
    const objects = parseAllDocuments(reaperText(ENABLED)).map((document) => document.toJS() as object);
    expect(objects.map((object) => Reflect.get(object, 'kind') as unknown)).toEqual([
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'ConfigMap',
      'CiliumNetworkPolicy',
      'CronJob',
    ]);
    expect(objects[1]).toMatchObject({
      rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'patch'] }],
    });
    expect(objects[3]).toMatchObject({ data: { 'propolis.yaml': 'labelPrefix: policy.example.com\n' } });
    expect(objects[5]).toMatchObject({
      spec: {
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: { template: { spec: { serviceAccountName: REAPER_NAME } } } },
      },
    });
  });

  it('is let through by the guard', () => {
    expect(guardText(ENABLED)).toContain(`name: ${REAPER_NAME}`);
    expect(guardText(catalogOf('guard: {enabled: true}\n'))).not.toContain(REAPER_NAME);
  });

  it('has a policy that the agent takes', () => {
    const read = readRepository([{ path: 'reaper.yaml', text: reaperText(ENABLED) }], {
      agent: agentOptions(),
    });
    expect([read.problems, read.refused]).toEqual([[], []]);
    expect(read.policies.map(({ name }) => name)).toEqual([REAPER_NAME]);
  });
});
