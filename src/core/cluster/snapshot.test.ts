import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CLUSTER_KIND_NAMES,
  CLUSTER_KINDS,
  type ClusterKindName,
  type ClusterObject,
} from '../model/cluster.ts';
import { clusterFiles } from './files.ts';
import { parseSnapshot, snapshotText } from './snapshot.ts';
import { type ClusterState, sorted } from './state.ts';

const STATE: ClusterState = {
  identity: { context: 'dev', server: 'https://dev:6443' },
  takenAt: '2026-03-01T10:00:00.000Z',
  objects: {
    Pod: [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: 'web',
          namespace: 'shop',
          managedFields: [{ manager: 'kubelet' }],
          annotations: {
            'kubectl.kubernetes.io/last-applied-configuration': '{"password":"hunter2"}',
            kept: 'yes',
          },
        },
        spec: {
          containers: [
            { name: 'web', image: 'web:1', env: [{ name: 'PASSWORD', value: 'hunter2' }], args: ['hunter2'] },
          ],
          initContainers: [{ name: 'init', command: ['hunter2'] }],
          volumes: [{ name: 'hunter2' }],
        },
        status: { phase: 'Running' },
      },
    ],
    Namespace: [],
  },
  missing: [
    {
      kind: 'Service',
      why: 'forbidden',
      permission: { verb: 'list', group: '', resource: 'services', namespace: '', name: '' },
    },
    { kind: 'CiliumCIDRGroup', why: 'absent' },
  ],
};

function readBack(text: string): ClusterState {
  const read = parseSnapshot(text);
  if (read.kind === 'fault') throw new Error(`${read.fault.field}: ${read.fault.expected}`);
  return read.state;
}

describe('a snapshot', () => {
  it('keeps what answers need, and nothing that people write secrets into', () => {
    const text = snapshotText(STATE, { ciliumNamespace: 'kube-system' });
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('kubelet');
    const { objects, ...rest } = readBack(text);
    expect(rest).toEqual({ identity: STATE.identity, takenAt: STATE.takenAt, missing: STATE.missing });
    expect(objects.Namespace).toEqual([]);
    expect(objects.Pod).toMatchObject([
      { metadata: { annotations: { kept: 'yes' } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    ]);
  });

  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}$/);
  const objects = fc
    .uniqueArray(
      fc.record({
        kind: fc.constantFrom(...CLUSTER_KIND_NAMES),
        name,
        namespace: name,
        spec: fc.jsonValue(),
      }),
      {
        selector: ({ kind, name: own, namespace }) => `${kind}/${namespace}/${own}`,
      },
    )
    .map((parts) => parts.map(asObject));

  it('is the same whatever the order, and reads back as what it was made of', () => {
    fc.assert(
      fc.property(objects, (made) => {
        const text = snapshotText(stateOf(made), { ciliumNamespace: 'kube-system' });
        expect(snapshotText(stateOf([...made].reverse()), { ciliumNamespace: 'kube-system' })).toBe(text);
        expect(snapshotText(readBack(text), { ciliumNamespace: 'kube-system' })).toBe(text);
        expect(clusterFiles(readBack(text))).toEqual(clusterFiles(stateOf(made)));
      }),
    );
  });

  it.each([
    ['{', '', 'JSON, whole'],
    ['[]', 'kind', 'ClusterSnapshot'],
    ['{"kind":"List"}', 'kind', 'ClusterSnapshot'],
    ['{"kind":"ClusterSnapshot","format":2}', 'format', '1'],
    ['{"kind":"ClusterSnapshot","format":1,"kinds":["Secret"]}', 'kinds', 'a list of kinds that are read'],
    ['{"kind":"ClusterSnapshot","format":1,"kinds":[],"missing":[{}]}', 'missing', 'a list of kinds and why'],
    ['{"kind":"ClusterSnapshot","format":1,"kinds":[],"missing":[]}', 'items', 'a list of objects'],
    [
      '{"kind":"ClusterSnapshot","format":1,"kinds":["Pod"],"missing":[],"items":[{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}]}',
      'items[0].metadata.namespace',
      'a text',
    ],
    [
      '{"kind":"ClusterSnapshot","format":1,"kinds":["Pod"],"missing":[],"items":[{"kind":"Secret"}]}',
      'items[0].kind',
      'a kind that is read',
    ],
  ])('that is %s is refused with its field', (text, field, expected) => {
    expect(parseSnapshot(text)).toEqual({ kind: 'fault', fault: { field, expected } });
  });

  it('that was cut off anywhere is refused', () => {
    const text = snapshotText(STATE, { ciliumNamespace: 'kube-system' });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.trimEnd().length - 1 }), (end) => {
        expect(parseSnapshot(text.slice(0, end)).kind).toBe('fault');
      }),
    );
  });
});

function asObject(parts: {
  readonly kind: ClusterKindName;
  readonly name: string;
  readonly namespace: string;
  readonly spec: unknown;
}): ClusterObject {
  const { isNamespaced, group } = CLUSTER_KINDS[parts.kind];
  const metadata = { name: parts.name, ...(isNamespaced ? { namespace: parts.namespace } : {}) };
  return { apiVersion: group === '' ? 'v1' : `${group}/v2`, kind: parts.kind, metadata, spec: parts.spec };
}

function stateOf(objects: readonly ClusterObject[]): ClusterState {
  const byKind: Partial<Record<ClusterKindName, readonly ClusterObject[]>> = {};
  const seen = new Map<string, ClusterObject>();
  // Cluster-scoped objects of one name are one.
  for (const object of objects)
    seen.set(`${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
  const unique = [...seen.values()].filter(
    ({ kind, metadata }) =>
      objects.filter((other) => other.kind === kind && other.metadata.name === metadata.name).length === 1 ||
      metadata.namespace !== undefined,
  );
  for (const kind of CLUSTER_KIND_NAMES)
    byKind[kind] = sorted(unique.filter((object) => object.kind === kind));
  return { identity: { context: '', server: '' }, takenAt: '', objects: byKind, missing: [] };
}
