import { describe, expect, it } from 'vitest';
import { readRepository } from '../manifest/read.ts';
import type { ClusterObject } from '../model/cluster.ts';
import { agentOptions } from '../model/options.ts';
import { clusterFiles, clusterPath } from './files.ts';
import type { ClusterObjects } from './state.ts';

function read(objects: ClusterObjects) {
  return readRepository(clusterFiles({ objects }), { agent: agentOptions() });
}

function service(name: string, spec: object): ClusterObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}

const KUBERNETES = service('kubernetes', {
  clusterIP: '10.96.0.1',
  ports: [{ port: 443, targetPort: 6443 }],
});
const SLICE: ClusterObject = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { 'kubernetes.io/service-name': 'kubernetes' },
  },
  addressType: 'IPv4',
  endpoints: [
    { addresses: ['192.0.2.1'], conditions: { ready: true } },
    { addresses: ['192.0.2.2'], conditions: { ready: false } },
    { addresses: ['192.0.2.3'] },
  ],
};

describe('a cluster as files', () => {
  it('has the backends of Services without a selector', () => {
    const { services } = read({ Service: [KUBERNETES], EndpointSlice: [SLICE] });
    expect(services).toMatchObject([{ name: 'kubernetes', backends: ['192.0.2.1', '192.0.2.3'] }]);
  });

  it('knows nothing of those whose backends may not be read', () => {
    const selecting = service('web', { selector: { app: 'web' }, ports: [{ port: 80 }] });
    expect(read({ Service: [KUBERNETES, selecting] }).services.map(({ name }) => name)).toEqual(['web']);
    expect(read({ Service: [KUBERNETES], EndpointSlice: [] }).services[0]?.backends).toBeUndefined();
  });

  it.each([
    ['cnp', 'shop', 'web', 'cluster:cnp/shop/web'],
    ['ccnp', '', 'dns', 'cluster:ccnp/dns'],
    // Files of such names would be read as something else.
    ['cnp', 'shop', 'x.env', 'cluster:cnp/shop/x.env.'],
    ['cnp', 'shop', 'kustomization.yaml', 'cluster:cnp/shop/kustomization.yaml.'],
  ])('calls %s of "%s" and "%s" %s', (short, namespace, name, path) => {
    expect(clusterPath(short, namespace, name)).toBe(path);
  });

  it('reads policies of any name', () => {
    const names = ['x.env', 'kustomization.yaml', 'chart.yaml', 'kustomization', 'default'];
    const policies = names.map((name) => ({
      apiVersion: 'cilium.io/v2',
      kind: 'CiliumNetworkPolicy',
      metadata: { name, namespace: 'shop' },
      spec: { endpointSelector: {}, ingress: [{ fromEntities: ['health'] }] },
    }));
    const found = read({ CiliumNetworkPolicy: policies });
    expect(found.policies.map(({ name }) => name).sort()).toEqual([...names].sort());
    expect(found.approximations).toEqual([]);
  });

  it('reads what ports, accounts and networks pods have', () => {
    const pod: ClusterObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
      spec: {
        serviceAccountName: 'robot',
        hostNetwork: true,
        initContainers: [
          { name: 'once', ports: [{ containerPort: 1 }] },
          { name: 'beside', restartPolicy: 'Always', ports: [{ name: 'mesh', containerPort: 2 }] },
        ],
        containers: [{ name: 'web', ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }],
      },
    };
    expect(read({ Pod: [pod] }).workloads).toMatchObject([
      {
        kind: 'Pod',
        namespace: 'shop',
        name: 'web',
        serviceAccount: 'robot',
        hostNetwork: true,
        containerPorts: ['TCP/2', 'TCP/8080'],
      },
    ]);
  });
});
