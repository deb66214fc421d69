import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG, readCatalog } from '../../catalog/index.ts';
import { inputsOf } from '../testing.ts';
import { type InitPlan, planInit } from './plan.ts';

type Files = Readonly<Record<string, string>>;

describe('a first catalog', () => {
  it('of an empty repository is the default one, and says so to editors', () => {
    const { file, catalog, fields } = planned({});
    expect(catalog).toEqual(DEFAULT_CATALOG);
    expect(fields).toEqual([]);
    expect(file.text.split('\n').slice(0, 2)).toEqual([
      '---',
      '# yaml-language-server: $schema=https://unpkg.com/propolis/schemas/propolis.schema.json',
    ]);
  });

  it.each<{
    readonly name: string;
    readonly files: Files;
    readonly says: string;
    readonly fields: readonly string[];
  }>([
    {
      name: 'has the prefix of the labels',
      files: { 'p/profiles/a.yaml': profile('isolated', { prefix: 'np.example.com' }) },
      says: 'labelPrefix: np.example.com\n',
      fields: ['labelPrefix', 'profiles', 'paths'],
    },
    {
      name: 'has profiles that are new',
      files: {
        'p/profiles/lan.yaml': profile('lan', {
          egress: '[{toCIDR: [192.168.1.0/24], toPorts: [{ports: [{port: "80", protocol: TCP}]}]}]',
          description: 'Devices.',
        }),
        'ns.yaml': DEFAULTS_IN_USE,
      },
      says: '  lan:\n    description: Devices.\n    egress:\n      - to: 192.168.1.0/24\n        ports: [80/TCP]\n',
      fields: ['profiles', 'externalRanges', 'paths'],
    },
    {
      name: 'has what a default profile admits besides',
      files: {
        'p/profiles/internal.yaml': profile('internal', {
          ingress: gatewayRule('internal', '80'),
          egress: '[{toFQDNs: [{matchPattern: "*.example.com"}], toPorts: [{ports: [{port: "443"}]}]}]',
        }),
        'ns.yaml': DEFAULTS_IN_USE,
      },
      says: '  internal:\n    ingress:\n      - gateway: internal\n        ports: [80/TCP]\n    egress:\n      - to: fqdn:*.example.com\n        ports: [443/TCP, 443/UDP, 443/SCTP]\n',
      fields: ['profiles', 'paths'],
    },
    {
      name: 'takes away default profiles that no policy and no namespace has',
      files: { 'p/profiles/isolated.yaml': profile('isolated') },
      says: 'profiles:\n  internal: false\n  internal-egress: false\n  standard: false\n',
      fields: ['profiles', 'paths'],
    },
    {
      name: 'has resources with their pods and ports',
      files: {
        'p/access/mqtt.yaml': access('mqtt', 'mq', '1883', 'app: mosquitto'),
        'ns.yaml': DEFAULTS_IN_USE,
      },
      says: '  mqtt:\n    namespace: mq\n    labels:\n      app: mosquitto\n    ports: [1883/TCP]\n',
      fields: ['resources', 'paths'],
    },
    {
      name: 'has only the fields in which a default resource differs',
      files: { 'p/access/postgres.yaml': access('postgres', 'database', '6432'), 'ns.yaml': DEFAULTS_IN_USE },
      says: '  postgres:\n    ports: [6432/TCP]\n',
      fields: ['resources', 'paths'],
    },
    {
      name: 'has the gateways that come in',
      files: {
        'p/profiles/internal.yaml': profile('internal', { ingress: gatewayRule('edge', '8080', 'gateways') }),
        'ns.yaml': DEFAULTS_IN_USE,
      },
      says: 'gateways:\n  edge:\n    namespace: gateways\n    labels:\n      gateway.networking.k8s.io/gateway-name: edge\n',
      fields: ['profiles', 'gateways', 'paths'],
    },
    {
      name: 'has DNS, Prometheus and probes by the baselines',
      files: {
        'p/baselines/all.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: baseline}
spec:
  endpointSelector: {matchExpressions: [{key: io.kubernetes.pod.namespace, operator: Exists}]}
  ingress:
    - fromEntities: [health]
    - fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: metrics, app: vmagent}}]
      toPorts: [{ports: [{port: "9090", protocol: TCP}]}]
  egress:
    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: dns, app: coredns}}]
      toPorts: [{ports: [{port: "53", protocol: UDP}]}]
