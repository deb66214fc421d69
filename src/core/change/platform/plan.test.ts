import { describe, expect, it } from 'vitest';
import { summarizeFlows } from '../../diagnose/summarize.ts';
import { readRepository } from '../../manifest/read.ts';
import type { Flow, FlowEndpoint } from '../../model/flow.ts';
import { flowsFromArray } from '../../ports/flow-source.ts';
import { inputsOf } from '../testing.ts';
import { type PlatformChange, type PlatformPlan, type PlatformRequest, planPlatform } from './plan.ts';

type Files = Readonly<Record<string, string>>;

const POLICIES = 'kubernetes/platform/config/network-policy';
const FOLDER = `${POLICIES}/platform`;
const BASELINE = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: baseline}
spec:
  endpointSelector: {}
  ingress: [{fromEntities: [host]}]
  egress: [{toEntities: [host]}]
`;
const NAMESPACES = ['minio', 'shop', 'monitoring', 'istio-gateway']
  .map((name) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`)
  .join('---\n');
const WORKLOADS = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: shop, tier: web}}, spec: {containers: []}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker, namespace: shop}
spec: {template: {metadata: {labels: {app: shop, tier: worker}}, spec: {containers: []}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: minio, namespace: minio}
spec:
  template:
    metadata: {labels: {app: minio}}
    spec: {containers: [{ports: [{name: http-metrics, containerPort: 9001}]}]}
`;
const BASE: Files = {
  [`${POLICIES}/kustomization.yaml`]: 'kind: Kustomization\nresources:\n  - baseline.yaml\n  - platform\n',
  [`${POLICIES}/baseline.yaml`]: BASELINE,
  [`${FOLDER}/kustomization.yaml`]: '# Ours.\nkind: Kustomization\nresources:\n  - other.yaml # first\n',
  [`${FOLDER}/other.yaml`]: `---
# yaml-language-server: $schema=https://schemas.example.com/ciliumnetworkpolicy_v2.json
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: shop-extra, namespace: shop}
spec: {endpointSelector: {matchLabels: {app: shop}}, egress: [{toEndpoints: [{matchLabels: {io.kubernetes.pod.namespace: minio}}]}]}
`,
  'namespaces.yaml': NAMESPACES,
  'workloads.yaml': WORKLOADS,
  'propolis.yaml': 'platform:\n  namespaces: [kube-system, monitoring] # ours\n',
};
const MINIO: PlatformRequest = { namespace: 'minio', metricsPorts: [{ protocol: 'TCP', port: 9001 }] };

describe('a policy for a platform namespace', () => {
  it('has the groups of rules that each must have, and the agent accepts it', () => {
    const { files } = changed(BASE, MINIO);
    const [file] = files;
    expect(file?.path).toBe(`${FOLDER}/minio.yaml`);
    expect(file?.text).toBe(`---
# yaml-language-server: $schema=https://schemas.example.com/ciliumnetworkpolicy_v2.json
# Begun by \`propolis platform add\`, and yours from now on. A platform namespace has no
# profile: all that it needs stands here.
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: minio-default
  namespace: minio
spec:
  description: "What minio needs: probes, scraping, DNS, and its own traffic."
  endpointSelector: {}
  ingress:
    # Probes.
    - fromEntities:
        - health
        - host
        - remote-node
    - fromCIDR:
        - 169.254.0.0/16
    # Prometheus.
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: monitoring
            app.kubernetes.io/name: prometheus
      toPorts:
        - ports:
            - port: "9001"
              protocol: TCP
  egress:
    # DNS.
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: kube-system
            k8s-app: kube-dns
      toPorts:
        - ports:
            - port: "53"
              protocol: UDP
            - port: "53"
              protocol: TCP
          rules:
            dns:
              - matchPattern: "*"
