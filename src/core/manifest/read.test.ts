import { describe, expect, it } from 'vitest';
import {
  brief,
  briefProblem,
  kustomizationText,
  namespaceText,
  policyNames,
  policyText,
  readFiles,
} from '../../../test/lib/manifests.ts';

describe('readRepository() reads objects', () => {
  it('of many documents, styles and line ends, each with its place', () => {
    const read = readFiles({
      'a.yaml': `\uFEFF# first\r\n---\r\n${policyText('one', 'shop').replaceAll('\n', '\r\n')}---\r\n# empty\r\n---\r\n{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy,\r\n metadata: {name: two, namespace: shop}, spec: {endpointSelector: {}, egress: [{}]}}\r\n`,
      'b.json': JSON.stringify({
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumClusterwideNetworkPolicy',
        metadata: { name: 'three' },
        specs: [{ endpointSelector: {}, ingress: [{ fromEntities: ['cluster'] }] }],
      }),
    });
    expect(read.policies.map(({ kind, namespace, name, place }) => [kind, namespace, name, place])).toEqual([
      ['CiliumNetworkPolicy', 'shop', 'one', { file: 'a.yaml', line: 3, column: 1 }],
      ['CiliumNetworkPolicy', 'shop', 'two', { file: 'a.yaml', line: 14, column: 1 }],
      ['CiliumClusterwideNetworkPolicy', '', 'three', { file: 'b.json', line: 1, column: 1 }],
    ]);
    expect(read.policies[0]?.specs[0]?.rules[0]?.place).toEqual({ file: 'a.yaml', line: 10, column: 13 });
    expect(read.problems).toEqual([]);
    expect(read.counts).toEqual({ files: 2, documents: 4, objects: 3, templatesSkipped: 0 });
  });

  it('of lists, and of lists of one kind', () => {
    const read = readFiles({
      'list.yaml': `kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: a}}\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Namespace, metadata: {name: b}}\n`,
      'of-kind.yaml': `kind: NamespaceList\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: c}}\n`,
    });
    expect(read.namespaces.map(({ name, place, form }) => [name, place.line, form])).toEqual([
      ['a', 4, { kind: 'object', path: ['items', 0], document: 0 }],
      ['b', 8, { kind: 'object', path: ['items', 1, 'items', 0], document: 0 }],
      ['c', 4, { kind: 'object', path: ['items', 0], document: 0 }],
    ]);
  });

  it('of a rendered stream', () => {
    const read = readFiles({ '<stdin>': `---\n${policyText('one', 'shop')}---\n${policyText('two')}` });
    expect(policyNames(read)).toEqual(['shop/one', 'default/two']);
    expect(read.policies[1]?.place).toEqual({ file: '<stdin>', line: 11, column: 1 });
  });

  it('with anchors and merges, as Kubernetes reads them', () => {
    const read = readFiles({
      'a.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: &app web, namespace: shop}
spec:
  endpointSelector:
    matchLabels: &labels
      app: *app
  ingress:
    - fromEndpoints:
        - matchLabels: {<<: *labels, tier: front}
`,
    });
    const [rule] = read.policies[0]?.specs[0]?.rules ?? [];
    expect(rule?.peers).toMatchObject({
      peers: [{ selector: { requirements: [{ key: 'tier' }, { key: 'app', values: ['web'] }] } }],
    });
  });

  it('and leaves what is no object, or of no interest', () => {
    const read = readFiles({
      'values.yaml': 'kind: Namespace of values\n',
      'config.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {policy: "kind: NetworkPolicy"}\n',
      'knative.yaml': 'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: a}\n',
      'text.yaml': 'just text\n',
      'empty.yaml': '',
    });
    expect(read.counts).toMatchObject({ files: 5, documents: 4, objects: 0 });
    expect([...read.problems, ...read.approximations]).toEqual([]);
  });
});

describe('readRepository() reads namespaces', () => {
  it('with the label that the API server adds, and with what is wrong with labels', () => {
    const read = readFiles({
      'a.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    team: web
    on: 'yes'
    istio: true
    replicas: 1
  annotations: [a]
`,
    });
    expect(read.namespaces).toEqual([
      {
        name: 'shop',
        labels: {
          team: 'web',
          true: 'yes',
          istio: 'true',
          replicas: '1',
          'kubernetes.io/metadata.name': 'shop',
        },
        annotations: {},
        place: { file: 'a.yaml', line: 1, column: 1 },
        form: { kind: 'object', path: [], document: 0 },
      },
    ]);
    expect(read.problems.map(briefProblem)).toEqual([
      'schema a.yaml:8:5 metadata.labels.istio true',
      'schema a.yaml:9:5 metadata.labels.replicas 1',
      'schema a.yaml:10:3 metadata.annotations a list',
    ]);
  });

  it('that only their contents name', () => {
    const read = readFiles({
      'a.yaml': policyText('one', 'shop'),
      'b.yaml':
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: pg\n  namespace: data\nspec: {ports: [{port: 5432}]}\n',
    });
    expect(read.namespaces).toEqual([
      {
        name: 'shop',
        labels: { 'kubernetes.io/metadata.name': 'shop' },
        annotations: {},
        place: { file: 'a.yaml', line: 5, column: 3 },
        form: { kind: 'implied' },
      },
      {
        name: 'data',
        labels: { 'kubernetes.io/metadata.name': 'data' },
        annotations: {},
        place: { file: 'b.yaml', line: 5, column: 3 },
        form: { kind: 'implied' },
      },
    ]);
  });

  it('without a name not at all', () => {
    const read = readFiles({ 'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {labels: {a: b}}\n' });
    expect(read.namespaces).toEqual([]);
    expect(read.problems.map(briefProblem)).toEqual(['schema a.yaml:3:1 metadata.name']);
  });
});