`,
      },
      says: 'baselines: [dns-egress, health-probes, prometheus-scrape]\n\ndns:\n  namespace: dns\n  labels:\n    app: coredns\n  ports: [53/UDP]\n\nprometheus:\n  namespace: metrics\n  labels:\n    app: vmagent\n  ports: [9090/TCP]\n\nhealth:\n  entities: [health]\n  ranges: []\n',
      fields: ['baselines', 'dns', 'prometheus', 'health', 'paths'],
    },
    {
      name: 'has the mesh where a namespace takes part in it',
      files: { 'kubernetes/a.yaml': namespace('a', 'istio.io/dataplane-mode: ambient') },
      says: 'mesh:\n  ambient: true\n',
      fields: ['mesh'],
    },
    {
      name: 'has platform namespaces: those with a policy of their own and no profile',
      files: {
        'kubernetes/ns.yaml': [
          namespace('db'),
          namespace('shop', 'network-policy.homelab/profile: internal'),
          namespace('monitoring'),
        ].join('---\n'),
        'kubernetes/cnp.yaml': [cnp('db'), cnp('shop'), cnp('web', '{matchLabels: {app: web}}')].join(
          '---\n',
        ),
      },
      says: 'platform:\n  namespaces: [monitoring, db]\n',
      fields: ['platform', 'paths'],
    },
    {
      name: 'has the clusters by their folders',
      files: {
        'clusters/dev-1/a.yaml': namespace('a'),
        'clusters/staging/a.yaml': namespace('a'),
        'clusters/home/a.yaml': namespace('a'),
      },
      says: 'clusters:\n  dev-1:\n    environment: dev\n  home:\n    environment: live\n  staging:\n    environment: integration\n',
      fields: ['paths', 'clusters'],
    },
    {
      name: 'has the version of Cilium by its chart',
      files: {
        'kubernetes/cilium.yaml':
          'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: cilium}\nspec:\n  chart:\n    spec:\n      chart: cilium\n      version: 1.19.3\n',
      },
      says: 'cilium:\n  version: "1.19"\n',
      fields: ['cilium'],
    },
  ])('$name', ({ files, says, fields }) => {
    const { file, catalog, fields: written } = planned(files);
    expect(file.text).toContain(says);
    expect(written).toEqual(fields);
    expect(readCatalog({ path: 'propolis.yaml', text: file.text })).toEqual({ catalog, problems: [] });
  });

  it.each([
    {
      name: 'beside each other',
      files: {
        'infra/np/base/dns.yaml': baseline(),
        'infra/np/levels/isolated.yaml': profile('isolated'),
        'infra/np/shared/postgres.yaml': access('postgres', 'database', '5432'),
        'infra/np/own/ns.yaml': [cnp('db'), cnp('cache')].join('---\n'),
      },
      paths: {
        policies: 'infra/np',
        baselines: 'base',
        profiles: 'levels',
        sharedResources: 'shared',
        platform: 'own',
      },
    },
    {
      name: 'all in one',
      files: {
        'infra/np/all.yaml': [baseline(), profile('isolated'), cnp('db'), cnp('cache')].join('---\n'),
      },
      paths: { policies: 'infra/np', baselines: '.', profiles: '.', platform: '.' },
    },
    {
      name: 'at the top',
      files: { 'baselines/dns.yaml': baseline(), 'profiles/isolated.yaml': profile('isolated') },
      paths: { policies: '.', baselines: 'baselines', profiles: 'profiles' },
    },
    {
      name: 'one alone',
      files: { 'infra/np/profiles/isolated.yaml': profile('isolated') },
      paths: { policies: 'infra/np', baselines: 'baselines', profiles: 'profiles' },
    },
  ])('has the folders, $name', ({ files, paths }) => {
    expect(planned(files).catalog.paths).toMatchObject(paths);
  });

  it.each([
    { places: ['apps/a/ns.yaml', 'apps/b.yaml'], folders: ['apps'] },
    { places: ['apps/a.yaml', 'platform/b.yaml'], folders: ['apps', 'platform'] },
    { places: ['a.yaml', 'platform/b.yaml'], folders: ['.'] },
    { places: ['kubernetes/apps/a.yaml'], folders: ['kubernetes'] },
  ])('has the folders of Namespaces in $places', ({ places, folders }) => {
    const files = Object.fromEntries(places.map((path, i) => [path, namespace(`ns${i}`)]));
    expect(planned(files).catalog.paths.namespaces).toEqual(folders);
  });

  it('notes what no catalog can say', () => {
    const open =
      '[{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: istio-gateway, gateway.networking.k8s.io/gateway-name: internal}}]}]';
    const { notes, catalog } = planned({
      'p/internal.yaml': profile('internal', { ingress: open }),
      'p/odd.yaml': profile('odd', {
        egress:
          '[{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: db}}], toPorts: [{ports: [{port: "1"}]}]}]',
      }),
      'ns.yaml': namespace('a', 'network-policy.homelab/profile: lost'),
    });
    expect(notes.map(({ code, detail }) => `${code} ${detail}`)).toEqual([
      'any-port profile-internal',
      'peer-left-out profile-odd',
      'profile-without-policy lost',
    ]);
    expect(catalog.profiles.find(({ name }) => name === 'internal')?.ingress[0]?.ports).toHaveLength(3);
  });

  it('leaves out a part that no catalog can have', () => {
    const { notes, fields } = planned({ 'p/odd.yaml': profile('Odd_1', {}) });
    expect(notes.map(({ code }) => code)).toEqual(['left-out']);
    expect(fields).not.toContain('profiles');
  });

  it('is not written over one that is there, and still shown', () => {
    const outcome = planInit(
      inputsOf({ 'propolis.yaml': 'mesh: {ambient: true}\n', 'p/x.yaml': profile('isolated') }),
    );
    expect(outcome.kind).toBe('exists');
    expect(outcome.plan.file.before).toBe('mesh: {ambient: true}\n');
    expect(outcome.plan.catalog.mesh.ambient).toBe(false);
  });
});

const DEFAULTS_IN_USE = ['isolated', 'internal', 'internal-egress', 'standard']
  .map((name) =>
    namespace(
      name,
      `network-policy.homelab/profile: ${name}`,
      ...['postgres', 'dragonfly', 'garage-s3', 'kube-api'].map(
        (resource) => `access.network-policy.homelab/${resource}: "true"`,
      ),
    ),
  )
  .join('---\n');

function namespace(name: string, ...labels: readonly string[]): string {
  const all = labels.map((label) => `    ${label}\n`).join('');
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n${all === '' ? '' : `  labels:\n${all}`}`;
}

