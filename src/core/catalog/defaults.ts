import {
  BASELINES,
  type Catalog,
  type CatalogPort,
  type ClusterBody,
  type ExternalRangeBody,
  type Gateway,
  type IntraNamespace,
  type Pods,
  type Profile,
  type ProfileBody,
  type ProfileEgress,
  type ProfileIngress,
  type Resource,
  type ResourceBody,
} from './types.ts';

/**
 * Where an app may listen when the file does not say: HTTP's own ports and those that need no privilege.
 * A list, because a rule without ports would admit every protocol.
 */
export const APP_PORTS: readonly CatalogPort[] = [
  { protocol: 'TCP', port: 80 },
  { protocol: 'TCP', port: 443 },
  { protocol: 'TCP', port: 1024, endPort: 65_535 },
];

const HTTPS: readonly ProfileEgress[] = [
  { to: { kind: 'entity', entity: 'world' }, ports: [{ protocol: 'TCP', port: 443 }] },
];

/** The model that the product describes: what a repository without `propolis.yaml` gets. */
export const DEFAULT_CATALOG: Catalog = {
  labelPrefix: 'network-policy.homelab',
  profiles: [
    profile('isolated', 'Batch jobs and workers: nobody comes in, only DNS goes out.', [], []),
    profile('internal', 'Internal dashboards: the internal gateway comes in.', ['internal'], []),
    profile('internal-egress', 'Internal apps that call external APIs over HTTPS.', ['internal'], HTTPS),
    profile(
      'standard',
      'Public web apps: both gateways come in, HTTPS goes out.',
      ['internal', 'external'],
      HTTPS,
    ),
  ],
  resources: [
    resource('postgres', 'PostgreSQL', 'database', 5432),
    resource('dragonfly', 'Dragonfly, which speaks Redis', 'cache', 6379),
    resource('garage-s3', 'Garage, which speaks S3', 'garage', 3900),
    {
      name: 'kube-api',
      description: 'The Kubernetes API',
      target: { kind: 'entity', entity: 'kube-apiserver' },
      ports: [{ protocol: 'TCP', port: 6443 }],
    },
  ],
  gateways: [gateway('internal'), gateway('external')],
  baselines: BASELINES,
  dns: {
    namespace: 'kube-system',
    labels: { 'k8s-app': 'kube-dns' },
    ports: [
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 53 },
    ],
  },
  prometheus: {
    namespace: 'monitoring',
    labels: { 'app.kubernetes.io/name': 'prometheus' },
    ports: APP_PORTS,
  },
  health: { entities: ['health', 'host', 'remote-node'], ranges: ['169.254.0.0/16'] },
  mesh: { ambient: false, namespace: 'istio-system', labels: { app: 'ztunnel' }, port: 15_008 },
  intraNamespace: [],
  platform: {
    namespaces: [
      'kube-system',
      'monitoring',
      'database',
      'cache',
      'garage',
      'istio-gateway',
      'istio-system',
      'flux-system',
      'cert-manager',
    ],
  },
  externalRanges: [],
  paths: {
    policies: 'kubernetes/platform/config/network-policy',
    baselines: 'baselines',
    profiles: 'profiles',
    sharedResources: 'shared-resources',
    platform: 'platform',
    namespaces: ['kubernetes'],
    alerts: 'kubernetes/platform/config/monitoring/network-policy-alerts.yaml',
    runbooks: 'docs/runbooks',
  },
  clusters: [],
  hatch: {
    defaultSeconds: 2 * 3600,
    maxSeconds: 24 * 3600,
    reasonRequired: true,
    ticketRequired: false,
    confirmOn: ['integration', 'live'],
    warnAfterSeconds: 5 * 60,
    criticalAfterSeconds: 24 * 3600,
    reaper: {
      enabled: false,
      namespace: 'flux-system',
      image: 'node:24-alpine',
      command: ['npx', '--yes', 'propolis', 'hatch', 'reap'],
      schedule: '*/5 * * * *',
    },
  },
  alerts: { form: 'prometheus-rule', labels: {}, runbookUrl: '' },
  guard: { enabled: false, serviceAccounts: ['flux-system/kustomize-controller'] },
  cilium: {},
};

/** What an entry of the file starts from when no default has its name. */
export const BLANK_PROFILE: ProfileBody = { description: '', ingress: [], egress: [] };
export const BLANK_RESOURCE: ResourceBody = {
  description: '',
  target: { kind: 'pods', namespace: '', labels: {} },
  ports: [],
};
export const BLANK_INTRA_NAMESPACE: Omit<IntraNamespace, 'name'> = { ports: [] };
export const BLANK_PODS: Pods = { namespace: '', labels: {} };
export const BLANK_EXTERNAL_RANGE: ExternalRangeBody = { description: '', cidrs: [] };
export const BLANK_CLUSTER: ClusterBody = {
  environment: 'live',
  paths: [],
  variables: {},
  variableFiles: [],
  context: '',
  server: '',
  cilium: {},
};

function profile(
  name: string,
  description: string,
  gateways: readonly string[],
  egress: readonly ProfileEgress[],
): Profile {
  const ingress: readonly ProfileIngress[] = gateways.map((gateway) => ({ gateway, ports: APP_PORTS }));
  return { name, description, ingress, egress };
}

function resource(name: string, description: string, namespace: string, port: number): Resource {
  return {
    name,
    description,
    target: { kind: 'pods', namespace, labels: {} },
    ports: [{ protocol: 'TCP', port }],
  };
}

function gateway(name: string): Gateway {
  return { name, namespace: 'istio-gateway', labels: { 'gateway.networking.k8s.io/gateway-name': name } };
}
