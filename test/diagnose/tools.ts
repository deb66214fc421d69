import { type Catalog, DEFAULT_CATALOG } from '../../src/core/catalog/index.ts';
import { type Diagnosis, diagnose, type Finding, type Inputs } from '../../src/core/diagnose/index.ts';
import type { Flow, FlowEndpoint } from '../../src/core/model/flow.ts';
import { type AgentOptions, agentOptions } from '../../src/core/model/options.ts';
import { flowsFromArray } from '../../src/core/ports/flow-source.ts';

export type Files = Readonly<Record<string, string>>;

export interface DiagnosisGiven {
  readonly files?: Files;
  readonly namespace?: string;
  readonly catalog?: Catalog;
  readonly options?: Partial<AgentOptions>;
  readonly isClusterNameAssumed?: boolean;
  readonly fixesMax?: number;
}

/** What `propolis debug` would find in these flows over these files. */
export function diagnosed(flows: readonly Flow[], given: DiagnosisGiven = {}): Promise<Diagnosis> {
  const { namespace = 'shop', fixesMax } = given;
  return diagnose({
    namespace,
    inputs: inputsOf(given),
    flows: flowsFromArray(flows),
    ...(fixesMax === undefined ? {} : { fixesMax }),
  });
}

export function inputsOf({
  files = TOWN,
  catalog = DEFAULT_CATALOG,
  options,
  isClusterNameAssumed = true,
}: DiagnosisGiven): Inputs {
  const agent = agentOptions(options);
  return {
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    catalog,
    options: agent,
    readOptions: { agent },
    isClusterNameAssumed,
  };
}

/** `missing-access-label shop/api → database/pg 5432/TCP egress 3`. */
export function brief({ cause, from, to, port, protocol, direction, count }: Finding): string {
  return `${cause.code} ${from.name} → ${to.name} ${port}/${protocol} ${direction} ${count}`;
}

export function briefs({ findings }: Diagnosis): readonly string[] {
  return findings.map(brief);
}

/** The only finding. */
export function single({ findings }: Diagnosis): Finding {
  const [first, second] = findings;
  if (first === undefined || second !== undefined) throw new Error(`${findings.length} findings, not one`);
  return first;
}

export interface EndGiven {
  readonly endpoint: FlowEndpoint;
  readonly ip: string;
  readonly names?: readonly string[];
}

export interface PodGiven {
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  readonly cluster?: string;
  readonly podName?: string;
  readonly ip?: string;
}

/** A pod `shop/api`, as Hubble describes it. */
export function pod(id: string, given: PodGiven = {}): EndGiven {
  const [namespace = '', name = ''] = id.split('/');
  const { labels = { app: name }, namespaceLabels = {}, cluster = 'default' } = given;
  return {
    ip: given.ip ?? '10.0.1.7',
    endpoint: {
      identity: 40_000 + id.length,
      namespace,
      podName: given.podName ?? `${name}-7d9c6b5f4-x8k2p`,
      labels: [
        ...Object.entries(labels).map(([key, value]) => `k8s:${key}=${value}`),
        `k8s:io.cilium.k8s.policy.cluster=${cluster}`,
        `k8s:io.kubernetes.pod.namespace=${namespace}`,
        ...Object.entries(namespaceLabels).map(
          ([key, value]) => `k8s:io.cilium.k8s.namespace.labels.${key}=${value}`,
        ),
      ],
      workloads: [{ name, kind: 'Deployment' }],
      clusterName: cluster,
    },
  };
}

/** The same pod in an export whose field mask left labels and workloads out. */
export function masked({ endpoint, ...end }: EndGiven): EndGiven {
  return { ...end, endpoint: { ...endpoint, labels: [], workloads: [], clusterName: '' } };
}

export function world(ip: string, ...names: readonly string[]): EndGiven {
  const labels = [`cidr:${ip}/${ip.includes(':') ? 128 : 32}`, 'reserved:world'];
  return { ip, names, endpoint: { ...NOBODY.endpoint, identity: 16_777_217, labels } };
}

export function reserved(name: string, ip: string, identity = 0): EndGiven {
  return { ip, endpoint: { ...NOBODY.endpoint, identity, labels: [`reserved:${name}`] } };
}

export const NOBODY: EndGiven = {
  ip: '',
  endpoint: { identity: 0, namespace: '', podName: '', labels: [], workloads: [], clusterName: '' },
};

export const START = Date.UTC(2026, 2, 1, 10);

/** One event of a packet: by default a policy verdict on egress that drops a SYN. */
export function event(from: EndGiven, to: EndGiven, port: number, more: Partial<Flow> = {}): Flow {
  return {
    timeMs: START,
    timeNs: 123,
    uuid: '',
    verdict: 'DROPPED',
    dropReason: 'POLICY_DENIED',
    dropReasonCode: 133,
    direction: 'egress',
    isReply: 'unknown',
    type: 'L3_L4',
    eventType: 5,
    eventSubType: 0,
    source: from.endpoint,
    destination: to.endpoint,
    sourceIp: from.ip,
    destinationIp: to.ip,
    l4: { protocol: 'TCP', sourcePort: 41_234, destinationPort: port, flags: ['SYN'] },
    l7: undefined,
    sourceNames: from.names ?? [],
    destinationNames: to.names ?? [],
    sourceService: '',
    destinationService: '',
    nodeName: 'default/n1',
    policyMatchType: 0,
    authType: '',
    egressAllowedBy: [],
    ingressAllowedBy: [],
    egressDeniedBy: [],
    ingressDeniedBy: [],
    summary: '',
    ...more,
  };
}

