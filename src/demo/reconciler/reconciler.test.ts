import { describe, expect, it } from 'vitest';
import { agentOptions } from '../../core/model/options.ts';
import type { SourceFile } from '../../core/model/repository.ts';
import { type JsonMap, mapAt } from '../kubernetes/json.ts';
import { servedKinds } from '../kubernetes/kinds.ts';
import { type TestRegistry, testRegistry } from '../kubernetes/testing.ts';
import { createReconciler, type Reconciliation } from './reconciler.ts';

interface Flux extends TestRegistry {
  /** What Git has from now on. */
  git(...documents: readonly string[]): void;
  reconcile(): Promise<Reconciliation>;
  labels(): JsonMap;
}

function flux(...documents: readonly string[]): Flux {
  const test = testRegistry();
  let files: readonly SourceFile[] = asFiles(documents);
  const reconciler = createReconciler({
    registry: test.registry,
    kinds: servedKinds(),
    files: () => Promise.resolve(files),
    readOptions: () => ({ agent: agentOptions() }),
  });
  return {
    ...test,
    reconcile: () => reconciler.reconcile(),
    git(...fresh) {
      files = asFiles(fresh);
    },
    labels() {
      const all = mapAt(test.registry.get(test.kind('Namespace'), '', 'shop'), 'metadata', 'labels');
      return Object.fromEntries(Object.entries(all).filter(([key]) => !key.includes('/')));
    },
  };
}

function asFiles(documents: readonly string[]): readonly SourceFile[] {
  return documents.map((text, i) => ({ path: `${i}.yaml`, text }));
}

function namespace(labels: string, annotations = '{}'): string {
  return `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  labels: ${labels}\n  annotations: ${annotations}\n`;
}

const POLICY = `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: web, namespace: shop }
spec: { endpointSelector: {} }
`;

function label(test: Flux, labels: JsonMap, manager = 'kubectl-label'): void {
  test.patch(test.target('Namespace', '', 'shop'), 'merge', { metadata: { labels } }, manager);
}

describe('Flux', () => {
  it('makes what Git has, and does nothing the second time', async () => {
    const test = flux(namespace('{ a: "1" }'), POLICY);
    const first = await test.reconcile();
    expect(first.created).toEqual(['Namespace//shop', 'CiliumNetworkPolicy/shop/web']);
    const version = test.registry.store.version();
    const second = await test.reconcile();
    expect([second.unchanged, second.configured]).toEqual([first.created, []]);
    expect(test.registry.store.version()).toBe(version);
  });

  it('writes on all of it whose it is', async () => {
    const test = flux(namespace('{}'));
    await test.reconcile();
    expect(test.registry.get(test.kind('Namespace'), '', 'shop')['metadata']).toMatchObject({
      labels: { 'kustomize.toolkit.fluxcd.io/name': 'flux-system' },
      managedFields: [{ manager: 'kustomize-controller', operation: 'Apply' }],
    });
  });

  it('takes away a label that kubectl wrote and Git does not have', async () => {
    const test = flux(namespace('{ a: "1" }'));
    await test.reconcile();
    label(test, { b: '2' });
    expect(test.labels()).toEqual({ a: '1', b: '2' });
    expect((await test.reconcile()).configured).toEqual(['Namespace//shop']);
    expect(test.labels()).toEqual({ a: '1' });
  });

  it('puts back a label that kubectl changed or took away', async () => {
    const test = flux(namespace('{ a: "1", c: "3" }'));
    await test.reconcile();
    label(test, { a: '2', c: null });
    await test.reconcile();
    expect(test.labels()).toEqual({ a: '1', c: '3' });
  });

  it('takes away what kubectl applied on the server too', async () => {
    const test = flux(namespace('{ a: "1" }'));
    await test.reconcile();
    test.apply('Namespace', { metadata: { name: 'shop', labels: { b: '2' } } }, 'kubectl');
    await test.reconcile();
    expect(test.labels()).toEqual({ a: '1' });
  });

  it('leaves what another applies, and what others than kubectl wrote', async () => {
    const test = flux(namespace('{ a: "1" }'));
    await test.reconcile();
    test.apply('Namespace', { metadata: { name: 'shop', labels: { b: '2' } } }, 'propolis');
    label(test, { c: '3' }, 'some-operator');
    await test.reconcile();
    expect(test.labels()).toEqual({ a: '1', b: '2', c: '3' });
  });

  it('removes what kubectl apply noted', async () => {
    const test = flux(namespace('{}'));
    const key = 'kubectl.kubernetes.io/last-applied-configuration';
    test.create(
      'Namespace',
      { metadata: { name: 'shop', annotations: { [key]: '{}' } } },
      'kubectl-client-side-apply',
    );
    await test.reconcile();
    expect(mapAt(test.registry.get(test.kind('Namespace'), '', 'shop'), 'metadata', 'annotations')).toEqual(
      {},
    );
  });

  it('leaves labels of kubectl where it is asked to merge', async () => {
    const test = flux(namespace('{ a: "1" }', '{ kustomize.toolkit.fluxcd.io/ssa: Merge }'));
    await test.reconcile();
    label(test, { a: '2', b: '2' });
    await test.reconcile();
    expect(test.labels()).toEqual({ a: '1', b: '2' });
  });

  it.each([
    ['IfNotPresent', '{ kustomize.toolkit.fluxcd.io/ssa: IfNotPresent }'],
    ['disabled', '{ kustomize.toolkit.fluxcd.io/reconcile: disabled }'],
  ])('does not touch what is there when told %s', async (word, annotations) => {
    const test = flux(namespace('{ a: "1" }', annotations));
    const first = await test.reconcile();
    expect(first.created).toEqual(word === 'IfNotPresent' ? ['Namespace//shop'] : []);
    if (word === 'disabled') return;
    label(test, { a: '2' });
    expect((await test.reconcile()).skipped).toEqual(['Namespace//shop']);
    expect(test.labels()).toEqual({ a: '2' });
  });

  it('lets alone what carries the mark in the cluster', async () => {
    const test = flux(namespace('{ a: "1" }'));
    await test.reconcile();
    const annotations = { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' };
    test.patch(
      test.target('Namespace', '', 'shop'),
      'merge',
      { metadata: { annotations } },
      'kubectl-annotate',
    );
    label(test, { a: '2' });
    expect((await test.reconcile()).skipped).toEqual(['Namespace//shop']);
    expect(test.labels()).toEqual({ a: '2' });
  });

  it('prunes what left Git, unless it is told not to', async () => {
    const kept = POLICY.replace(
      'namespace: shop',
      'namespace: shop, annotations: { kustomize.toolkit.fluxcd.io/prune: disabled }',
    );
    const test = flux(namespace('{}'), POLICY, kept.replace('name: web', 'name: kept'));
    await test.reconcile();
    test.git(namespace('{}'));
    const { pruned, skipped } = await test.reconcile();
    expect([pruned, skipped]).toEqual([['CiliumNetworkPolicy/shop/web'], ['CiliumNetworkPolicy/shop/kept']]);
    expect((await test.reconcile()).pruned).toEqual([]);
  });

  it('says what the API server refuses, and applies the rest', async () => {
    const test = flux(namespace('{ "a b": "1" }'), namespace('{}').replace('shop', 'other'));
    const { created, failed } = await test.reconcile();
    expect(created).toEqual(['Namespace//other']);
    expect(failed[0]?.object).toBe('Namespace//shop');
    expect(failed[0]?.message).toContain('a b');
  });
});