describe('readRepository() names what is wrong', () => {
  it('in YAML, and reads the other documents of the file', () => {
    const read = readFiles({
      'a.yaml': `${policyText('one', 'shop')}---\nkind: CiliumNetworkPolicy\nmetadata: {name: broken\n---\n${policyText('two', 'shop')}`,
    });
    expect(policyNames(read)).toEqual(['shop/one', 'shop/two']);
    expect(read.problems).toHaveLength(1);
    expect(read.problems[0]).toMatchObject({ code: 'yaml-syntax', place: { file: 'a.yaml' } });
  });

  it('with keys that are written twice, and reads the last', () => {
    const read = readFiles({
      'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  name: b\n',
    });
    expect(read.namespaces.map(({ name }) => name)).toEqual(['b']);
    expect(read.problems.map(briefProblem)).toEqual(['yaml-syntax a.yaml:5:3  name']);
  });

  it('of policies, and sets aside those that are not in force', () => {
    const bad = policyText('bad', 'shop').replace('[{}]', '[{fromCIDR: [nowhere]}]');
    const read = readFiles({ 'a.yaml': `${bad}---\n${policyText('good', 'shop')}` });
    expect(policyNames(read)).toEqual(['shop/good']);
    expect(read.refused).toHaveLength(1);
    expect(read.refused[0]).toMatchObject({ name: 'bad', place: { file: 'a.yaml', line: 1 } });
    expect(read.problems).toEqual(read.refused[0]?.problems);
  });

  it('where an object is declared twice, and takes the last', () => {
    const read = readFiles({
      'a.yaml': policyText('one', 'shop', 'first'),
      'b.yaml': policyText('one', 'shop', 'last'),
      'c.yaml': policyText('one', 'other'),
    });
    expect(read.policies.map(({ namespace, place }) => [namespace, place.file])).toEqual([
      ['shop', 'b.yaml'],
      ['other', 'c.yaml'],
    ]);
    expect(read.problems).toEqual([
      {
        code: 'duplicate-object',
        place: { file: 'b.yaml', line: 1, column: 1 },
        field: '',
        value: 'a.yaml:1',
        expected: '',
        object: { kind: 'CiliumNetworkPolicy', namespace: 'shop', name: 'one' },
      },
    ]);
  });

  it('where something is over a limit', () => {
    const files = { 'a.yaml': policyText('one', 'shop'), 'b.yaml': 'a: 1\n---\n'.repeat(5) };
    const read = readFiles(files, { limits: { fileSize: 100, documentsPerFile: 3 } });
    expect(read.policies).toEqual([]);
    expect(read.problems.map(({ code, place, expected }) => [code, place.file, expected])).toEqual([
      ['over-limit', 'a.yaml', 'at most 100 characters'],
      ['over-limit', 'b.yaml', 'at most 3 documents'],
    ]);
  });
});

