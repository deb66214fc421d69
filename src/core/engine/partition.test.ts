import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Partition } from './partition.ts';

it('two items are in one class exactly when they began alike and are members of the same lists', () => {
  const lists = fc.array(fc.uniqueArray(fc.nat(11), { maxLength: 12 }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 12, maxLength: 12 }), lists, (initial, members) => {
      const partition = new Partition(Int32Array.from(initial));
      for (const list of members) partition.refine(list);
      const { classOf } = partition.finish();
      const signature = (item: number): string =>
        [initial[item], ...members.map((list) => list.includes(item))].join();
      for (let a = 0; a < 12; a += 1) {
        for (let b = 0; b < 12; b += 1) expect(classOf[a] === classOf[b]).toBe(signature(a) === signature(b));
      }
    }),
  );
});

it('numbers classes from 0 without gaps, and names the first item of each', () => {
  const partition = new Partition(Int32Array.from([0, 0, 0, 0, 0]));
  partition.refine([1, 3]);
  partition.refine([3, 4]);
  partition.refine([]);
  partition.refine([0, 1, 2, 3, 4]);
  const { classOf, count, firstOf } = partition.finish();
  expect([...classOf]).toEqual([0, 1, 0, 2, 3]);
  expect(count).toBe(4);
  expect(firstOf).toEqual([0, 1, 3, 4]);
});

it('has no class where there is no item', () => {
  expect(new Partition(new Int32Array(0)).finish()).toEqual({
    classOf: new Int32Array(0),
    count: 0,
    firstOf: [],
  });
});
