import { describe, expect, it } from 'vitest';
import {
  brief,
  kustomizationText,
  namespaceText,
  policyNames,
  policyText,
  readFiles,
} from '../../../test/lib/manifests.ts';

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          ports:
            - {name: http, containerPort: 8080}
`;

describe('readRepository() follows kustomizations', () => {
  it('for the namespace, which overwrites any and renames Namespace objects', () => {
    const read = readFiles({
      'apps/shop/kustomization.yaml': kustomizationText(
        'namespace: shop',
        'resources: [namespace.yaml, policy.yaml, other.yaml]',
      ),
      'apps/shop/namespace.yaml': namespaceText('_', 'team: web'),
      'apps/shop/policy.yaml': policyText('one'),
      'apps/shop/other.yaml': policyText('two', 'elsewhere'),
    });
    expect(policyNames(read)).toEqual(['shop/two', 'shop/one']);
    expect(read.namespaces).toEqual([
      {
        name: 'shop',
        labels: { team: 'web', 'kubernetes.io/metadata.name': 'shop' },
        annotations: {},
        place: { file: 'apps/shop/namespace.yaml', line: 1, column: 1 },
        form: { kind: 'object', path: [], document: 0 },
      },
    ]);
    expect(read.approximations).toEqual([]);
  });

  it('through directories, where the outermost namespace counts', () => {
    const read = readFiles({
      'top/kustomization.yaml': kustomizationText('namespace: outer', 'resources: [../base]'),
      'base/kustomization.yml': kustomizationText('namespace: inner', 'resources: [./policy.yaml]'),
      'base/policy.yaml': policyText('one'),
    });
    expect(policyNames(read)).toEqual(['outer/one']);
  });

  it('to one object for each that includes it', () => {
    const read = readFiles({
      'a/kustomization.yaml': kustomizationText('namespace: a', 'resources: [../base]'),
      'b/Kustomization': kustomizationText('namespace: b', 'resources: [../base]'),
      'base/kustomization.yaml': kustomizationText('resources: [policy.yaml]'),
      'base/policy.yaml': policyText('one'),
    });
    expect(policyNames(read)).toEqual(['a/one', 'b/one']);
    expect(read.problems).toEqual([]);
  });

  it('and says which one counts, where two make different things of one text', () => {
    const read = readFiles({
      'a/kustomization.yaml': kustomizationText('resources: [../base]', 'commonAnnotations: {from: a}'),
      'b/kustomization.yaml': kustomizationText('resources: [../base]', 'commonAnnotations: {from: b}'),
      'base/kustomization.yaml': kustomizationText('resources: [namespace.yaml]'),
      'base/namespace.yaml': namespaceText('shop'),
    });
    expect(read.namespaces.map(({ annotations }) => annotations)).toEqual([{ from: 'b' }]);
    expect(read.problems).toEqual([]);
    expect(read.approximations.map(brief)).toEqual(['environment-chosen b 1× base/namespace.yaml:1']);
  });

  it('and takes the one that looks like production', () => {
    const overlay = (env: string): string =>
      kustomizationText('resources: [../../base]', `commonAnnotations: {env: ${env}}`);
    const read = readFiles({
      'overlays/dev/kustomization.yaml': overlay('dev'),
      'overlays/prod/kustomization.yaml': overlay('prod'),
      'overlays/staging/kustomization.yaml': overlay('staging'),
      'base/kustomization.yaml': kustomizationText('resources: [namespace.yaml]'),
      'base/namespace.yaml': namespaceText('shop'),
    });
    expect(read.namespaces.map(({ annotations }) => annotations)).toEqual([{ env: 'prod' }]);
    expect(read.approximations.map(brief)).toEqual([
      'environment-chosen overlays/prod 2× base/namespace.yaml:1',
    ]);
  });

  it('for the namespace of what has none, which is no namespace', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText('namespace: shop', 'resources: [a.yaml]'),
      'a.yaml': policyText('one').replace('CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy'),
    });
    expect(read.policies.map(({ namespace, name }) => [namespace, name])).toEqual([['', 'one']]);
    expect(read.problems).toEqual([]);
  });

  it('for prefixes and suffixes, which namespaces do not get', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'namePrefix: a-',
        'nameSuffix: -z',
        'resources: [p.yaml, n.yaml]',
      ),
      'p.yaml': policyText('one', 'shop'),
      'n.yaml': namespaceText('shop'),
    });
    expect(policyNames(read)).toEqual(['shop/a-one-z']);
    expect(read.namespaces.map(({ name }) => name)).toEqual(['shop']);
  });

  it('for labels, in templates only where that is said', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: [d.yaml, n.yaml]',
        'labels:',
        '- pairs: {a: meta}',
        '- pairs: {b: template}',
        '  includeTemplates: true',
        '- pairs: {c: selector}',
        '  includeSelectors: true',
      ),
      'd.yaml': deployment,
      'n.yaml': namespaceText('shop', 'a: old'),
    });
    expect(read.workloads[0]?.podLabels).toEqual({ app: 'web', b: 'template', c: 'selector' });
    expect(read.namespaces[0]?.labels).toMatchObject({ a: 'meta', b: 'template', c: 'selector' });
  });

  it('for commonLabels, which select too', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: [d.yaml, s.yaml, np.yaml, c.yaml]',
        'commonLabels: {env: x}',
      ),
      'd.yaml': deployment,
      'c.yaml': deployment
        .replace('kind: Deployment', 'kind: CronJob')
        .replace('apps/v1', 'batch/v1')
        .replace(
          '  template:',
          '  jobTemplate: {spec: {template: {metadata: {labels: {app: job}}}}}\n  unused:',
        ),
      's.yaml':
        'apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}, ports: [{port: 80}]}\n',
      'np.yaml': `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector: {matchLabels: {app: web}}
  ingress:
    - from: [{podSelector: {matchLabels: {app: front}}}, {podSelector: {}}]
