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

const cidrPolicy = policyText('one', 'shop').replace('[{}]', '\n    - fromCIDR:\n        - "${lan}"');

function flux(name: string, path: string, ...spec: readonly string[]): string {
  return [
    'apiVersion: kustomize.toolkit.fluxcd.io/v1',
    'kind: Kustomization',
    `metadata: {name: ${name}, namespace: flux-system}`,
    'spec:',
    `  path: ${path}`,
    ...spec.map((line) => `  ${line}`),
    '',
  ].join('\n');
}

function configMap(name: string, data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: flux-system}\ndata: {${data}}\n`;
}

const FROM = 'postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}';

describe('readRepository() replaces variables as Flux does', () => {
  const cidrOf = (files: Readonly<Record<string, string>>): unknown => {
    const read = readFiles({ 'apps/p.yaml': cidrPolicy, ...files });
    expect(read.problems).toEqual([]);
    expect(read.approximations).toEqual([]);
    const [peer] = read.policies[0]?.specs[0]?.rules ?? [];
    return peer?.peers.kind === 'some' && peer.peers.peers[0]?.kind === 'cidr'
      ? [peer.peers.peers[0].cidr.bits >> 24n, peer.peers.peers[0].cidr.length]
      : undefined;
  };

  it('from a ConfigMap of a file', () => {
    expect(
      cidrOf({ 'flux.yaml': flux('a', './apps', FROM), 'vars.yaml': configMap('vars', 'lan: 10.0.0.0/8') }),
    ).toEqual([10n, 8]);
  });

  it('from a generated ConfigMap, with env files and literals', () => {
    const generated = (lines: string): Record<string, string> => ({
      'flux/kustomization.yaml': kustomizationText(
        'resources: [a.yaml]',
        `configMapGenerator: [{name: vars, ${lines}}]`,
      ),
      'flux/a.yaml': flux('a', './apps', FROM),
      'flux/.vars.env': '# comment\n\nother=1\nlan=10.0.0.0/8\n',
    });
    expect(cidrOf(generated('envs: [.vars.env]'))).toEqual([10n, 8]);
    expect(cidrOf(generated('literals: ["lan=\'11.0.0.0/8\'"], envs: [.vars.env]'))).toEqual([11n, 8]);
  });

  it('with inline values before sources, later sources before earlier ones, and the user before all', () => {
    const files = {
      'flux.yaml': flux(
        'a',
        './apps',
        'postBuild:',
        '  substituteFrom: [{kind: ConfigMap, name: one}, {kind: ConfigMap, name: two}]',
      ),
      'one.yaml': configMap('one', 'lan: 10.0.0.0/8'),
      'two.yaml': configMap('two', 'lan: 11.0.0.0/8'),
    };
    expect(cidrOf(files)).toEqual([11n, 8]);
    expect(
      cidrOf({ ...files, 'flux.yaml': `${files['flux.yaml']}    substitute: {lan: 12.0.0.0/8}\n` }),
    ).toEqual([12n, 8]);
    const read = readFiles({ 'apps/p.yaml': cidrPolicy, ...files }, { variables: { lan: 'not an address' } });
    expect(read.refused[0]?.problems[0]?.value).toBe('not an address');
  });

  it('without line breaks, and with what Flux makes of a value that is no text', () => {
    expect(
      cidrOf({
        'flux.yaml': flux('a', './apps', FROM),
        'vars.yaml': configMap('vars', 'lan: "10.0.0.0\\n/8"'),
      }),
    ).toEqual([10n, 8]);
    const read = readFiles({
      'flux.yaml': flux('a', './apps', 'postBuild: {substitute: {list: "[a, b]", number: "1", q: \'"\'}}'),
      'apps/p.yaml': policyText('one', 'shop').replace(
        'matchLabels: {app: web}',
        'matchExpressions: [{key: app, operator: In, values: "${list}"}]',
      ),
      'apps/n.yaml': namespaceText('shop', 'a: "${number}", b: "${q}${number}${q}", c: "x-${number}"'),
    });
    expect(read.policies[0]?.specs[0]?.subject.selector.requirements[0]?.values).toEqual(['a', 'b']);
    expect(read.namespaces[0]?.labels).toMatchObject({ a: '1', b: '1', c: 'x-1' });
    expect(read.problems.map(briefProblem)).toEqual(['schema apps/n.yaml:5:12 metadata.labels.a 1']);
  });

  it('for each Flux Kustomization its own', () => {
    const read = readFiles({
      'flux.yaml': ['a', 'b']
        .map((name) =>
          flux(name, './apps', `targetNamespace: ${name}`, `postBuild: {substitute: {app: ${name}}}`),
        )
        .join('---\n'),
      'apps/p.yaml': policyText('"${app}-policy"'),
    });
    expect(policyNames(read)).toEqual(['a/a-policy', 'b/b-policy']);
  });

  it('in keys, with their places', () => {
    const read = readFiles({
      'flux.yaml': flux('a', './apps', 'postBuild: {substitute: {key: team}}'),
      'apps/n.yaml': namespaceText('shop', '"${key}": true'),
    });
    expect(read.namespaces[0]?.labels).toMatchObject({ team: 'true' });
    expect(read.problems.map(briefProblem)).toEqual(['schema apps/n.yaml:5:12 metadata.labels.team true']);
  });

  it('but not in an object that says so', () => {
    const read = readFiles({
      'flux.yaml': flux('a', './apps', 'postBuild: {substitute: {x: "1"}}'),
      'apps/n.yaml': namespaceText('shop', 'a: "${x}", kustomize.toolkit.fluxcd.io/substitute: disabled'),
    });
    expect(read.namespaces[0]?.labels).toMatchObject({ a: '${x}' });
  });

  it('and not at all where no variable is given, as defaults show', () => {
    const files = { 'apps/n.yaml': namespaceText('shop', 'a: "${x:=1}", b: "$${x}"') };
    expect(readFiles(files).namespaces[0]?.labels).toMatchObject({ a: '${x:=1}', b: '$${x}' });
    const always = { ...files, 'flux.yaml': flux('a', './apps', 'postBuild: {substituteStrategy: Always}') };
    expect(readFiles(always).namespaces[0]?.labels).toMatchObject({ a: '1', b: '${x}' });
  });

  it('in Flux Kustomizations themselves, patched by others', () => {
    const read = readFiles({
      'cluster/flux.yaml': flux(
        'cluster',
        './children',
        'patches:',
        '- target: {kind: Kustomization, group: kustomize.toolkit.fluxcd.io}',
        '  patch: |',
        '    apiVersion: kustomize.toolkit.fluxcd.io/v1',
        '    kind: Kustomization',
        '    metadata: {name: all}',
        '    spec: {postBuild: {substituteFrom: [{kind: ConfigMap, name: vars}]}}',
        'postBuild: {substitute: {directory: apps}}',
      ),
      'children/app.yaml': flux('app', './${directory}/web', 'targetNamespace: web'),
      'apps/web/p.yaml': policyText('one', 'shop', '"${app}"'),
      'vars.yaml': configMap('vars', 'app: front'),
    });
    expect(policyNames(read)).toEqual(['web/one']);
    expect(read.policies[0]?.specs[0]?.subject.selector.requirements[0]?.values).toEqual(['front']);
    expect(read.approximations).toEqual([]);
  });
});

describe('readRepository() says which variables it lacks', () => {
  it('where no file has them: the text stays, and a policy that needs one is set aside', () => {
    const read = readFiles({
      'a.yaml': cidrPolicy,
      'b.yaml': namespaceText('shop', 'a: "${lan}-${other}"'),
      'flux.yaml': flux('apps', './${cluster_path}/apps'),
    });
    expect(read.policies).toEqual([]);
    expect(read.refused[0]?.problems.map(briefProblem)).toEqual([
      'unresolved-variable a.yaml:10:11 spec.ingress[0].fromCIDR[0] ${lan}',
    ]);
    expect(read.namespaces[0]?.labels).toMatchObject({ a: '${lan}-${other}' });
    expect(read.approximations.map(brief)).toEqual([
      'variable-unknown lan 2× a.yaml:10',
      'variable-unknown other 1× b.yaml:5',
      'variable-unknown cluster_path 1× flux.yaml:5',
    ]);
  });

  it('where a source is missing: what is known is replaced, the rest stays', () => {
    const read = readFiles({
      'flux.yaml': flux('a', './apps', FROM, 'targetNamespace: shop').replace(
        '[{kind: ConfigMap, name: vars}]',
        '[{kind: ConfigMap, name: vars}, {kind: Secret, name: secret}]',
      ),
      'vars.yaml': configMap('vars', 'a: x'),
      'apps/n.yaml': namespaceText('_', 'a: "${a}", b: "${b}", c: "${c:=d}"'),
    });
    expect(read.namespaces[0]).toMatchObject({ name: 'shop', labels: { a: 'x', b: '${b}', c: 'd' } });
    expect(read.approximations.map(brief)).toEqual(['variable-unknown b 1× apps/n.yaml:5']);
    expect(read.problems).toEqual([]);
  });

  it('where all sources are known: it becomes nothing, which is a mistake', () => {
    const read = readFiles({
      'flux.yaml': flux('a', './apps', FROM),
      'vars.yaml': configMap('vars', 'a: x'),
      'apps/n.yaml': namespaceText('shop', 'a: "${a}", b: "x${b}"'),
      'apps/p.yaml': cidrPolicy,
    });
    expect(read.namespaces[0]?.labels).toMatchObject({ a: 'x', b: 'x' });
    expect(read.problems.filter(({ code }) => code === 'unresolved-variable').map(briefProblem)).toEqual([
      'unresolved-variable apps/n.yaml:5:23 metadata.labels.b x${b}',
      'unresolved-variable apps/p.yaml:10:11 spec.ingress[0].fromCIDR[0] ${lan}',
    ]);
    expect(read.refused).toHaveLength(1);
  });

  it('where Flux refuses the text', () => {
    const read = readFiles({
      'flux.yaml': flux('a', './apps', 'postBuild: {substitute: {a: x}}'),
      'apps/n.yaml': namespaceText('shop', 'a: "${a-b}"'),
    });
    expect(read.problems.map(briefProblem)).toEqual([
      'unresolved-variable apps/n.yaml:5:12 metadata.labels.a ${a-b}',
    ]);
  });
});

describe('readRepository() follows Flux Kustomizations only as they are applied', () => {
  it('and leaves out what only an unapplied one would apply', () => {
    const read = readFiles({
      'apps/kustomization.yaml': kustomizationText('resources: [a/ks.yaml]', '# - b/ks.yaml'),
      'apps/a/ks.yaml': flux('a', './apps/a/app', 'targetNamespace: a'),
      'apps/a/app/kustomization.yaml': kustomizationText('resources: [p.yaml]'),
      'apps/a/app/p.yaml': policyText('one'),
      'apps/b/ks.yaml': flux('b', './apps/b/app', 'targetNamespace: b'),
      'apps/b/app/kustomization.yaml': kustomizationText('resources: [p.yaml]'),
      'apps/b/app/p.yaml': policyText('two'),
      'apps/b/app/ks.yaml': flux('c', './c', 'targetNamespace: c'),
      'c/p.yaml': policyText('three'),
    });
    expect(policyNames(read)).toEqual(['a/one']);
    expect(read.approximations.map(brief)).toEqual([
      'not-applied apps/b/app/p.yaml 1× apps/b/app/p.yaml:1',
      'not-applied c/p.yaml 1× c/p.yaml:1',
    ]);
  });

  it('and leaves out what only other clusters apply', () => {
    const files = {
      'clusters/staging/apps.yaml': flux('apps', './apps/staging'),
      'clusters/staging/argo.yaml':
        'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {path: argo}}\n',
      'clusters/production/apps.yaml': flux('apps', './apps/production'),
      'apps/base/kustomization.yaml': kustomizationText('resources: [n.yaml]'),
      'apps/base/n.yaml': namespaceText('shop'),
      'apps/staging/kustomization.yaml': kustomizationText(
        'resources: [../base]',
        'commonAnnotations: {env: s}',
      ),
      'apps/production/kustomization.yaml': kustomizationText(
        'resources: [../base]',
        'commonAnnotations: {env: p}',
      ),
      'argo/p.yaml': policyText('one', 'shop'),
    };
    const production = readFiles(files);
    expect(production.namespaces.map(({ annotations }) => annotations)).toEqual([{ env: 'p' }]);
    expect(policyNames(production)).toEqual([]);
    expect(production.approximations.map(({ code }) => code)).toEqual(['environment-chosen']);
    const staging = readFiles(files, { environment: 'staging' });
    expect(staging.namespaces.map(({ annotations }) => annotations)).toEqual([{ env: 's' }]);
    expect(policyNames(staging)).toEqual(['shop/one']);
  });
});

describe('readRepository() renders ResourceSets', () => {
  const set = (spec: string): string =>
    `apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata:\n  name: set\n  namespace: flux-system\nspec:\n${spec}`;

  it('to namespaces, each at its input', () => {
    const read = readFiles({
      'a.yaml': `kind: ConfigMap\n---\n${set(`  inputs:
    # first
    - name: one
      profile: standard
    - {name: two, profile: "", access: [db, s3]}
  resourcesTemplate: |
    ---
    apiVersion: v1
    kind: Namespace
    metadata:
      name: << inputs.name >>
      labels:
        from: << inputs.provider.name | quote >>
        <<- if inputs.profile >>
        profile: << inputs.profile >>
        <<- else >>
        profile: none
        <<- end >>
        <<- range $a := (index inputs "access") >>
        access/<< $a >>: "true"
        <<- end >>
`)}`,
    });
    const base = { from: 'set' };
    expect(read.namespaces).toEqual([
      {
        name: 'one',
        labels: { ...base, profile: 'standard', 'kubernetes.io/metadata.name': 'one' },
        annotations: {},
        place: { file: 'a.yaml', line: 11, column: 7 },
        form: { kind: 'resource-set-input', input: 0, document: 1 },
      },
      {
        name: 'two',
        labels: {
          ...base,
          profile: 'none',
          'access/db': 'true',
          'access/s3': 'true',
          'kubernetes.io/metadata.name': 'two',
        },
        annotations: {},
        place: { file: 'a.yaml', line: 13, column: 7 },
        form: { kind: 'resource-set-input', input: 1, document: 1 },
      },
    ]);
    expect([...read.problems, ...read.approximations]).toEqual([]);
  });

  it('to objects of other kinds, with common metadata, and to deployers', () => {
    const read = readFiles({
      'a.yaml': set(`  commonMetadata: {labels: {owner: platform}, annotations: {note: x}}
  inputs: [{name: web, values: {a: b}}]
  resources:
    - apiVersion: v1
      kind: Namespace
      metadata: {name: << inputs.name >>}
    - apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: {name: << inputs.name >>}
      spec: {path: ./apps, targetNamespace: << inputs.name >>}
  resourcesTemplate: |
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: p, namespace: << inputs.name >>}
    spec:
      endpointSelector:
        matchLabels:
          << inputs.values | toYaml | nindent 10 >>
      egress: [{}]
    ---
    kind: HelmRelease
    metadata: {name: << inputs.name >>}