/** One drop as Hubble tells most of them: a policy verdict and a drop. */
export function drop(from: EndGiven, to: EndGiven, port: number, more: Partial<Flow> = {}): readonly Flow[] {
  const verdict = event(from, to, port, more);
  return [verdict, { ...verdict, eventType: 1, eventSubType: 133, timeNs: verdict.timeNs + 900 }];
}

export function udp(port: number, sourcePort = 41_234): Partial<Flow> {
  return { l4: { protocol: 'UDP', sourcePort, destinationPort: port, flags: [] } };
}

export function passes(more: Partial<Flow> = {}): Partial<Flow> {
  return { verdict: 'FORWARDED', dropReason: '', dropReasonCode: 0, isReply: false, ...more };
}

export function cnp(id: string, spec: string): string {
  const [namespace, name] = id.split('/');
  return `---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n${spec}\n`;
}

export function ccnp(name: string, spec: string): string {
  return `---\napiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: ${name}}\nspec:\n${spec}\n`;
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(labels).map(([key, value]) => `    ${key}: "${value}"\n`);
  return `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n${lines.length === 0 ? '' : `  labels:\n${lines.join('')}`}`;
}

export function workload(id: string, labels?: Readonly<Record<string, string>>, spec = ''): string {
  const [its, name = ''] = id.split('/');
  return `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${JSON.stringify(name)}, namespace: ${its}}\nspec:\n  template:\n    metadata: {labels: ${JSON.stringify(labels ?? { app: name })}}\n    spec: {${spec}}\n`;
}

export const PROFILE = 'network-policy.homelab/profile';
export const POSTGRES = 'access.network-policy.homelab/postgres';

export const DNS_BASELINE: string = ccnp(
  'baseline-dns-egress',
  `  endpointSelector: {}
  egress:
    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: kube-system, k8s-app: kube-dns}}]
      toPorts: [{ports: [{port: "53", protocol: UDP}]}]`,
);

export const HEALTH_BASELINE: string = ccnp(
  'baseline-health-probes',
  `  endpointSelector: {}
  ingress:
    - fromEntities: [health]`,
);

export const PROFILES: string = [
  ['internal', 'internal', false],
  ['internal-egress', 'internal', true],
  ['standard', 'external', true],
]
  .map(([name, gateway, egress]) =>
    ccnp(
      `profile-${String(name)}`,
      `  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.${PROFILE}: ${String(name)}}}
  ingress:
    - fromEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: istio-gateway, gateway.networking.k8s.io/gateway-name: ${String(gateway)}}}]
      toPorts: [{ports: [{port: "8080", protocol: TCP}]}]${
        egress === true
          ? '\n  egress:\n    - toEntities: [world]\n      toPorts: [{ports: [{port: "443", protocol: TCP}]}]'
          : ''
      }`,
    ),
  )
  .join('');

export const POSTGRES_ACCESS: string = ccnp(
  'access-postgres',
  `  endpointSelector: {matchLabels: {io.cilium.k8s.namespace.labels.${POSTGRES}: "true"}}
  egress:
    - toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: database}}]
      toPorts: [{ports: [{port: "5432", protocol: TCP}]}]`,
);

export const DATABASE_POLICY: string = cnp(
  'database/database-default',
  `  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchExpressions: [{key: io.cilium.k8s.namespace.labels.${POSTGRES}, operator: In, values: ["true"]}]
      toPorts: [{ports: [{port: "5432", protocol: TCP}]}]`,
);

/** A small cluster in the model's own terms: `shop` is an app, `database` a platform namespace. */
export const TOWN: Files = {
  'policies/baselines.yaml': DNS_BASELINE + HEALTH_BASELINE,
  'policies/profiles.yaml': PROFILES,
  'policies/postgres.yaml': POSTGRES_ACCESS,
  'policies/database.yaml': DATABASE_POLICY,
  'policies/gateway.yaml': cnp(
    'istio-gateway/gateway',
    `  endpointSelector: {}\n  egress: [{toEntities: [cluster]}]`,
  ),
  'namespaces.yaml':
    namespace('shop', { [PROFILE]: 'internal' }) +
    namespace('mail', { [PROFILE]: 'internal' }) +
    namespace('database') +
    namespace('kube-system') +
    namespace('istio-gateway'),
  'workloads.yaml':
    workload('shop/api') +
    workload('mail/smtp') +
    workload('database/pg') +
    workload('kube-system/coredns', { 'k8s-app': 'kube-dns' }),
};

export const API: EndGiven = pod('shop/api', { namespaceLabels: { [PROFILE]: 'internal' } });
export const PG: EndGiven = pod('database/pg', { ip: '10.0.2.9' });
export const SMTP: EndGiven = pod('mail/smtp', {
  ip: '10.0.3.4',
  namespaceLabels: { [PROFILE]: 'internal' },
});
export const COREDNS: EndGiven = pod('kube-system/coredns', {
  ip: '10.0.4.2',
  labels: { 'k8s-app': 'kube-dns' },
});
