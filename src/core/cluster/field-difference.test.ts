import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalText, fieldDifference } from './field-difference.ts';

describe('fieldDifference', () => {
  it('names the first field with both values', () => {
    const a = { spec: { egress: [{ toPorts: [{ ports: [{ port: '80' }] }] }] } };
    const b = { spec: { egress: [{ toPorts: [{ ports: [{ port: '443' }] }] }] } };
    expect(fieldDifference(a, b)).toEqual({
      path: ['spec', 'egress', 0, 'toPorts', 0, 'ports', 0, 'port'],
      first: '80',
      second: '443',
    });
  });

  it('sets aside what both have, whatever the order of items and keys', () => {
    expect(
      fieldDifference({ a: [1, { b: 2, c: 3 }], d: 4 }, { d: 4, a: [{ c: 3, b: 2 }, 1] }),
    ).toBeUndefined();
    expect(fieldDifference([1, 2, 3], [3, 1])).toEqual({ path: [1], first: 2, second: undefined });
    expect(fieldDifference([1], [1, 1])).toEqual({ path: [0], first: undefined, second: 1 });
  });

  it('takes an absent field and an undefined one for the same', () => {
    expect(fieldDifference({ a: undefined }, {})).toBeUndefined();
    expect(fieldDifference({}, { a: [] })).toEqual({ path: ['a'], first: undefined, second: [] });
  });

  it('says nothing of what is not known', () => {
    const isUnknown = (value: unknown): boolean => value === '?';
    expect(fieldDifference({ a: '?', b: 1 }, { a: 5, b: 1 }, isUnknown)).toBeUndefined();
  });

  it('finds one exactly where the canonical texts differ', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
        expect(fieldDifference(a, a)).toBeUndefined();
        expect(fieldDifference(a, b) === undefined).toBe(canonicalText(a) === canonicalText(b));
      }),
    );
  });
});
