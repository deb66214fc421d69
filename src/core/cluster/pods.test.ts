import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterObject } from '../model/cluster.ts';
import { commonLabels, groupPods } from './pods.ts';

interface PodParts {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly owner?: readonly [kind: string, name: string];
  readonly spec?: object;
  readonly phase?: string;
  readonly created?: string;
}

function pod({
  name,
  namespace = 'shop',
  labels = {},
  owner,
  spec = {},
  phase = 'Running',
  created,
}: PodParts): ClusterObject {
  const [kind, ownerName] = owner ?? ['', ''];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels,
      ...(owner === undefined ? {} : { ownerReferences: [{ kind, name: ownerName, controller: true }] }),
      ...(created === undefined ? {} : { creationTimestamp: created }),
    },
    spec,
    status: { phase },
  };
}

function namesOf(pods: readonly ClusterObject[]): readonly string[] {
  return groupPods(pods).map(
    ({ kind, namespace, name, pods: of }) => `${kind} ${namespace}/${name} ${of.length}`,
  );
}

describe('pods', () => {
  it('of a ReplicaSet are of its Deployment, whose hash is taken off', () => {
    const of = (name: string, hash: string): ClusterObject =>
      pod({ name, labels: { app: 'web', 'pod-template-hash': hash }, owner: ['ReplicaSet', `web-${hash}`] });
    expect(
      namesOf([of('web-7d4b9-a', '7d4b9'), of('web-7d4b9-b', '7d4b9'), of('web-55555-c', '55555')]),
    ).toEqual(['Deployment shop/web 3']);
  });

  it('of a ReplicaSet of its own keep its name', () => {
    expect(namesOf([pod({ name: 'web-x', owner: ['ReplicaSet', 'web-1'] })])).toEqual([
      'ReplicaSet shop/web-1 1',
    ]);
  });

  it.each([
    [['StatefulSet', 'pg'], 'StatefulSet shop/pg 1'],
    [['DaemonSet', 'agent'], 'DaemonSet shop/agent 1'],
    [['Job', 'migrate'], 'Job shop/migrate 1'],
    [['Job', 'backup-28391020'], 'CronJob shop/backup 1'],
    [['Job', 'release-2026'], 'Job shop/release-2026 1'],
    [['Cluster', 'pg'], 'Pod shop/pg 1'],
  ] as const)('of %j are called %s', (owner, name) => {
    expect(namesOf([pod({ name: 'some-pod', owner })])).toEqual([name]);
  });

  it('of a node lose its name', () => {
    const owner = ['Node', 'n1'] as const;
    expect(namesOf([pod({ name: 'etcd-n1', owner, spec: { nodeName: 'n1' } })])).toEqual(['Pod shop/etcd 1']);
  });

  it('that have ended are left out, and those that are not ready are not', () => {
    const ended = ['Succeeded', 'Failed'].map((phase) => pod({ name: phase.toLowerCase(), phase }));
    expect(namesOf([...ended, pod({ name: 'waiting', phase: 'Pending' })])).toEqual(['Pod shop/waiting 1']);
  });

  it('of one owner with two sets of labels are two groups, the newest by the name of the owner', () => {
    const version = (name: string, hash: string, track: string, created: string): ClusterObject =>
      pod({
        name,
        labels: { track, 'pod-template-hash': hash },
        owner: ['ReplicaSet', `web-${hash}`],
        created,
      });
    expect(
      namesOf([
        version('web-1-a', '1', 'old', '2026-01-01T00:00:00Z'),
        version('web-2-a', '2', 'new', '2026-01-02T00:00:00Z'),
      ]),
    ).toEqual(['ReplicaSet shop/web-1 1', 'Deployment shop/web 1']);
  });

  it('with other ports or another account are other groups', () => {
    const owner = ['StatefulSet', 'pg'] as const;
    const pods = [
      pod({ name: 'pg-0', owner, spec: { containers: [{ ports: [{ containerPort: 1 }] }] } }),
      pod({ name: 'pg-1', owner, spec: { containers: [{ ports: [{ containerPort: 2 }] }] } }),
      pod({ name: 'pg-2', owner, spec: { serviceAccountName: 'other' } }),
    ];
    expect(groupPods(pods)).toHaveLength(3);
  });

  it('share the labels of their identity, and of the others those that all have', () => {
    const owner = ['StatefulSet', 'pg'] as const;
    const of = (n: number): ClusterObject =>
      pod({ name: `pg-${n}`, owner, labels: { app: 'pg', 'statefulset.kubernetes.io/pod-name': `pg-${n}` } });
    const [both] = groupPods([of(0), of(1)]);
    expect(both?.pods).toHaveLength(2);
    expect(both === undefined ? {} : { ...commonLabels(both) }).toEqual({ app: 'pg' });
  });

  const NAME = fc.constantFrom('web', 'web-1', 'web-1-a', 'pg-0', 'pg', 'n1', 'etcd-n1', 'job-28391020');
  const PODS = fc
    .uniqueArray(
      fc.record({
        name: NAME,
        namespace: fc.constantFrom('shop', 'blog'),
        labels: fc.dictionary(
          fc.constantFrom('app', 'pod-template-hash', 'job-name'),
          fc.constantFrom('1', 'a'),
        ),
        owner: fc.option(
          fc.tuple(fc.constantFrom('ReplicaSet', 'StatefulSet', 'Job', 'Node', 'Pod', 'Cluster'), NAME),
          { nil: undefined },
        ),
        spec: fc.constantFrom({}, { hostNetwork: true }, { nodeName: 'n1' }),
        phase: fc.constantFrom('Running', 'Pending', 'Succeeded', 'Unknown'),
      }),
      { selector: ({ name, namespace }) => `${namespace}/${name}`, maxLength: 12 },
    )
    .map((parts) => parts.map(({ owner, ...rest }) => pod(owner === undefined ? rest : { ...rest, owner })));

  it('that have not ended are each in one group, and no two groups share kind and name', () => {
    fc.assert(
      fc.property(PODS, (pods) => {
        const groups = groupPods(pods);
        const grouped = groups.flatMap((group) => group.pods);
        expect(new Set(grouped).size).toBe(grouped.length);
        expect(new Set(grouped)).toEqual(
          new Set(pods.filter(({ status }) => (status as { phase: string }).phase !== 'Succeeded')),
        );
        const ids = groups.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`);
        expect(new Set(ids).size).toBe(ids.length);
        for (const group of groups) {
          expect(new Set(group.pods.map(({ metadata }) => metadata.namespace))).toEqual(
            new Set([group.namespace]),
          );
        }
      }),
    );
  });
});
