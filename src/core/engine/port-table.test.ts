import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROTOCOLS } from '../model/port.ts';
import {
  ALL_PORTS,
  intersectPorts,
  NO_PORTS,
  normalizeRanges,
  type PortSet,
  portsContain,
  portsKey,
  type Ranges,
  subtractPorts,
  unionPorts,
} from '../model/port-set.ts';
import { PortTable } from './port-table.ts';

describe('the table of port sets', () => {
  it('has each set once', () => {
    const table = new PortTable();
    expect(table.intern([...NO_PORTS])).toBe(table.none);
    expect(table.intern(ALL_PORTS.map((ranges) => [...ranges]))).toBe(table.all);
    const [first, again] = [table.intern(tcp([[80, 80]])), table.intern(tcp([[80, 80]]))];
    expect(again).toBe(first);
    expect(table.size).toBe(3);
  });

  it('joins, cuts and subtracts as the sets themselves do, at first and when it remembers', () => {
    fc.assert(
      fc.property(fc.array(portSet(), { minLength: 2, maxLength: 5 }), (sets) => {
        const table = new PortTable();
        const indices = [table.none, table.all, ...sets.map((set) => table.intern(set))];
        for (const a of [...indices, ...indices]) {
          for (const b of indices) {
            const [left, right] = [table.get(a), table.get(b)];
            expect(portsKey(table.get(table.union(a, b)))).toBe(portsKey(unionPorts(left, right)));
            expect(portsKey(table.get(table.intersection(a, b)))).toBe(portsKey(intersectPorts(left, right)));
            expect(portsKey(table.get(table.difference(a, b)))).toBe(portsKey(subtractPorts(left, right)));
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it('contains what the sets contain', () => {
    fc.assert(
      fc.property(portSet(), (set) => {
        const table = new PortTable();
        for (const index of [table.intern(set), table.none, table.all]) {
          for (const [i, protocol] of PROTOCOLS.entries()) {
            for (let port = 0; port < 35; port += 1) {
              const isReal = port === 0 || i < 5;
              if (isReal)
                expect(table.contains(index, i, port)).toBe(portsContain(table.get(index), protocol, port));
            }
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});

function tcp(pairs: readonly (readonly [number, number])[]): PortSet {
  const set: Ranges[] = [...NO_PORTS];
  set[0] = normalizeRanges(pairs);
  return set;
}

/** Some protocols empty, some full, some with ranges. */
function portSet(): fc.Arbitrary<PortSet> {
  const pairs = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 3 });
  const part = fc.oneof(pairs.map(normalizeRanges), fc.constantFrom<'all' | 'none'>('all', 'none'));
  return fc.tuple(part, part, part, part, part).map((parts) =>
    NO_PORTS.map((none, i) => {
      const chosen = parts[i] ?? 'none';
      return chosen === 'all' ? (ALL_PORTS[i] ?? none) : chosen === 'none' ? none : chosen;
    }),
  );
}
