import { describe, expect, it } from 'vitest';
import { namespaceText, policyText, readFiles } from '../../../test/lib/manifests.ts';
import { agentOptions } from '../model/options.ts';
import { worldOf } from './world.ts';

const workload = (kind: string, name: string, spec: string, apiVersion = 'apps/v1'): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: shop, labels: {own: no}}\nspec: ${spec}\n`;

const template = (labels: string, spec = '{}'): string =>
  `{template: {metadata: {labels: {${labels}}}, spec: ${spec}}}`;

const RESERVED = ['host', 'remote-node', 'kube-apiserver', 'health', 'ingress', 'world'];

describe('worldOf()', () => {
  it('has an endpoint for each workload, each namespace and each reserved identity', () => {
    const read = readFiles({
      'n.yaml': namespaceText('shop', 'team: web'),
      'd.yaml': workload(
        'Deployment',
        'web',
        template(
          'app: web, pod-template-hash: x, io.cilium.k8s.bad: x',
          '{serviceAccountName: runner, containers: [{ports: [{name: HTTP, containerPort: 80}, {containerPort: 53, protocol: UDP}]}]}',
        ),
      ),
    });
    const world = worldOf(read, agentOptions({ clusterName: 'live' }));
    expect(world.endpoints.map(({ id }) => id)).toEqual(['shop/web', 'shop/*', ...RESERVED]);
    expect(world.endpoints[0]).toEqual({
      id: 'shop/web',
      labels: [
        'k8s:app=web',
        'k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop',
        'k8s:io.cilium.k8s.namespace.labels.team=web',
        'k8s:io.cilium.k8s.policy.cluster=live',
        'k8s:io.cilium.k8s.policy.serviceaccount=runner',
        'k8s:io.kubernetes.pod.namespace=shop',
      ],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    });
    expect(world.endpoints[1]?.labels).toContain('k8s:io.cilium.k8s.policy.serviceaccount=default');
    expect(world.endpoints.find(({ id }) => id === 'kube-apiserver')?.labels).toEqual([
      'reserved:kube-apiserver',
      'reserved:remote-node',
    ]);
  });

  it('reads every built-in kind that has pods', () => {
    const job = '{jobTemplate: {spec: {template: {metadata: {labels: {app: cron}}}}}}';
    const read = readFiles({
      'a.yaml': [
        workload('Pod', 'pod', '{}', 'v1'),
        workload('Deployment', 'deployment', template('app: a')),
        workload('StatefulSet', 'set', template('app: b')),
        workload('DaemonSet', 'daemon', template('app: c')),
        workload('ReplicaSet', 'replica', template('app: d')),
        workload('ReplicationController', 'controller', template('app: e'), 'v1'),
        workload('Job', 'job', template('app: f'), 'batch/v1'),
        workload('CronJob', 'cron', job, 'batch/v1'),
      ].join('---\n'),
    });
    expect(read.workloads.map(({ name, podLabels }) => [name, podLabels])).toEqual([
      ['pod', { own: 'false' }],
      ['deployment', { app: 'a' }],
      ['set', { app: 'b' }],
      ['daemon', { app: 'c' }],
      ['replica', { app: 'd' }],
      ['controller', { app: 'e' }],
      ['job', { app: 'f', 'batch.kubernetes.io/job-name': 'job', 'job-name': 'job' }],
      ['cron', { app: 'cron' }],
    ]);
  });

  it('tells the kind only where names alone would be the same', () => {
    const read = readFiles({
      'a.yaml': [
        workload('Deployment', 'web', template('app: a')),
        workload('Job', 'web', template('app: b'), 'batch/v1'),
        workload('Job', 'other', template('app: c'), 'batch/v1'),
      ].join('---\n'),
    });
    expect(
      worldOf(read, agentOptions())
        .endpoints.slice(0, 3)
        .map(({ id }) => id),
    ).toEqual(['shop/web (Deployment)', 'shop/web (Job)', 'shop/other']);
  });

  it('has none for pods in the network of the host', () => {
    const read = readFiles({
      'a.yaml': workload('DaemonSet', 'agent', template('app: a', '{hostNetwork: true}')),
    });
    expect(read.workloads[0]?.hostNetwork).toBe(true);
    expect(worldOf(read, agentOptions()).endpoints.map(({ id }) => id)).toEqual(['shop/*', ...RESERVED]);
  });

  it('has two worlds in dual stack', () => {
    const ids = (ipv4: boolean, ipv6: boolean): readonly string[] =>
      worldOf(readFiles({}), agentOptions({ ipv4, ipv6 })).endpoints.map(({ id }) => id);
    expect(ids(true, true).filter((id) => id.startsWith('world'))).toEqual(['world-ipv4', 'world-ipv6']);
    expect(ids(false, true).filter((id) => id.startsWith('world'))).toEqual(['world']);
  });

  it('hands on policies, Services and CIDR groups', () => {
    const read = readFiles({
      'p.yaml': policyText('one', 'shop'),
      's.yaml': `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {a: b}}
spec:
  type: LoadBalancer
  clusterIP: 10.0.0.1
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http, nodePort: 30080}
    - {port: 53, protocol: UDP}
    - {port: none}
---
apiVersion: v1
kind: Service
metadata: {name: headless, namespace: shop}
spec: {clusterIP: None, ports: [{port: 1}]}
`,
      'c.yaml':
        'apiVersion: cilium.io/v2\nkind: CiliumCIDRGroup\nmetadata: {name: lan}\nspec: {externalCIDRs: [10.0.0.0/8]}\n',
    });
    const world = worldOf(read, agentOptions());
    expect(world.policies).toEqual(read.policies);
    expect(world.cidrGroups?.map(({ name, place }) => [name, place?.file])).toEqual([['lan', 'c.yaml']]);
    expect(world.services).toEqual([
      {
        namespace: 'shop',
        name: 'web',
        labels: { a: 'b' },
        selector: { app: 'web' },
        ports: [
          { name: 'http', protocol: 'TCP', port: 80, targetPort: 'http', nodePort: 30080 },
          { protocol: 'UDP', port: 53 },
        ],
        type: 'LoadBalancer',
        clusterIPs: ['10.0.0.1'],
        place: { file: 's.yaml', line: 1, column: 1 },
      },
      {
        namespace: 'shop',
        name: 'headless',
        labels: {},
        ports: [{ protocol: 'TCP', port: 1 }],
        clusterIPs: [],
        place: { file: 's.yaml', line: 13, column: 1 },
      },
    ]);
    expect(read.problems.map(({ code, field }) => [code, field])).toEqual([['schema', 'spec.ports[2].port']]);
  });
});