`),
      'apps/p.yaml': policyText('deployed'),
    });
    expect(policyNames(read)).toEqual(['web/deployed', 'web/p']);
    expect(read.policies[1]?.place).toEqual({ file: 'a.yaml', line: 8, column: 12 });
    expect(read.policies[1]?.specs[0]?.subject.selector.requirements[0]).toMatchObject({
      key: 'a',
      values: ['b'],
    });
    expect(read.namespaces[0]).toMatchObject({ labels: { owner: 'platform' }, annotations: { note: 'x' } });
    expect(read.approximations.map(brief)).toEqual(['helm-not-rendered HelmRelease 1× a.yaml:8']);
  });

  it('without inputs once', () => {
    const read = readFiles({
      'a.yaml': set(`  resources:\n    - ${namespaceText('fixed').trim().replaceAll('\n', '\n      ')}\n`),
    });
    expect(read.namespaces[0]).toMatchObject({
      name: 'fixed',
      place: { file: 'a.yaml', line: 8, column: 7 },
      form: { kind: 'resource-set-input', input: -1, document: 0 },
    });
  });

  it('or says that it cannot', () => {
    const template = (text: string, inputs = '[{name: a}]'): string =>
      set(`  inputs: ${inputs}\n  resourcesTemplate: |\n    ${text.replaceAll('\n', '\n    ')}`);
    const read = readFiles({
      'a.yaml': template(namespaceText('<< inputs.missing >>')),
      'b.yaml': template(namespaceText('<< sha256sum inputs.name >>')),
      'c.yaml': template(namespaceText('<< template "x" >>')),
      'd.yaml': `${template(namespaceText('<< inputs.name >>'), '[]')}\n  inputsFrom: [{name: provider}]\n`,
      'e.yaml': template('kind: HelmRelease\nmetadata: {name: << inputs.missing >>}\n'),
    });
    expect(read.namespaces).toEqual([]);
    expect(read.approximations.map(brief)).toEqual([
      'resource-set-not-rendered set: no field missing 1× a.yaml:1',
      'resource-set-not-rendered set: function sha256sum 1× b.yaml:1',
      'resource-set-not-rendered set: template 1× c.yaml:1',
      'resource-set-not-rendered set: inputsFrom 1× d.yaml:1',
    ]);
  });

  it('with its variables replaced before', () => {
    const read = readFiles({
      'flux.yaml': flux('a', './sets', 'postBuild: {substitute: {team: web}}'),
      'sets/a.yaml': set(
        `  inputs: [{name: a, team: "\${team}"}]\n  resourcesTemplate: |\n    ${namespaceText('<< inputs.name >>', 'team: << inputs.team >>').replaceAll('\n', '\n    ')}`,
      ),
    });
    expect(read.namespaces[0]?.labels).toMatchObject({ team: 'web' });
    expect(read.approximations).toEqual([]);
  });
});