describe('readRepository() names what it does not follow', () => {
  it('templates, which are counted and skipped', () => {
    const read = readFiles({
      'a.yaml': `{{- if .Values.policy }}\n${policyText('one')}{{- end }}\n`,
      'b.yaml': policyText('{{ include "name" . }}'),
      'c.yaml': policyText('"{{ .Values.name }}"'),
      'd.yaml': `{% if x %}\n${policyText('two')}{% endif %}\n`,
      'good.yaml': policyText('good', 'shop'),
    });
    expect(policyNames(read)).toEqual(['shop/good']);
    expect(read.problems).toEqual([]);
    expect(read.approximations.map(brief)).toEqual(['template-skipped a.yaml 4× a.yaml:1']);
    expect(read.counts.templatesSkipped).toBe(4);
  });

  it('charts, whose templates may well be YAML', () => {
    const read = readFiles({
      'chart/Chart.yaml': 'name: chart\n',
      'chart/values.yaml': 'a: 1\n',
      'chart/templates/policy.yaml': policyText('one', 'shop'),
      'chart/charts/sub/templates/policy.yaml': policyText('two', 'shop'),
    });
    expect(read.policies).toEqual([]);
    expect(read.approximations.map(brief)).toEqual([
      'template-skipped chart/charts/sub/templates/policy.yaml 2× chart/charts/sub/templates/policy.yaml:1',
    ]);
  });

  it('Helm releases, encrypted files and policies of other kinds', () => {
    const read = readFiles({
      'a.yaml': 'kind: HelmRelease\nmetadata: {name: a}\n---\nkind: HelmRelease\nmetadata: {name: b}\n',
      'b.yaml': 'kind: Secret\ndata: {a: "ENC[x]"}\nsops:\n  version: 1\n',
      'c.yaml':
        'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: a}\n',
      'd.yaml': 'apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: a}\n',
      'e.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {chart: c}}\n',
    });
    expect(read.approximations.map(brief)).toEqual([
      'helm-not-rendered HelmRelease 2× a.yaml:1',
      'encrypted b.yaml 1× b.yaml:1',
      'kind-not-judged AdminNetworkPolicy 1× c.yaml:1',
      'kind-not-judged NetworkPolicy (crd.projectcalico.org) 1× d.yaml:1',
      'helm-not-rendered Application 1× e.yaml:1',
    ]);
    expect(read.counts.objects).toBe(0);
  });
});