function profile(
  name: string,
  {
    prefix = 'network-policy.homelab',
    ingress = '[]',
    egress = '[{toEntities: [host], toPorts: [{ports: [{port: "15008", protocol: TCP}]}]}]',
    description = '',
  } = {},
): string {
  return `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: profile-${name.toLowerCase().replace('_', '-')}}
spec:
  description: "${description}"
  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.${prefix}/profile: ${name}}}
  ingress: ${ingress}
  egress: ${egress}
`;
}

function gatewayRule(name: string, port: string, of = 'istio-gateway'): string {
  return `[{fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: ${of}, gateway.networking.k8s.io/gateway-name: ${name}}}], toPorts: [{ports: [{port: "${port}", protocol: TCP}]}]}]`;
}

function access(name: string, of: string, port: string, label = ''): string {
  return `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: access-${name}}
spec:
  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.access.network-policy.homelab/${name}: "true"}}
  egress:
    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: ${of}${label === '' ? '' : `, ${label}`}}}]
      toPorts: [{ports: [{port: "${port}", protocol: TCP}]}]
`;
}

function baseline(): string {
  return `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: baseline-dns-egress}
spec:
  endpointSelector: {}
  egress:
    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: kube-system, k8s-app: kube-dns}}]
      toPorts: [{ports: [{port: "53", protocol: UDP}, {port: "53", protocol: TCP}]}]
`;
}

function cnp(of: string, selector = '{}'): string {
  return `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: own, namespace: ${of}}
spec: {endpointSelector: ${selector}, egress: [{toEntities: [host]}]}
`;
}

function planned(files: Files): InitPlan {
  const outcome = planInit(inputsOf(files));
  expect(outcome.kind).toBe('plan');
  return outcome.plan;
}
