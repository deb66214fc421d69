import { describe, expect, it } from 'vitest';
import { isIdentityLabel, podIdentityLabels, RESERVED_IDENTITIES, reservedLabels } from './identity.ts';

describe('which labels make an identity', () => {
  it.each([
    'app',
    'app.kubernetes.io/name',
    'app.kubernetes.io/instance',
    'k8s-app',
    'team.example.com/role',
    'io.kubernetes.pod.namespace',
    'io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name',
    'io.cilium.k8s.namespace.labels.topology.kubernetes.io/zone',
    'io.cilium.k8s.policy.cluster',
    'io.cilium.k8s.policy.serviceaccount',
    'my.app.beta.example.com/x',
    'job-name',
  ])('%s is kept', (key) => {
    expect(isIdentityLabel(key)).toBe(true);
  });

  it.each([
    'io.kubernetes.container.name',
    'kubernetes.io/arch',
    'statefulset.kubernetes.io/pod-name',
    'apps.kubernetes.io/pod-index',
    'batch.kubernetes.io/job-completion-index',
    'batch.kubernetes.io/controller-uid',
    'node.beta.kubernetes.io/x',
    'k8s.io/cluster',
    'pod-template-hash',
    'pod-template-generation',
    'controller-revision-hash',
    'controller-uid',
    'annotation.x',
    'annotations',
    'etcd_node',
    'topology.kubernetes.io/zone',
  ])('%s is dropped', (key) => {
    expect(isIdentityLabel(key)).toBe(false);
  });

  it('long keys take no long time', () => {
    expect(isIdentityLabel(`${'beta.kubernetes.io'.repeat(10_000)}x`)).toBe(false);
    expect(isIdentityLabel('a'.repeat(1_000_000))).toBe(true);
  });
});

describe("a pod's identity", () => {
  it('is its labels, those of its namespace, its namespace, service account and cluster', () => {
    expect(
      podIdentityLabels({
        namespace: 'shop',
        podLabels: { app: 'web', 'pod-template-hash': 'abc', empty: '' },
        namespaceLabels: { 'kubernetes.io/metadata.name': 'shop', team: 'red' },
        serviceAccount: 'web',
        cluster: 'live',
      }),
    ).toEqual([
      'k8s:app=web',
      'k8s:empty',
      'k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name=shop',
      'k8s:io.cilium.k8s.namespace.labels.team=red',
      'k8s:io.cilium.k8s.policy.cluster=live',
      'k8s:io.cilium.k8s.policy.serviceaccount=web',
      'k8s:io.kubernetes.pod.namespace=shop',
    ]);
  });

  it("cannot be forged: a pod's own labels of Cilium's names do not count", () => {
    const labels = podIdentityLabels({
      namespace: 'shop',
      podLabels: {
        'io.cilium.k8s.policy.serviceaccount': 'admin',
        'io.cilium.k8s.namespace.labels.team': 'red',
        'io.kubernetes.pod.namespace': 'kube-system',
      },
      namespaceLabels: {},
      cluster: 'default',
    });
    expect(labels).toEqual([
      'k8s:io.cilium.k8s.policy.cluster=default',
      'k8s:io.cilium.k8s.policy.serviceaccount=default',
      'k8s:io.kubernetes.pod.namespace=shop',
    ]);
  });
});

describe('reserved identities', () => {
  it('have one label each, but for an API server on another node', () => {
    for (const name of Object.values(RESERVED_IDENTITIES)) {
      expect(reservedLabels(name)).toEqual(
        name === 'kube-apiserver'
          ? ['reserved:kube-apiserver', 'reserved:remote-node']
          : [`reserved:${name}`],
      );
    }
  });
});