`);
    const { read } = readAfter(BASE, files);
    expect(read.refused).toEqual([]);
    expect(read.policies.some(({ name }) => name === 'minio-default')).toBe(true);
  });

  it('is listed, and the catalog names the namespace, with all else as it was', () => {
    const { files } = changed(BASE, MINIO);
    const texts = new Map(files.map(({ path, text }) => [path, text]));
    expect(texts.get(`${FOLDER}/kustomization.yaml`)).toBe(
      '# Ours.\nkind: Kustomization\nresources:\n  - other.yaml # first\n  - minio.yaml\n',
    );
    expect(texts.get('propolis.yaml')).toBe(
      'platform:\n  namespaces: [kube-system, monitoring, minio] # ours\n',
    );
    expect(texts.size).toBe(3);
  });

  it.each([
    { catalog: 'labelPrefix: np.example.com\n', ends: '  - cert-manager\n    - minio\n' },
    { catalog: 'platform: {}\n', ends: 'cert-manager, minio]}\n' },
    { catalog: 'platform:\n  namespaces: []\n', ends: 'namespaces:\n    - minio\n' },
  ])('writes the list of the catalog where it is $catalog', ({ catalog, ends }) => {
    const { files, isInCatalog } = changed({ ...BASE, 'propolis.yaml': catalog }, MINIO);
    expect(isInCatalog).toBe(true);
    expect(files.find(({ path }) => path === 'propolis.yaml')?.text).toContain(ends);
  });

  it('has HBONE where the namespace is in the mesh, by its label or by what was said', () => {
    const meshed = NAMESPACES.replace(
      'name: minio',
      'name: minio, labels: {istio.io/dataplane-mode: ambient}',
    );
    const inMesh = (plan: PlatformChange): boolean =>
      plan.isInMesh && /app: ztunnel/.test(plan.files[0]?.text ?? '');
    expect(inMesh(changed({ ...BASE, 'namespaces.yaml': meshed }, MINIO))).toBe(true);
    expect(inMesh(changed({ ...BASE, 'namespaces.yaml': meshed }, { ...MINIO, mesh: false }))).toBe(false);
    expect(inMesh(changed(BASE, { ...MINIO, mesh: true }))).toBe(true);
    expect(inMesh(changed(BASE, MINIO))).toBe(false);
  });

  it('makes the folder and its kustomization where there is none, listed by the one above', () => {
    const { [`${FOLDER}/kustomization.yaml`]: _, [`${FOLDER}/other.yaml`]: __, ...rest } = BASE;
    const files = {
      ...rest,
      [`${POLICIES}/kustomization.yaml`]: 'kind: Kustomization\nresources:\n  - baseline.yaml\n',
    };
    const change = changed(files, MINIO);
    expect(change.files.map(({ path }) => path).sort()).toEqual([
      `${POLICIES}/kustomization.yaml`,
      `${FOLDER}/kustomization.yaml`,
      `${FOLDER}/minio.yaml`,
      'propolis.yaml',
    ]);
    expect(readAfter(files, change.files).read.policies).toHaveLength(2);
  });
});

describe('its own rules', () => {
  it.each([
    { allow: { allowFrom: ['shop:9000'] }, has: ['io.kubernetes.pod.namespace: shop', 'port: "9000"'] },
    { allow: { allowFrom: ['shop/*:9000'] }, has: ['io.kubernetes.pod.namespace: shop'] },
    { allow: { allowFrom: ['shop/web:9000/TCP'] }, has: ['tier: web'] },
    { allow: { allowTo: ['shop/worker:53/udp'] }, has: ['tier: worker', 'protocol: UDP'] },
    { allow: { allowFrom: ['gateway:internal:3000'] }, has: ['gateway-name: internal', 'port: "3000"'] },
    { allow: { allowTo: ['kube-apiserver:6443'] }, has: ['- kube-apiserver', 'port: "6443"'] },
    { allow: { allowTo: ['world:443'] }, has: ['- world'] },
    { allow: { allowTo: ['fqdn:api.example.com:443'] }, has: ['matchName: api.example.com'] },
    { allow: { allowTo: ['fqdn:*.example.com:443'] }, has: ['matchPattern: "*.example.com"'] },
    { allow: { allowFrom: ['169.254.1.1:80'] }, has: ['- 169.254.1.1/32'] },
    { allow: { allowFrom: ['shop:9000-9010'] }, has: ['endPort: 9010'] },
  ])('come of $allow.allowFrom.0$allow.allowTo.0', ({ allow, has }) => {
    const change = changed(BASE, { ...MINIO, ...allow });
    for (const text of has) expect(change.files[0]?.text).toContain(text);
    expect(readAfter(BASE, change.files).read.refused).toEqual([]);
  });

  it('are checked at both ends', () => {
    const allowFrom = ['shop/web:9000', 'istio-gateway:9000'];
    const { checks, effects } = changed(BASE, { ...MINIO, allowFrom });
    expect(checks.map(({ rule, allowed, denied }) => [rule.peer, allowed, denied])).toEqual([
      ['shop/web', 1, 0],
      ['istio-gateway', 0, 1],
    ]);
    expect(checks[1]?.example?.egress.verdict).toBe('denied');
    expect(effects[0]?.opens.map(({ from, to }) => `${from} ${to}`)).toContain('shop/web minio/*');
  });

  it('show the addresses and names that they open', () => {
    const allowTo = ['fqdn:api.example.com:443', '169.254.1.1:80'];
    const { effects } = changed(BASE, { ...MINIO, allowTo });
    expect(effects[0]?.opens.filter(({ from }) => from === 'minio/*').map(({ to }) => to)).toEqual([
      'world 169.254.1.1/32',
      'world api.example.com',
    ]);
  });

  it.each([
    { allow: 'shop', why: 'port' },
    { allow: 'shop:0', why: 'port' },
    { allow: 'shop:65536', why: 'port' },
    { allow: 'shop:8/ICMP', why: 'port' },
    { allow: 'shpo:80', why: 'unknown' },
    { allow: 'shop/db:80', why: 'unknown' },
    { allow: 'gateway:extern:80', why: 'unknown' },
    { allow: 'monitoring/prometheus:80', why: 'pod-not-declared' },
    { allow: '10.0.0.7:80', why: 'address' },
    { allow: '[2001:db8::1]:80', why: 'address' },
    { allow: 'fqdn:api.example.com:443', why: 'name-from' },
    { allow: 'all:80', why: 'unknown' },
  ])('refuse $allow', ({ allow, why }) => {
    expect(plan(BASE, { ...MINIO, allowFrom: [allow] })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'bad-peer', text: allow, why },
    });
  });

  it('follow from what the catalog says the namespace is, unless another policy admits it', () => {
    const catalog = 'resources: {s3: {namespace: minio, ports: [9000]}}\n';
    const files = { ...BASE, 'propolis.yaml': catalog };
    const { rules, files: written } = changed(files, MINIO);
    expect(rules.map(({ origin, peer }) => [origin, peer])).toEqual([
      ['catalog', 'namespaces with access to s3'],
    ]);
    expect(written[0]?.text).toContain('access.network-policy.homelab/s3: "true"');
    const other = `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata: {name: access-s3}
