import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMap, isSame, type Json, type JsonMap } from './json.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch, strategicMergePatch } from './merge-patch.ts';
import { shapeOf } from './shape.ts';
import { ApiError } from './status.ts';
import { namespaceObject, testRegistry } from './testing.ts';

const POD = shapeOf('Pod');

describe('a JSON patch', () => {
  const object = { a: { b: [1, 2, 3], 'c/d': 'x' } };

  it.each<readonly [string, Json, Json]>([
    ['adds a member', [{ op: 'add', path: '/a/e', value: 1 }], { a: { b: [1, 2, 3], 'c/d': 'x', e: 1 } }],
    ['adds to a list', [{ op: 'add', path: '/a/b/1', value: 9 }], { a: { b: [1, 9, 2, 3], 'c/d': 'x' } }],
    ['adds at its end', [{ op: 'add', path: '/a/b/-', value: 9 }], { a: { b: [1, 2, 3, 9], 'c/d': 'x' } }],
    ['takes away', [{ op: 'remove', path: '/a/b/0' }], { a: { b: [2, 3], 'c/d': 'x' } }],
    [
      'replaces by an escaped name',
      [{ op: 'replace', path: '/a/c~1d', value: 'y' }],
      { a: { b: [1, 2, 3], 'c/d': 'y' } },
    ],
    ['moves', [{ op: 'move', from: '/a/b', path: '/b' }], { a: { 'c/d': 'x' }, b: [1, 2, 3] }],
    ['copies', [{ op: 'copy', from: '/a/b/0', path: '/b' }], { a: { b: [1, 2, 3], 'c/d': 'x' }, b: 1 }],
    ['tests', [{ op: 'test', path: '/a/b/0', value: 1 }], object],
  ])('%s', (_, patch, expected) => {
    expect(jsonPatch(object, patch)).toEqual(expected);
  });

  it.each<readonly [string, Json]>([
    ['a path that is not there', [{ op: 'remove', path: '/x' }]],
    ['an index that is not there', [{ op: 'add', path: '/a/b/9', value: 1 }]],
    ['a test that fails', [{ op: 'test', path: '/a/b/0', value: 2 }]],
    ['a step into a plain value', [{ op: 'add', path: '/a/c~1d/x', value: 2 }]],
    ['a prototype', [{ op: 'replace', path: '/__proto__/x', value: 2 }]],
    ['an operation without a value', [{ op: 'add', path: '/x' }]],
    ['what is no list', { op: 'add' }],
  ])('is refused for %s', (_, patch) => {
    expect(() => jsonPatch(object, patch)).toThrow(ApiError);
  });
});

describe('a merge patch', () => {
  it('follows the table of RFC 7386', () => {
    const rows: readonly (readonly [Json, Json, Json])[] = [
      [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
      [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
      [{ a: 'b' }, { a: null }, {}],
      [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
      [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
      [{ a: 'foo' }, 'bar', 'bar'],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [[1, 2], { a: 'b', c: null }, { a: 'b' }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, expected] of rows) expect(mergePatch(target, patch)).toEqual(expected);
  });

  it('leaves no null of the patch, and does the same twice', () => {
    const value = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<Json>(null, 1, 'x'),
        fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('json'), {
          noNullPrototype: true,
        }) as fc.Arbitrary<Json>,
      ),
    })).json;
    fc.assert(
      fc.property(value, value, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(isSame(mergePatch(once, patch), once)).toBe(true);
        if (isMap(patch))
          for (const key of Object.keys(patch)) expect(isMap(once) && once[key] === null).toBe(false);
      }),
    );
  });
});

describe('a strategic merge patch', () => {
  const containers = (...list: readonly JsonMap[]): JsonMap => ({ spec: { containers: list } });

  it('merges containers by name', () => {
    const pod = containers({ name: 'a', image: '1' }, { name: 'b', image: '1' });
    expect(strategicMergePatch(pod, containers({ name: 'b', image: '2' }, { name: 'c' }), POD)).toEqual(
      containers({ name: 'a', image: '1' }, { name: 'b', image: '2' }, { name: 'c' }),
    );
  });

  it('does what directives say', () => {
    const pod = containers({ name: 'a' }, { name: 'b' });
    expect(strategicMergePatch(pod, containers({ name: 'a', $patch: 'delete' }), POD)).toEqual(
      containers({ name: 'b' }),
    );
    expect(strategicMergePatch(pod, containers({ $patch: 'replace' }, { name: 'c' }), POD)).toEqual(
      containers({ name: 'c' }),
    );
    expect(
      strategicMergePatch({ data: { a: '1', b: '2' } }, { data: { $retainKeys: ['b', 'c'], c: '3' } }, POD),
    ).toEqual({
      data: { b: '2', c: '3' },
    });
    const finalized = { metadata: { finalizers: ['x', 'y'] } };
    expect(
      strategicMergePatch(finalized, { metadata: { '$deleteFromPrimitiveList/finalizers': ['x'] } }, POD),
    ).toEqual({
      metadata: { finalizers: ['y'] },
    });
    const order = {
      spec: {
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
        containers: [{ name: 'a', image: '2' }],
      },
    };
    expect(strategicMergePatch(pod, order, POD)).toEqual(
      containers({ name: 'b' }, { name: 'a', image: '2' }),
    );
  });

  it('replaces lists that have no key', () => {
    expect(strategicMergePatch({ spec: { tolerations: [1] } }, { spec: { tolerations: [2] } }, POD)).toEqual({
      spec: { tolerations: [2] },
    });
  });

  it('is refused for kinds of a CRD', () => {
    const { create, patch, target } = testRegistry();
    create('Namespace', namespaceObject('shop'));
    create('CiliumNetworkPolicy', { metadata: { namespace: 'shop', name: 'web' } });
    expect(() => patch(target('CiliumNetworkPolicy', 'shop', 'web'), 'strategic', {})).toThrow(
      'unknown format',
    );
  });
});

describe('any patch', () => {
  it('is whose fields it changed, under the name that kubectl gives', () => {
    const { create, patch, target } = testRegistry();
    create('Namespace', namespaceObject('shop', { a: '1', b: '1' }), 'maker');
    const where = target('Namespace', '', 'shop');
    patch(where, 'json', [{ op: 'replace', path: '/metadata/labels/a', value: '2' }], 'kubectl-patch');
    const object = patch(where, 'strategic', { metadata: { labels: { b: null } } }, 'kubectl-edit');
    expect(JSON.stringify(object['metadata'])).toContain('"f:a":{}');
    expect(JSON.stringify(object['metadata'])).not.toContain('"f:b":{}');
  });

  it('cannot make of an object another one', () => {
    const { create, patch, target } = testRegistry();
    create('Namespace', namespaceObject('shop'));
    const where = target('Namespace', '', 'shop');
    expect(() => patch(where, 'merge', { metadata: { name: 'other' } })).toThrow('does not match the name');
    expect(() => patch(where, 'merge', { kind: 'Pod' })).toThrow('does not match the expected API version');
    expect(() => patch(where, 'merge', { metadata: { labels: { 'a b': 'c' } } })).toThrow('is invalid');
    expect(() => patch(where, 'merge', { metadata: { resourceVersion: '1' } })).toThrow('has been modified');
  });
});