`,
    });
    expect(read.workloads.map(({ kind, podLabels }) => [kind, podLabels])).toEqual([
      ['CronJob', { app: 'job', env: 'x' }],
      ['Deployment', { app: 'web', env: 'x' }],
    ]);
    expect(read.services[0]?.selector).toEqual({ app: 'web', env: 'x' });
    const [spec] = read.policies[0]?.specs ?? [];
    expect(spec?.subject.selector.requirements.map(({ key }) => key)).toEqual(['app', 'env']);
    expect(JSON.stringify(spec?.rules[0]?.peers).match(/"env"/g)).toHaveLength(1);
  });

  it('for components, which change all that was collected before them', () => {
    const read = readFiles({
      'app/kustomization.yaml': kustomizationText(
        'resources: [policy.yaml]',
        'components: [../component]',
        'nameSuffix: -app',
      ),
      'app/policy.yaml': policyText('one', 'shop'),
      'component/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\nnamespace: all\n',
      'component/extra.yaml': policyText('two'),
    });
    expect(policyNames(read)).toEqual(['all/one-app', 'all/two-app']);
  });

  it('for strategic merges, inline and in files', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: [d.yaml, n.yaml, p.yaml]',
        'patches:',
        '- path: patch.yaml',
        '- target: {kind: Namespace, name: sh.*}',
        '  patch: |',
        '    apiVersion: v1',
        '    kind: Namespace',
        '    metadata:',
        '      name: any',
        '      labels: {team: web, old: null}',
        'patchesStrategicMerge:',
        '- |',
        '  apiVersion: cilium.io/v2',
        '  kind: CiliumNetworkPolicy',
        '  metadata: {name: one, namespace: shop}',
        '  spec: {ingress: [{fromEntities: [host]}, {fromEntities: [world]}]}',
      ),
      'd.yaml': deployment,
      'n.yaml': namespaceText('shop', 'old: x, kept: z'),
      'p.yaml': policyText('one', 'shop'),
      'patch.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {tier: front}}
    spec:
      hostNetwork: true
      containers:
        - name: web
          ports: [{name: admin, containerPort: 9090}, {containerPort: 8080, name: web}]
        - name: sidecar
          ports: [{name: metrics, containerPort: 9100}]
`,
    });
    expect(read.workloads[0]).toMatchObject({
      podLabels: { app: 'web', tier: 'front' },
      hostNetwork: true,
      containerPorts: ['TCP/9100', 'TCP/9090', 'TCP/8080'],
    });
    expect(read.workloads[0]?.ports.map(({ name }) => name)).toEqual(['metrics', 'admin', 'web']);
    expect(read.namespaces[0]?.labels).toEqual({
      kept: 'z',
      team: 'web',
      'kubernetes.io/metadata.name': 'shop',
    });
    expect(read.policies[0]?.specs[0]?.rules).toHaveLength(2);
    expect(read.approximations).toEqual([]);
  });

  it('for JSON patches, whose lists keep the places of what was there', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: [p.yaml, n.yaml]',
        'patches:',
        '- target: {group: cilium.io, kind: CiliumNetworkPolicy}',
        '  path: ops.json',
        '- target: {kind: Namespace}',
        '  patch: |-',
        '    - {op: add, path: /metadata/labels, value: {}}',
        '    - {op: add, path: /metadata/labels/a.b~1c, value: "1"}',
        '    - {op: copy, from: /metadata/name, path: /metadata/labels/name}',
        '    - {op: move, from: /metadata/labels/name, path: /metadata/labels/moved}',
        '    - {op: test, path: /metadata/labels/moved, value: shop}',
      ),
      'p.yaml': `${policyText('one', 'shop')}    # end\n`.replace(
        '[{}]',
        '\n    - fromEntities: [host]\n    - {}',
      ),
      'ops.json': JSON.stringify([
        { op: 'add', path: '/spec/ingress/0', value: { fromEntities: ['world'] } },
        { op: 'remove', path: '/spec/ingress/2' },
        { op: 'add', path: '/spec/ingress/-', value: { fromEntities: ['health'] } },
        { op: 'replace', path: '/metadata/name', value: 'two' },
      ]),
      'n.yaml': namespaceText('shop'),
    });
    expect(policyNames(read)).toEqual(['shop/two']);
    const places = read.policies[0]?.specs[0]?.rules.map(({ place }) => `${place.file}:${place.line}`);
    expect(places).toEqual(['ops.json:1', 'p.yaml:9', 'ops.json:1']);
    expect(read.namespaces[0]?.labels).toEqual({
      'a.b/c': '1',
      moved: 'shop',
      'kubernetes.io/metadata.name': 'shop',
    });
  });

  it('for patches that remove an object', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: [a.yaml, b.yaml]',
        'patches:',
        '- patch: |',
        '    $patch: delete',
        '    apiVersion: cilium.io/v2',
        '    kind: CiliumNetworkPolicy',
        '    metadata: {name: one, namespace: shop}',
      ),
      'a.yaml': policyText('one', 'shop'),
      'b.yaml': policyText('two', 'shop'),
    });
    expect(policyNames(read)).toEqual(['shop/two']);
  });

  it('but leaves out what is only for local use', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText('resources: [a.yaml]'),
      'a.yaml': policyText('one').replace(
        'metadata:',
        'metadata:\n  annotations: {config.kubernetes.io/local-config: "true"}',
      ),
    });
    expect(read.policies).toEqual([]);
  });
});

