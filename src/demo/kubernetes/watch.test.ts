import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonMap, textAt } from './json.ts';
import { readPage } from './reads.ts';
import { nameOf } from './store.ts';
import { namespaceObject, type TestRegistry, testRegistry } from './testing.ts';
import { type WatchEvent, watch } from './watch.ts';

const NAMES = ['a', 'b', 'c'] as const;
const step = fc.record({
  name: fc.constantFrom(...NAMES),
  tier: fc.constantFrom('x', 'y'),
  how: fc.constantFrom('put', 'delete'),
});
interface Step {
  readonly name: string;
  readonly tier: string;
  readonly how: string;
}

function play({ registry, create, patch, target }: TestRegistry, { name, tier, how }: Step): void {
  const where = target('Namespace', '', name);
  const isThere = registry.store.get('Namespace', '', name) !== undefined;
  if (how === 'delete' && isThere) registry.remove(where, null, { manager: 'test', isDryRun: false });
  if (how === 'delete') return;
  if (isThere) patch(where, 'merge', { metadata: { labels: { tier } } });
  else create('Namespace', namespaceObject(name, { tier }));
}

/** What somebody has who listed and then heard these. */
function followed(listed: readonly JsonMap[], events: readonly WatchEvent[]): ReadonlyMap<string, JsonMap> {
  const known = new Map(listed.map((object) => [nameOf(object), object]));
  for (const { type, object } of events) {
    if (type === 'DELETED') known.delete(nameOf(object));
    else if (type === 'ADDED' || type === 'MODIFIED') known.set(nameOf(object), object);
  }
  return known;
}

describe('a list and a watch from there', () => {
  it.each(['', 'tier=x'])('come to what is there, with selector "%s"', (labelSelector) => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 12 }),
        fc.array(step, { maxLength: 12 }),
        fc.nat(12),
        (before, after, late) => {
          const test = testRegistry();
          const { store } = test.registry;
          const scope = { kind: test.kind('Namespace'), namespace: '', name: '' };
          for (const one of before) play(test, one);
          const query = new URLSearchParams({ labelSelector });
          const { items, metadata } = readPage(store, scope, query);
          const events: WatchEvent[] = [];
          // Some changes come before the watch begins, and some while it is on.
          for (const one of after.slice(0, late)) play(test, one);
          const from = new URLSearchParams({
            labelSelector,
            resourceVersion: textAt(metadata, 'resourceVersion'),
          });
          const { stop } = watch(store, scope, from, (event) => events.push(event));
          for (const one of after.slice(late)) play(test, one);
          stop();
          const now = readPage(store, scope, query).items;
          expect(followed(items, events)).toEqual(new Map(now.map((object) => [nameOf(object), object])));
        },
      ),
    );
  });

  it('of any moment that is still known', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const test = testRegistry();
        const { store } = test.registry;
        const states = [{ version: store.version(), objects: store.list('Namespace') }];
        for (const one of steps) {
          play(test, one);
          states.push({ version: store.version(), objects: store.list('Namespace') });
        }
        for (const { version, objects } of states) expect(store.list('Namespace', version)).toEqual(objects);
      }),
    );
  });
});

describe('a watch', () => {
  it('tells of an object that begins or ceases to match', () => {
    const test = testRegistry();
    const { store } = test.registry;
    const scope = { kind: test.kind('Namespace'), namespace: '', name: '' };
    const seen: string[] = [];
    watch(store, scope, new URLSearchParams({ labelSelector: 'tier=x' }), ({ type, object }) => {
      seen.push(`${type} ${nameOf(object)}`);
    });
    for (const tier of ['x', 'y', 'y', 'x']) play(test, { name: 'a', tier, how: 'put' });
    play(test, { name: 'a', tier: 'x', how: 'delete' });
    expect(seen).toEqual(['ADDED a', 'DELETED a', 'ADDED a', 'DELETED a']);
  });

  it('begins with what is there where it is told to, and marks its end', () => {
    const test = testRegistry();
    play(test, { name: 'a', tier: 'x', how: 'put' });
    const seen: WatchEvent[] = [];
    const query = new URLSearchParams({ sendInitialEvents: 'true', allowWatchBookmarks: 'true' });
    watch(test.registry.store, { kind: test.kind('Namespace'), namespace: '', name: '' }, query, (event) =>
      seen.push(event),
    );
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(seen[1]?.object['metadata']).toMatchObject({
      annotations: { 'k8s.io/initial-events-end': 'true' },
    });
  });

  it('from a version that is not kept is told to list anew', () => {
    const test = testRegistry();
    play(test, { name: 'a', tier: 'x', how: 'put' });
    play(test, { name: 'b', tier: 'x', how: 'put' });
    test.registry.store.compact();
    const scope = { kind: test.kind('Namespace'), namespace: '', name: '' };
    const from = (resourceVersion: string) => () =>
      watch(test.registry.store, scope, new URLSearchParams({ resourceVersion }), () => undefined);
    expect(from('2')).toThrow('too old resource version: 2 (3)');
    expect(from('3')).not.toThrow();
    expect(from('x')).toThrow('Invalid value');
  });
});
