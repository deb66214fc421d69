import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../manifest/edit/unified-diff.ts';
import { portCount } from '../../model/port-set.ts';
import { inputsOf } from '../testing.ts';
import type { ChangeRefusal } from '../types.ts';
import { type NamespaceChange, type NamespacePlan, planNamespaceChange } from './plan.ts';
import type { NamespaceRequest } from './wanted.ts';

const SHOP = namespaceYaml('shop', ['network-policy.homelab/profile: isolated']);
const POLICIES = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: access-postgres}
spec:
  endpointSelector:
    matchLabels: {io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"}
  egress:
    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: database}}]
      toPorts: [{ports: [{port: "5432", protocol: TCP}]}]
---
apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: baseline}
spec:
  endpointSelector: {}
  ingress: [{fromEntities: [health]}]
  egress: [{toEntities: [host]}]
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: database-default, namespace: database}
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels: {io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"}
      toPorts: [{ports: [{port: "5432", protocol: TCP}]}]
`;
const BASE = { 'policies.yaml': POLICIES, 'shop.yaml': SHOP };
const POSTGRES = { namespace: 'shop', access: ['postgres'] };

describe('a change of a namespace', () => {
  it('is one line, with what it opens by the engine', () => {
    const change = changed(BASE, POSTGRES);
    expect(diffOf(change)).toBe(
      [
        '--- a/shop.yaml',
        '+++ b/shop.yaml',
        '@@ -4,3 +4,4 @@',
        '   name: shop',
        '   labels:',
        '     network-policy.homelab/profile: isolated',
        '+    access.network-policy.homelab/postgres: "true"',
        '',
      ].join('\n'),
    );
    expect(change.labels).toEqual([
      { key: 'access.network-policy.homelab/postgres', before: undefined, after: 'true' },
    ]);
    const [effect] = change.effects;
    expect(effect?.opens.map(({ from, to, ports }) => [from, to, portCount(ports)])).toEqual([
      ['shop/*', 'database/*', 1],
    ]);
    expect(effect?.closes).toEqual([]);
  });

  it('tells what it closes', () => {
    const granted = namespaceYaml('shop', ['access.network-policy.homelab/postgres: "true"']);
    const change = changed(
      { ...BASE, 'shop.yaml': granted },
      { namespace: 'shop', removeAccess: ['postgres'] },
    );
    expect(change.effects[0]?.closes.map(({ from, to }) => `${from} ${to}`)).toEqual(['shop/* database/*']);
    expect(change.effects[0]?.opens).toEqual([]);
  });

  it('is none where the files say so already', () => {
    const profile = { kind: 'set', name: 'isolated' } as const;
    expect(plan(BASE, { namespace: 'shop', profile, removeAccess: ['postgres'] }).kind).toBe('unchanged');
  });

  it('finds a namespace whose name a kustomization gives', () => {
    const files = {
      'shop/kustomization.yaml': 'kind: Kustomization\nnamespace: shop\nresources: [namespace.yaml]\n',
      'shop/namespace.yaml': namespaceYaml('_', []),
      'blog/kustomization.yaml': 'kind: Kustomization\nnamespace: blog\nresources: [namespace.yaml]\n',
      'blog/namespace.yaml': namespaceYaml('_', []),
    };
    const change = changed(files, POSTGRES);
    expect(change.file.path).toBe('shop/namespace.yaml');
    expect(change.labels.map(({ key }) => key)).toEqual(['access.network-policy.homelab/postgres']);
  });

  it('changes the input of a ResourceSet, and the annotation that its template writes too', () => {
    const change = changed(
      { 'sets.yaml': RESOURCE_SET },
      { namespace: 'shop', profile: { kind: 'set', name: 'internal' } },
    );
    expect(change.file.text).toContain('- name: shop\n      networkPolicy:\n        profile: internal\n');
    expect(change.labels).toEqual([
      { key: 'network-policy.homelab/profile', before: undefined, after: 'internal' },
    ]);
    expect(change.annotations.map(({ key }) => key)).toEqual(['network-policy.homelab/profile']);
  });

  it('is shown for every cluster that reads the file', () => {
    const files = {
      ...BASE,
      'clusters/dev/x.yaml': namespaceYaml('only-dev', []),
      'clusters/live/x.yaml': namespaceYaml('only-live', []),
    };
    expect(changed(files, POSTGRES).effects.map(({ cluster }) => cluster)).toEqual(['dev', 'live']);
    const only = changed(files, { namespace: 'only-dev', access: ['postgres'] });
    expect(only.effects.map(({ cluster }) => cluster)).toEqual(['dev']);
  });

  it('takes the cluster that was asked for', () => {
    const files = {
      'clusters/dev/shop.yaml': SHOP,
      'clusters/live/shop.yaml': SHOP,
    };
    const change = changed(files, { ...POSTGRES, environment: 'live' }, 'live');
    expect(change.file.path).toBe('clusters/live/shop.yaml');
    expect(change.effects.map(({ cluster }) => cluster)).toEqual(['live']);
  });

  it('keeps to the catalog of the repository', () => {
    const catalog = 'labelPrefix: np.example.com\nresources: {mqtt: {namespace: mq, ports: [1883]}}\n';
    const change = changed({ ...BASE, 'propolis.yaml': catalog }, { namespace: 'shop', access: ['mqtt'] });
    expect(change.labels.map(({ key }) => key)).toEqual(['access.np.example.com/mqtt']);
  });

  it('removes an access label that the catalog has never heard of', () => {
    const old = namespaceYaml('shop', [
      'network-policy.homelab/profile: isolated',
      'access.network-policy.homelab/mysql: "true"',
    ]);
    const change = changed({ 'shop.yaml': old }, { namespace: 'shop', removeAccess: ['mysql'] });
    expect(change.file.text).toBe(SHOP);
  });
});

describe('a change is refused', () => {
  const shared = {
    'common/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [namespace.yaml]\n',
    'common/namespace.yaml': namespaceYaml('_', []),
    'shop/kustomization.yaml': 'kind: Kustomization\nnamespace: shop\ncomponents: [../common]\n',
    'blog/kustomization.yaml': 'kind: Kustomization\nnamespace: blog\ncomponents: [../common]\n',
  };
  it.each<{
    readonly name: string;
    readonly files: Readonly<Record<string, string>>;
    readonly request: NamespaceRequest;
    readonly refusal: Partial<ChangeRefusal>;
  }>([
    {
      name: 'for a namespace that is not there, with the nearest name',
      files: BASE,
      request: { namespace: 'shpo', access: ['postgres'] },
      refusal: { code: 'unknown-namespace', nearest: ['shop'], elsewhere: [] },
    },
    {
      name: 'for a profile that the catalog lacks, with the nearest name',
      files: BASE,
      request: { namespace: 'shop', profile: { kind: 'set', name: 'intern' } },
      refusal: { code: 'unknown-profile', nearest: ['internal'] },
    },
    {
      name: 'for a resource that the catalog lacks',
      files: BASE,
      request: { namespace: 'shop', access: ['postgre'] },
      refusal: { code: 'unknown-resource', nearest: ['postgres'] },
    },
    {
      name: 'to take away a resource that nobody has',
      files: BASE,
      request: { namespace: 'shop', removeAccess: ['mysql'] },
      refusal: { code: 'unknown-resource' },
    },
    {
      name: 'for a profile of a platform namespace',
      files: { ...BASE, 'db.yaml': namespaceYaml('database', []) },
      request: { namespace: 'database', profile: { kind: 'set', name: 'internal' } },
      refusal: { code: 'platform-profile' },
    },
    {
      name: 'for a namespace that only policies name',
      files: BASE,
      request: { namespace: 'database', access: ['dragonfly'] },
      refusal: { code: 'not-declared', wanted: { 'access.network-policy.homelab/dragonfly': 'true' } },
    },
    {
      name: 'where several clusters declare it',
      files: { 'clusters/dev/shop.yaml': SHOP, 'clusters/live/shop.yaml': SHOP },
      request: POSTGRES,
      refusal: { code: 'several-clusters' },
    },
    {
      name: 'where one cluster has it twice',
      files: { 'a.yaml': SHOP, 'b.yaml': SHOP },
      request: POSTGRES,
      refusal: { code: 'declared-twice', other: 'a.yaml:1' },
    },
    {
      name: 'where a component makes other namespaces of the same text',
      files: shared,
      request: POSTGRES,
      refusal: { code: 'shared-declaration', others: ['blog'] },
    },
    {
      name: 'where the label is an anchor that something else uses',
      files: {
        'shop.yaml': namespaceYaml('shop', ['network-policy.homelab/profile: &p isolated', 'team: *p']),
      },
      request: { namespace: 'shop', profile: { kind: 'set', name: 'internal' } },
      refusal: { code: 'edit-refused' },
    },
    {
      name: 'where a kustomization sets the label after it',
      files: {
        'kustomization.yaml':
          'kind: Kustomization\nresources: [shop.yaml]\nlabels: [{pairs: {network-policy.homelab/profile: isolated}}]\n',
        'shop.yaml': namespaceYaml('shop', []),
      },
      request: { namespace: 'shop', profile: { kind: 'set', name: 'internal' } },
      refusal: { code: 'set-elsewhere' },
    },
    {
      name: 'where a template of a ResourceSet has no way to write it',
      files: { 'sets.yaml': RESOURCE_SET },
      request: POSTGRES,
      refusal: { code: 'edit-refused' },
    },
    {
      name: 'in a cluster that does not have it',
      files: { 'clusters/dev/shop.yaml': SHOP, 'clusters/live/other.yaml': namespaceYaml('other', []) },
      request: { ...POSTGRES, environment: 'live' },
      refusal: { code: 'unknown-namespace', elsewhere: ['dev'] },
    },
  ])('$name', ({ files, request, refusal }) => {
    expect(plan(files, request, request.environment)).toMatchObject({ kind: 'refused', refusal });
  });
});

const RESOURCE_SET = `apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: namespaces, namespace: flux-system}
spec:
  inputs:
    - name: blog
      networkPolicy:
        profile: standard
    - name: shop
      networkPolicy: false
  resourcesTemplate: |
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: << inputs.name >>
      <<- if inputs.networkPolicy >>
      annotations:
        network-policy.homelab/profile: << inputs.networkPolicy.profile >>
      labels:
        network-policy.homelab/profile: << inputs.networkPolicy.profile >>
      <<- end >>
`;

function namespaceYaml(name: string, labels: readonly string[]): string {
  const lines = ['apiVersion: v1', 'kind: Namespace', 'metadata:', `  name: ${name}`];
  if (labels.length > 0) lines.push('  labels:', ...labels.map((label) => `    ${label}`));
  return `${lines.join('\n')}\n`;
}

function plan(
  files: Readonly<Record<string, string>>,
  request: NamespaceRequest,
  environment?: string,
): NamespacePlan {
  return planNamespaceChange(request, inputsOf(files, environment));
}

function changed(
  files: Readonly<Record<string, string>>,
  request: NamespaceRequest,
  environment?: string,
): NamespaceChange {
  const result = plan(files, request, environment);
  if (result.kind !== 'change') throw new Error(JSON.stringify(result));
  return result.change;
}

function diffOf({ file }: NamespaceChange): string {
  return unifiedDiff(file.path, file.before ?? '', file.text);
}