describe('readRepository() leaves out what is not applied', () => {
  it('beside a kustomization, or below one, and says so', () => {
    const read = readFiles({
      'app/kustomization.yaml': kustomizationText('resources: [a.yaml]'),
      'app/a.yaml': policyText('one', 'shop'),
      'app/b.yaml': policyText('two', 'shop'),
      'app/values.yaml': 'replicas: 1\n',
      'app/sub/c.yaml': policyText('three', 'shop'),
      'other/d.yaml': policyText('four', 'shop'),
    });
    expect(policyNames(read)).toEqual(['shop/one', 'shop/four']);
    expect(read.approximations.map(brief)).toEqual([
      'not-applied app/b.yaml 1× app/b.yaml:1',
      'not-applied app/sub/c.yaml 1× app/sub/c.yaml:1',
    ]);
  });

  it('but not the files that a kustomization uses otherwise', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: []',
        'patches: [{path: patch.yaml, target: {kind: Pod}}]',
        'configMapGenerator: [{name: a, files: [x=pod.yaml]}]',
      ),
      'patch.yaml': policyText('one'),
      'pod.yaml': policyText('two'),
    });
    expect(read.policies).toEqual([]);
    expect(read.approximations).toEqual([]);
  });

  it('but what Flux applies by its directory', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText('resources: [flux.yaml]'),
      'flux.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps, targetNamespace: shop}
`,
      'apps/a.yaml': policyText('one'),
      'apps/deep/b.yaml': policyText('two', 'overwritten'),
      'apps/own/kustomization.yaml': kustomizationText('namespace: own', 'resources: [c.yaml]'),
      'apps/own/c.yaml': policyText('three'),
      'apps/own/d.yaml': policyText('four'),
    });
    expect(policyNames(read)).toEqual(['shop/one', 'shop/two', 'shop/three']);
    expect(read.approximations.map(brief)).toEqual(['not-applied apps/own/d.yaml 1× apps/own/d.yaml:1']);
  });

  it('and what Argo CD applies by its directory, with its namespace as the default', () => {
    const application = (path: string, directory: string): string =>
      `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  source: {path: ${path}${directory}}\n  destination: {namespace: shop}\n`;
    const read = readFiles({
      'kustomization.yaml': kustomizationText('resources: [argo.yaml]'),
      'argo.yaml': `${application('flat', '')}---\n${application('deep', ', directory: {recurse: true}')}`,
      'flat/a.yaml': policyText('one'),
      'flat/b.yaml': policyText('two', 'kept'),
      'flat/sub/c.yaml': policyText('three'),
      'deep/sub/d.yaml': policyText('four'),
    });
    expect(policyNames(read)).toEqual(['shop/four', 'shop/one', 'kept/two']);
    expect(read.approximations.map(brief)).toEqual(['not-applied flat/sub/c.yaml 1× flat/sub/c.yaml:1']);
  });

  it('and anything, where deployers are made by something that is not followed', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText('resources: [set.yaml]'),
      'set.yaml': 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\n',
      'apps/a.yaml': policyText('one', 'shop'),
    });
    expect(policyNames(read)).toEqual(['shop/one']);
  });
});

describe('readRepository() bounds what kustomizations cost', () => {
  it('where a patch copies an object into itself again and again', () => {
    const operations = Array.from({ length: 40 }, (_, i) => ({
      op: 'copy',
      from: '/metadata',
      path: `/metadata/x${i}`,
    }));
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: [n.yaml]',
        'patches: [{path: p.json, target: {kind: Namespace}}]',
      ),
      'n.yaml': namespaceText('shop', 'a: b'),
      'p.json': JSON.stringify(operations),
    });
    expect(read.namespaces).toHaveLength(1);
    expect(read.approximations.map(brief)).toEqual(['kustomize-not-built patches 1× kustomization.yaml:4']);
  });

  it('where bases are nested without end', () => {
    const files: Record<string, string> = {
      'k0/kustomization.yaml': kustomizationText('resources: [p.yaml]'),
    };
    files['k0/p.yaml'] = policyText('one', 'shop');
    for (let i = 1; i <= 3000; i += 1)
      files[`k${i}/kustomization.yaml`] = kustomizationText(`resources: [../k${i - 1}]`);
    const read = readFiles(files);
    expect(read.approximations.map(({ detail }) => detail.split(' ')[0])).toContain('too-many');
  });
});

describe('readRepository() names what it does not build', () => {
  it('of kustomizations', () => {
    const read = readFiles({
      'kustomization.yaml': kustomizationText(
        'resources: [a.yaml, gone.yaml, https://example.com/x.yaml, github.com/a/b?ref=v1]',
        'generators: [g.yaml]',
        'replacements: [{source: {kind: ConfigMap}}]',
        'helmCharts: [{name: a}, {name: b}]',
        'configMapGenerator: [{name: x}]',
        'images: [{name: x}]',
        'patches: [{target: {kind: CiliumNetworkPolicy, name: "(one)+"}, patch: "- {op: remove, path: /spec}"}]',
      ),
      'a.yaml': policyText('one', 'shop'),
    });
    expect(policyNames(read)).toEqual(['shop/one']);
    expect(read.approximations.map(brief)).toEqual([
      'kustomize-not-built patches 1× kustomization.yaml:9',
      'kustomize-not-built replacements 1× kustomization.yaml:5',
      'kustomize-not-built missing resource gone.yaml 1× kustomization.yaml:3',
      'kustomize-not-built remote resource https://example.com/x.yaml 1× kustomization.yaml:3',
      'kustomize-not-built remote resource github.com/a/b?ref=v1 1× kustomization.yaml:3',
      'kustomize-not-built generators 1× kustomization.yaml:4',
      'helm-not-rendered helmCharts 2× kustomization.yaml:6',
    ]);
  });

  it('where they go in circles, or grow without end', () => {
    const read = readFiles({
      'a/kustomization.yaml': kustomizationText('resources: [../b, p.yaml]'),
      'b/kustomization.yaml': kustomizationText('resources: [../a]'),
      'a/p.yaml': policyText('one', 'shop'),
      'top/kustomization.yaml': kustomizationText('resources: [../a]'),
    });
    expect(policyNames(read)).toEqual(['shop/one']);
    expect(read.approximations.map(({ detail }) => detail)).toEqual(['cycle resource ../a']);

    const doubling: Record<string, string> = { 'k0/p.yaml': policyText('one', 'shop') };
    doubling['k0/kustomization.yaml'] = kustomizationText('resources: [p.yaml]');
    for (let i = 1; i <= 40; i += 1) {
      doubling[`k${i}/kustomization.yaml`] = kustomizationText(
        `resources: [../k${i - 1}, ../k${i - 1}/../k${i - 1}]`,
      );
    }
    expect(readFiles(doubling).approximations.map(({ detail }) => detail.split(' ')[0])).toContain(
      'too-many',
    );
  });
});