describe('readRepository() chooses one cluster of several', () => {
  const files = {
    'base/a.yaml': policyText('shared', 'shop'),
    'clusters/dev/a.yaml': `${policyText('dev', 'shop')}---\n${policyText('dev-2', 'shop')}`,
    'clusters/live/a.yaml': policyText('live', 'shop'),
    'clusters/base/a.yaml': policyText('base', 'shop'),
  };

  it('the one that looks like production, and says so', () => {
    const read = readFiles(files);
    expect(policyNames(read)).toEqual(['shop/shared', 'shop/base', 'shop/live']);
    expect(read.approximations.map(brief)).toEqual(['environment-chosen live 1× clusters/live/a.yaml:1']);
  });

  it('the one that is asked for', () => {
    expect(policyNames(readFiles(files, { environment: 'dev' }))).toEqual([
      'shop/shared',
      'shop/base',
      'shop/dev',
      'shop/dev-2',
    ]);
  });

  it('the one with most objects where no name helps', () => {
    const { 'clusters/live/a.yaml': live, ...others } = files;
    expect(policyNames(readFiles({ ...others, 'clusters/abc/a.yaml': live }))).toContain('shop/dev');
  });

  it('and names none where there is no choice', () => {
    const read = readFiles({ 'k8s/clusters/live/a.yaml': policyText('one', 'shop'), 'clusters/x.yaml': '' });
    expect(policyNames(read)).toEqual(['shop/one']);
    expect(read.approximations).toEqual([]);
  });

  it('or refuses a name that no cluster has', () => {
    expect(() => readFiles(files, { environment: 'prod' })).toThrow(
      expect.objectContaining({ code: 'unknown-environment', value: 'prod', expected: 'dev, live' }),
    );
  });

  it('by paths, which a cluster may have another name than', () => {
    const read = readFiles(files, { environment: 'production', paths: ['./base/', 'clusters/dev'] });
    expect(policyNames(read)).toEqual(['shop/shared', 'shop/dev', 'shop/dev-2']);
  });

  it('and still reads what its kustomizations include from elsewhere', () => {
    const read = readFiles(
      {
        'clusters/dev/app/kustomization.yaml': kustomizationText('resources: [policy.yaml]'),
        'clusters/dev/app/policy.yaml': policyText('one'),
        'clusters/live/kustomization.yaml': kustomizationText('namespace: shop', 'resources: [../dev/app]'),
      },
      { environment: 'live' },
    );
    expect(policyNames(read)).toEqual(['shop/one']);
  });
});

describe('readRepository() reads hostile input', () => {
  it('without a prototype being changed', () => {
    const read = readFiles({
      'a.yaml': namespaceText('__proto__', '__proto__: x, constructor: y'),
      __proto__: policyText('one', '__proto__'),
    });
    expect(read.namespaces.map(({ name }) => name)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });

  it('of the wrong types everywhere', () => {
    const kinds = [
      'CiliumNetworkPolicy',
      'NetworkPolicy',
      'CiliumCIDRGroup',
      'Namespace',
      'Service',
      'CronJob',
      'Pod',
    ];
    const values = ['1', '[]', '{}', 'null', '[[{}]]', '{a: [1]}', '"text"'];
    const documents = kinds.flatMap((kind) =>
      values.flatMap((value) => [
        `kind: ${kind}\nmetadata: ${value}\nspec: ${value}\n`,
        `kind: ${kind}\nmetadata: {name: a, labels: ${value}, namespace: ${value}}\nspec: {ports: ${value}, template: ${value}, selector: ${value}, containers: [${value}, {ports: ${value}}]}\n`,
      ]),
    );
    const kustomizations = [
      'resources',
      'namespace',
      'labels',
      'patches',
      'components',
      'configMapGenerator',
    ].flatMap((name) =>
      values.map((value, i) => [`k/${name}-${i}/kustomization.yaml`, `${name}: ${value}\n`] as const),
    );
    const deployers = ['Kustomization', 'ResourceSet', 'Application'].flatMap((kind) =>
      values.map((value) => `apiVersion: x/v1\nkind: ${kind}\nspec: ${value}\n`),
    );
    const read = readFiles({
      'a.yaml': documents.join('---\n'),
      'b.yaml': deployers.join('---\n').replaceAll('x/v1', 'kustomize.toolkit.fluxcd.io/v1'),
      'c.yaml': deployers.join('---\n').replaceAll('x/v1', 'fluxcd.controlplane.io/v1'),
      ...Object.fromEntries(kustomizations),
    });
    expect(read.problems.length).toBeGreaterThan(0);
  });
});