spec:
  endpointSelector: {matchLabels: {io.kubernetes.pod.namespace: minio}}
  ingress:
    - fromEndpoints: [{matchLabels: {io.cilium.k8s.namespace.labels.access.network-policy.homelab/s3: "true"}}]
      toPorts: [{ports: [{port: "9000", protocol: TCP}]}]
`;
    expect(changed({ ...files, 'access.yaml': other }, MINIO).rules).toEqual([]);
  });
});

describe('no policy is begun', () => {
  const own = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: all, namespace: minio}
spec: {endpointSelector: {}, ingress: [{fromEntities: [host]}]}
`;
  const profiled = NAMESPACES.replace(
    'name: minio',
    'name: minio, labels: {network-policy.homelab/profile: internal}',
  );
  it.each<{
    readonly name: string;
    readonly files: Files;
    readonly request: PlatformRequest;
    readonly code: string;
  }>([
    {
      name: 'for a namespace that is not there',
      files: BASE,
      request: { ...MINIO, namespace: 'mini' },
      code: 'unknown-namespace',
    },
    {
      name: 'where there is one for all of its pods',
      files: { ...BASE, 'own.yaml': own },
      request: MINIO,
      code: 'policy-exists',
    },
    {
      name: 'where the file is there',
      files: { ...BASE, [`${FOLDER}/minio.yaml`]: '' },
      request: MINIO,
      code: 'file-exists',
    },
    {
      name: 'for a namespace with a profile',
      files: { ...BASE, 'namespaces.yaml': profiled },
      request: MINIO,
      code: 'has-profile',
    },
    {
      name: 'without a port for metrics',
      files: BASE,
      request: { ...MINIO, metricsPorts: [] },
      code: 'no-metrics-port',
    },
    {
      name: 'where nothing applies the folder',
      files: {
        ...BASE,
        [`${POLICIES}/kustomization.yaml`]: 'kind: Kustomization\nresources: [baseline.yaml]\n',
        [`${FOLDER}/kustomization.yaml`]: COMPONENT,
      },
      request: MINIO,
      code: 'not-applied',
    },
    {
      name: 'where the kustomization has two lists',
      files: {
        ...BASE,
        [`${FOLDER}/kustomization.yaml`]: 'kind: Kustomization\nresources: []\nresources: []\n',
      },
      request: MINIO,
      code: 'list-refused',
    },
  ])('$name', ({ files, request, code }) => {
    expect(plan(files, request)).toMatchObject({ kind: 'refused', refusal: { code } });
  });

  it('and the ports that look like metrics are named', () => {
    expect(plan(BASE, { ...MINIO, metricsPorts: [] })).toMatchObject({
      refusal: { candidates: ['9001/TCP of minio/minio'] },
    });
  });
});

