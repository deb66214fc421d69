import { describe, expect, it } from 'vitest';
import { DEFAULT_CATALOG } from './defaults.ts';
import {
  accessLabel,
  agentOptionsOf,
  enforcementLabel,
  gatewayOf,
  isDns,
  isPlatform,
  isPrometheus,
  mayWriteDirectly,
  profileLabel,
  resourceAt,
} from './lookup.ts';
import { readCatalog } from './read.ts';

const pod = (namespace: string, ...labels: readonly string[]) => ({
  namespace,
  labels: [`k8s:io.kubernetes.pod.namespace=${namespace}`, ...labels],
});

describe('labels', () => {
  it('are those of the mission by default', () => {
    expect(profileLabel(DEFAULT_CATALOG)).toBe('network-policy.homelab/profile');
    expect(enforcementLabel(DEFAULT_CATALOG)).toBe('network-policy.homelab/enforcement');
    expect(accessLabel(DEFAULT_CATALOG, 'postgres')).toBe('access.network-policy.homelab/postgres');
  });

  it('follow the prefix of the file', () => {
    const { catalog } = readCatalog({ path: 'propolis.yaml', text: 'labelPrefix: np.example.com\n' });
    expect(accessLabel(catalog, 'kube-api')).toBe('access.np.example.com/kube-api');
  });
});

describe('resourceAt', () => {
  it.each([
    {
      name: 'any pod of the namespace on the port',
      to: pod('database', 'k8s:cnpg.io/cluster=pg'),
      port: 5432,
      is: 'postgres',
    },
    { name: 'another port of the same pod', to: pod('database'), port: 9187, is: undefined },
    { name: 'the same port elsewhere', to: pod('shop'), port: 5432, is: undefined },
    {
      name: 'the API server by its entity',
      to: { namespace: '', labels: ['reserved:kube-apiserver', 'reserved:remote-node'] },
      port: 6443,
      is: 'kube-api',
    },
    {
      name: 'another node, which is no API server',
      to: { namespace: '', labels: ['reserved:remote-node'] },
      port: 6443,
      is: undefined,
    },
  ])('finds $name', ({ to, port, is }) => {
    expect(resourceAt(DEFAULT_CATALOG, { ...to, port, protocol: 'TCP' })?.name).toBe(is);
  });

  it('tells protocols apart', () => {
    const to = { ...pod('database'), port: 5432, protocol: 'UDP' as const };
    expect(resourceAt(DEFAULT_CATALOG, to)).toBeUndefined();
  });

  it('takes every port of a range', () => {
    const text = 'resources: {media: {namespace: media, labels: {app: rtp}, ports: [5000-5010/UDP]}}\n';
    const { catalog } = readCatalog({ path: 'propolis.yaml', text });
    const found = [4999, 5000, 5010, 5011].map(
      (port) => resourceAt(catalog, { ...pod('media', 'k8s:app=rtp'), port, protocol: 'UDP' })?.name,
    );
    expect(found).toEqual([undefined, 'media', 'media', undefined]);
  });
});

describe('who someone is', () => {
  it('knows gateways by namespace and label', () => {
    const label = 'k8s:gateway.networking.k8s.io/gateway-name=external';
    expect(gatewayOf(DEFAULT_CATALOG, pod('istio-gateway', label))?.name).toBe('external');
    expect(gatewayOf(DEFAULT_CATALOG, pod('shop', label))).toBeUndefined();
    expect(gatewayOf(DEFAULT_CATALOG, pod('istio-gateway'))).toBeUndefined();
  });

  it('knows DNS and Prometheus', () => {
    expect(isDns(DEFAULT_CATALOG, pod('kube-system', 'k8s:k8s-app=kube-dns'))).toBe(true);
    expect(isDns(DEFAULT_CATALOG, pod('kube-system', 'k8s:k8s-app=metrics-server'))).toBe(false);
    expect(isPrometheus(DEFAULT_CATALOG, pod('monitoring', 'k8s:app.kubernetes.io/name=prometheus'))).toBe(
      true,
    );
    expect(isPrometheus(DEFAULT_CATALOG, pod('monitoring', 'k8s:app.kubernetes.io/name=grafana'))).toBe(
      false,
    );
  });

  it('knows platform namespaces', () => {
    expect(isPlatform(DEFAULT_CATALOG, 'database')).toBe(true);
    expect(isPlatform(DEFAULT_CATALOG, 'shop')).toBe(false);
  });
});

describe('clusters', () => {
  const { catalog } = readCatalog({
    path: 'propolis.yaml',
    text: `
cilium: {version: "1.18", hostFirewall: true}
clusters:
  dev: {environment: dev, cilium: {version: "1.20"}}
  live: {environment: live}
  lab: {environment: integration, directWrites: true}
`,
  });

  it('judge by the catalog’s options and their own on top', () => {
    expect(agentOptionsOf(catalog)).toMatchObject({ version: '1.18', defaultLocalCluster: false });
    expect(agentOptionsOf(catalog, catalog.clusters[0])).toMatchObject({
      version: '1.20',
      defaultLocalCluster: true,
      hostFirewall: true,
    });
  });

  it('may be written directly where they are dev, or say so', () => {
    expect(catalog.clusters.map(mayWriteDirectly)).toEqual([true, false, true]);
  });
});
