import { describe, expect, it } from 'vitest';
import { filterFlags } from './index.ts';

function filtersOf(
  ...flags: readonly (readonly [
    name: 'namespace' | 'from-namespace' | 'to-namespace' | 'to-port',
    value: string,
  ])[]
) {
  const given = filterFlags();
  for (const [name, value] of flags) given.add(name, value);
  return given.filters().allow;
}

describe('a namespace beside the one at the far end, which Hubble refuses', () => {
  it('is where the flow comes from, or where it goes to', () => {
    const there = [{ sourcePod: ['shop/'], destinationPod: ['database/'] }];
    expect(filtersOf(['namespace', 'shop'], ['to-namespace', 'database'])).toMatchObject(there);
    expect(filtersOf(['to-namespace', 'database'], ['namespace', 'shop'])).toMatchObject(there);
    expect(filtersOf(['namespace', 'database'], ['from-namespace', 'shop'])).toMatchObject(there);
  });

  it('is refused beside both ends', () => {
    expect(() => filtersOf(['namespace', 'a'], ['from-namespace', 'b'], ['to-namespace', 'c'])).toThrow(
      /cannot be combined/,
    );
  });
});