describe('recorded flows', () => {
  const shop = pod('shop', 'web-7d9c6b5f4-abcde', { app: 'shop', tier: 'web' });
  const minio = pod('minio', 'minio-7d9c6b5f4-abcde', { app: 'minio' });
  const blog = pod('blog', 'blog-0', { app: 'blog' });
  const outside: FlowEndpoint = { ...pod('', '', {}), labels: ['reserved:world'], identity: 2 };

  it('give rules with their counts, and prove that what passed would still pass', async () => {
    const change = await withFlows([
      ...times(3, flow(shop, minio, 9000)),
      ...times(2, flow(minio, outside, 443, { destinationNames: ['s3.example.com'] })),
      ...times(4, flow(blog, minio, 9000, { verdict: 'DROPPED' })),
    ]);
    expect(
      change.rules.map(({ direction, peer, ports, evidence }) => [direction, peer, ports[0]?.port, evidence]),
    ).toEqual([
      ['ingress', 'shop/web', 9000, { passed: 3, dropped: 0 }],
      ['egress', 'fqdn:s3.example.com', 443, { passed: 2, dropped: 0 }],
    ]);
    expect(change.left.map(({ peer, evidence }) => [peer, evidence])).toEqual([
      ['blog/blog', { passed: 0, dropped: 4 }],
    ]);
    expect(change.flows).toMatchObject({ stillPass: 5, lost: [], deniedElsewhere: 0, inexpressible: 0 });
    const { text } = change.files[0] ?? { text: '' };
    expect(text).toContain('# From shop/web; flows recorded: 3 passed.');
    expect(text).toContain('tier: web');
    expect(text).toContain('matchName: s3.example.com');
    expect(text).not.toContain('blog');
  });

  it('that were dropped give rules when somebody says so', async () => {
    const dropped = times(4, flow(blog, minio, 9000, { verdict: 'DROPPED' }));
    const change = await withFlows(dropped, { ...MINIO, includeDropped: true });
    expect(change.rules.map(({ peer }) => peer)).toEqual(['blog/blog']);
    expect(change.left).toEqual([]);
  });

  it('that are covered already give none', async () => {
    const change = await withFlows([flow(shop, minio, 9000)], { ...MINIO, allowFrom: ['shop:9000'] });
    expect(change.rules.map(({ origin }) => origin)).toEqual(['asked']);
    expect(change.flows?.stillPass).toBe(1);
  });

  it('stop everything when one that passed cannot be admitted', async () => {
    const ping = flow(shop, minio, 0, { l4: { protocol: 'ICMP', type: 8, code: 0 } });
    const summary = await summarizeFlows(flowsFromArray([ping, flow(shop, minio, 9000)]), 'minio');
    expect(planPlatform(MINIO, inputsOf(BASE), summary)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'would-drop', lost: [{ from: 'shop/web', to: 'minio/minio', protocol: 'ICMP' }] },
    });
  });

  async function withFlows(flows: readonly Flow[], request = MINIO): Promise<PlatformChange> {
    const summary = await summarizeFlows(flowsFromArray(flows), 'minio');
    return demand(planPlatform(request, inputsOf(BASE), summary));
  }
});

const COMPONENT = `apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
resources: [other.yaml]
`;

function pod(namespace: string, podName: string, labels: Readonly<Record<string, string>>): FlowEndpoint {
  const own = Object.entries(labels).map(([key, value]) => `k8s:${key}=${value}`);
  return {
    identity: 1000,
    namespace,
    podName,
    labels: [
      ...own,
      `k8s:io.kubernetes.pod.namespace=${namespace}`,
      'k8s:io.cilium.k8s.policy.cluster=default',
    ],
    workloads: [],
    clusterName: 'default',
  };
}

function flow(source: FlowEndpoint, destination: FlowEndpoint, port: number, more: Partial<Flow> = {}): Flow {
  return {
    timeMs: 1,
    timeNs: 0,
    uuid: '',
    verdict: 'FORWARDED',
    dropReason: more.verdict === 'DROPPED' ? 'POLICY_DENIED' : '',
    dropReasonCode: 0,
    direction: destination.namespace === 'minio' ? 'ingress' : 'egress',
    isReply: false,
    type: 'L3_L4',
    eventType: 4,
    eventSubType: 0,
    source,
    destination,
    sourceIp: '10.0.0.1',
    destinationIp: destination.namespace === '' ? '203.0.113.9' : '10.0.0.2',
    l4: { protocol: 'TCP', sourcePort: 40_000, destinationPort: port, flags: ['SYN'] },
    l7: undefined,
    sourceNames: [],
    destinationNames: [],
    sourceService: '',
    destinationService: '',
    nodeName: 'n1',
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

function times(count: number, one: Flow): readonly Flow[] {
  return Array.from({ length: count }, () => one);
}

function plan(files: Files, request: PlatformRequest): PlatformPlan {
  return planPlatform(request, inputsOf(files));
}

function changed(files: Files, request: PlatformRequest): PlatformChange {
  return demand(plan(files, request));
}

function demand(result: PlatformPlan): PlatformChange {
  if (result.kind === 'refused') throw new Error(JSON.stringify(result.refusal));
  return result.change;
}

function readAfter(
  files: Files,
  changes: PlatformChange['files'],
): { readonly read: ReturnType<typeof readRepository> } {
  const inputs = inputsOf({ ...files, ...Object.fromEntries(changes.map(({ path, text }) => [path, text])) });
  return { read: readRepository(inputs.files, inputs.readOptions) };
}
