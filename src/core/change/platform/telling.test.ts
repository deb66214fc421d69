import { describe, expect, it } from 'vitest';
import { knownLabel, tellingLabels } from './telling.ts';

const pod = (...labels: readonly string[]): readonly string[] => [
  'k8s:io.kubernetes.pod.namespace=shop',
  'k8s:io.cilium.k8s.policy.cluster=live',
  'k8s:io.cilium.k8s.policy.serviceaccount=web',
  'k8s:io.cilium.k8s.namespace.labels.team=a',
  ...labels.map((label) => `k8s:${label}`),
];

describe('labels that tell a pod from others', () => {
  it.each([
    {
      name: 'are the one that people know it by',
      own: pod('app=web', 'tier=x'),
      others: [pod('app=db')],
      is: { app: 'web' },
    },
    {
      name: 'are the most telling of several',
      own: pod('app=web', 'app.kubernetes.io/name=shop'),
      others: [],
      is: { 'app.kubernetes.io/name': 'shop' },
    },
    {
      name: 'are another one where others share that',
      own: pod('app=shop', 'tier=web'),
      others: [pod('app=shop', 'tier=db')],
      is: { tier: 'web' },
    },
    {
      name: 'are two where no single one does',
      own: pod('app=a', 'tier=x'),
      others: [pod('app=a', 'tier=y'), pod('app=b', 'tier=x')],
      is: { app: 'a', tier: 'x' },
    },
    {
      name: 'are never those of a release, the namespace or the service account',
      own: pod('app=a', 'app.kubernetes.io/version=2', 'helm.sh/chart=c'),
      others: [pod('app=a', 'app.kubernetes.io/version=1')],
      is: undefined,
    },
    { name: 'are none without labels', own: pod(), others: [pod('app=a')], is: undefined },
  ])('$name', ({ own, others, is }) => {
    expect(tellingLabels(own, others)).toEqual(is);
  });

  it('one of them is known without the others', () => {
    expect(knownLabel(pod('k8s-app=dns', 'x=y'))).toEqual({ 'k8s-app': 'dns' });
    expect(knownLabel(pod('x=y'))).toEqual({});
  });
});
