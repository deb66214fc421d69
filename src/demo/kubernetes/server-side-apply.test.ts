import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, type JsonMap, listAt, mapAt, textAt } from './json.ts';
import { ApiError } from './status.ts';
import { namespaceObject, type TestRegistry, testRegistry } from './testing.ts';

function labelsOf(object: JsonMap): JsonMap {
  const { 'kubernetes.io/metadata.name': _, ...labels } = mapAt(object, 'metadata', 'labels');
  return labels;
}

/** Who owns which labels, by operation and name. */
function ownersOf(object: JsonMap): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    listAt(object, 'metadata', 'managedFields').map((entry) => [
      `${textAt(entry, 'operation')} ${textAt(entry, 'manager')}`,
      Object.keys(mapAt(entry, 'fieldsV1', 'f:metadata', 'f:labels'))
        .filter((key) => key !== '.' && key !== 'f:kubernetes.io/metadata.name')
        .map((key) => key.slice(2)),
    ]),
  );
}

function refusalOf(act: () => unknown): ApiError {
  try {
    act();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('server-side apply', () => {
  it('makes what is not there, and owns what it gave', () => {
    const { apply } = testRegistry();
    const made = apply('Namespace', namespaceObject('shop', { a: '1' }), 'flux');
    expect(labelsOf(made)).toEqual({ a: '1' });
    expect(ownersOf(made)).toEqual({ 'Apply flux': ['a'] });
  });

  it('takes away what it gave before and gives no more', () => {
    const { apply } = testRegistry();
    apply('Namespace', namespaceObject('shop', { a: '1', b: '2' }), 'flux');
    expect(labelsOf(apply('Namespace', namespaceObject('shop', { a: '1' }), 'flux'))).toEqual({ a: '1' });
  });

  it('leaves what others own, and what both do', () => {
    const { apply, patch, target } = testRegistry();
    apply('Namespace', namespaceObject('shop', { a: '1', b: '2' }), 'flux');
    patch(target('Namespace', '', 'shop'), 'merge', { metadata: { labels: { c: '3' } } }, 'kubectl-label');
    apply('Namespace', namespaceObject('shop', { b: '2' }), 'other');
    const left = apply('Namespace', namespaceObject('shop'), 'flux');
    expect(labelsOf(left)).toEqual({ b: '2', c: '3' });
    expect(ownersOf(left)).toMatchObject({ 'Apply other': ['b'], 'Update kubectl-label': ['c'] });
  });

  it('refuses to change what another owns, in the words of the API server', () => {
    const { apply, patch, target } = testRegistry();
    apply('Namespace', namespaceObject('shop', { a: '1' }), 'flux');
    patch(target('Namespace', '', 'shop'), 'merge', { metadata: { labels: { a: '2' } } }, 'kubectl-label');
    const refused = refusalOf(() => apply('Namespace', namespaceObject('shop', { a: '3' }), 'flux'));
    expect([refused.code, refused.message]).toEqual([
      409,
      'Apply failed with 1 conflict: conflict with "kubectl-label" using v1: .metadata.labels.a',
    ]);
    expect(at(refused.status, 'details', 'causes')).toEqual([
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-label" using v1',
        field: '.metadata.labels.a',
      },
    ]);
    const forced = apply('Namespace', namespaceObject('shop', { a: '3' }), 'flux', true);
    expect(ownersOf(forced)).toEqual({ 'Apply flux': ['a'] });
  });

  it('lists all conflicts by manager', () => {
    const { apply } = testRegistry();
    apply('Namespace', namespaceObject('shop', { a: '1' }), 'one');
    apply('Namespace', namespaceObject('shop', { b: '1' }), 'two');
    const refused = refusalOf(() => apply('Namespace', namespaceObject('shop', { a: '2', b: '2' }), 'three'));
    expect(refused.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .metadata.labels.a\nconflicts with "two":\n- .metadata.labels.b',
    );
  });

  it('tells items of a list apart by their keys, and owns a list without keys as one', () => {
    const { apply, create } = testRegistry();
    create('Namespace', namespaceObject('shop'));
    const service = (ports: readonly JsonMap[]): JsonMap => ({
      metadata: { namespace: 'shop', name: 'web' },
      spec: { ports },
    });
    apply('Service', service([{ port: 80, name: 'http' }]), 'one');
    const both = apply('Service', service([{ port: 443, name: 'https' }]), 'two');
    expect(listAt(both, 'spec', 'ports').map((port) => at(port, 'port'))).toEqual([80, 443]);
    const left = apply('Service', service([]), 'one');
    expect(listAt(left, 'spec', 'ports').map((port) => at(port, 'port'))).toEqual([443]);

    const policy = (ingress: readonly JsonMap[]): JsonMap => ({
      metadata: { namespace: 'shop', name: 'web' },
      spec: { endpointSelector: {}, ingress },
    });
    apply('CiliumNetworkPolicy', policy([{ fromEntities: ['health'] }]), 'one');
    const refused = refusalOf(() =>
      apply('CiliumNetworkPolicy', policy([{ fromEntities: ['world'] }]), 'two'),
    );
    expect(refused.message).toBe('Apply failed with 1 conflict: conflict with "one": .spec.ingress');
  });

  it('gives what nobody applied yet to before-first-apply', () => {
    const { apply, create, patch, registry, target } = testRegistry();
    create('Namespace', namespaceObject('shop', { a: '1' }));
    const where = target('Namespace', '', 'shop');
    patch(where, 'merge', { metadata: { managedFields: [{}] } });
    patch(where, 'merge', { metadata: { labels: { b: '2' } } });
    expect(ownersOf(registry.get(where.kind, '', 'shop'))).toEqual({});
    expect(ownersOf(apply('Namespace', namespaceObject('shop', { a: '1' }), 'flux'))).toEqual({
      'Apply flux': ['a'],
      'Update before-first-apply': ['a', 'b'],
    });
  });

  it('changes nothing in a dry run', () => {
    const { create, registry, target } = testRegistry();
    create('Namespace', namespaceObject('shop', { a: '1' }));
    const before = registry.store.version();
    const { object } = registry.patch(
      target('Namespace', '', 'shop'),
      { form: 'apply', body: namespaceObject('shop', { b: '2' }), isForced: false },
      { manager: 'flux', isDryRun: true },
    );
    expect(labelsOf(object)).toEqual({ a: '1', b: '2' });
    expect(registry.store.version()).toBe(before);
  });

  it('writes the status by itself, and nothing else with it', () => {
    const { apply, create, kind, registry } = testRegistry();
    create('Namespace', namespaceObject('shop'));
    const policy = { metadata: { namespace: 'shop', name: 'web' }, spec: { endpointSelector: {} } };
    apply('CiliumNetworkPolicy', { ...policy, status: { conditions: [] } }, 'flux');
    const status = { conditions: [{ type: 'Valid', status: 'True' }] };
    const { object } = registry.patch(
      { kind: kind('CiliumNetworkPolicy'), namespace: 'shop', name: 'web', subresource: 'status' },
      { form: 'merge', body: { status, spec: { description: 'no' } }, isForced: false },
      { manager: 'operator', isDryRun: false },
    );
    expect([object['status'], object['spec']]).toEqual([status, policy.spec]);
    expect(at(object, 'metadata', 'generation')).toBe(1);
    expect(apply('CiliumNetworkPolicy', policy, 'flux')['status']).toEqual(status);
  });
});

const KEYS = ['a', 'b', 'c', 'd'] as const;
const labels = fc.dictionary(fc.constantFrom(...KEYS), fc.constantFrom('1', '2'), { noNullPrototype: true });
const step = fc.record({
  manager: fc.constantFrom('one', 'two', 'kubectl'),
  how: fc.constantFrom('apply', 'force', 'merge'),
  labels,
  gone: fc.subarray([...KEYS]),
});
interface Step {
  readonly manager: string;
  readonly how: string;
  /** Labels that a merge takes away. */
  readonly gone?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

function play(
  { apply, patch, target }: TestRegistry,
  { manager, how, labels: given, gone = [] }: Step,
): boolean {
  try {
    if (how === 'merge')
      patch(
        target('Namespace', '', 'shop'),
        'merge',
        { metadata: { labels: { ...given, ...nulls(gone) } } },
        manager,
      );
    else apply('Namespace', namespaceObject('shop', given), manager, how === 'force');
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return false;
    throw error;
  }
}

function nulls(keys: readonly string[]): JsonMap {
  return Object.fromEntries(keys.map((key) => [key, null]));
}

function begun(steps: readonly Step[]): TestRegistry {
  const registry = testRegistry();
  registry.create('Namespace', namespaceObject('shop', { a: '1' }), 'somebody');
  for (const one of steps) play(registry, one);
  return registry;
}

function now(registry: TestRegistry): JsonMap {
  return registry.registry.get(registry.kind('Namespace'), '', 'shop');
}

describe('whatever was done before', () => {
  it('the same apply again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), labels, (steps, given) => {
        const registry = begun(steps);
        const once = registry.apply('Namespace', namespaceObject('shop', given), 'flux', true);
        const twice = registry.apply('Namespace', namespaceObject('shop', given), 'flux');
        expect(twice).toBe(once);
      }),
    );
  });

  it('to apply and then give it up leaves what others had', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), labels, (steps, given) => {
        const registry = begun(steps);
        const before = now(registry);
        const isTaken = !play(registry, { manager: 'flux', how: 'apply', labels: given });
        const after = registry.apply('Namespace', { metadata: { name: 'shop' } }, 'flux');
        if (!isTaken)
          expect([labelsOf(after), ownersOf(after)]).toEqual([labelsOf(before), { ...ownersOf(before) }]);
        expect(labelsOf(after)).toEqual(labelsOf(before));
      }),
    );
  });

  it('of two who want different values each is in the other’s way', () => {
    fc.assert(
      fc.property(labels, labels, (mine, yours) => {
        const inOrder = [mine, yours].map((first, i) => {
          const registry = testRegistry();
          registry.apply('Namespace', namespaceObject('shop', first), 'first');
          return play(registry, { manager: 'second', how: 'apply', labels: i === 0 ? yours : mine });
        });
        const isAtOdds = Object.entries(mine).some(([key, value]) => (yours[key] ?? value) !== value);
        expect(inOrder).toEqual([!isAtOdds, !isAtOdds]);
      }),
    );
  });

  it('everything that somebody owns is there', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const object = now(begun(steps));
        const there = new Set(Object.keys(labelsOf(object)));
        const owned = Object.values(ownersOf(object)).flat();
        expect(owned.filter((key) => !there.has(key))).toEqual([]);
        // Nothing is without an owner either: it came by somebody.
        expect([...there].filter((key) => !owned.includes(key))).toEqual([]);
      }),
    );
  });
});
