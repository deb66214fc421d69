import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/lib/runs.ts';
import { highestPort, PROTOCOLS, type Protocol } from './port.ts';
import {
  ALL_PORTS,
  everyPort,
  intersectPorts,
  isAllPorts,
  isNoPorts,
  NO_PORTS,
  normalizeRanges,
  type PortSet,
  pairsOf,
  portCount,
  portsContain,
  portsKey,
  protocolIndex,
  type Ranges,
  rangesContain,
  subtractPorts,
  unionPorts,
} from './port-set.ts';

describe('ranges', () => {
  it.each([
    [
      'overlap',
      [
        [1, 5],
        [3, 9],
      ],
      [1, 9],
    ],
    [
      'touch',
      [
        [1, 5],
        [6, 9],
      ],
      [1, 9],
    ],
    [
      'lie apart',
      [
        [1, 5],
        [7, 9],
      ],
      [1, 5, 7, 9],
    ],
    [
      'are one within the other',
      [
        [1, 9],
        [3, 4],
      ],
      [1, 9],
    ],
    [
      'are unsorted',
      [
        [7, 9],
        [1, 2],
      ],
      [1, 2, 7, 9],
    ],
    [
      'are upside down, which is none',
      [
        [5, 4],
        [1, 1],
      ],
      [1, 1],
    ],
    ['are none', [], []],
  ] as const)('that %s', (_how, pairs, expected) => {
    expect(normalizeRanges(pairs)).toEqual(expected);
  });
});

describe('sets of ports against sets of numbers', () => {
  const operations = [
    ['union', unionPorts, (a: boolean, b: boolean) => a || b],
    ['intersection', intersectPorts, (a: boolean, b: boolean) => a && b],
    ['difference', subtractPorts, (a: boolean, b: boolean) => a && !b],
  ] as const;

  it.each(operations)('%s has the numbers that it should', (_name, operate, expected) => {
    fc.assert(
      fc.property(portSet(), portSet(), (a, b) => {
        const result = operate(a, b);
        expect(isNormal(result)).toBe(true);
        for (const [protocol, port] of UNIVERSE) {
          expect(portsContain(result, protocol, port)).toBe(
            expected(portsContain(a, protocol, port), portsContain(b, protocol, port)),
          );
        }
      }),
      runs(200),
    );
  });

  it('normal ranges hold exactly the numbers of the pairs', () => {
    fc.assert(
      fc.property(pairs(), (list) => {
        const ranges = normalizeRanges(list);
        for (let port = 0; port <= HIGH + 1; port += 1) {
          expect(rangesContain(ranges, port)).toBe(list.some(([low, high]) => low <= port && port <= high));
        }
        expect(normalizeRanges(pairsOf(ranges))).toEqual(ranges);
      }),
    );
  });

  it('two sets have one key exactly when they hold the same', () => {
    fc.assert(
      fc.property(portSet(), portSet(), (a, b) => {
        const isSame = UNIVERSE.every(
          ([protocol, port]) => portsContain(a, protocol, port) === portsContain(b, protocol, port),
        );
        expect(portsKey(a) === portsKey(b)).toBe(isSame);
      }),
    );
  });

  it('counts its numbers', () => {
    fc.assert(
      fc.property(portSet(), (set) => {
        expect(portCount(set)).toBe(
          UNIVERSE.filter(([protocol, port]) => portsContain(set, protocol, port)).length,
        );
      }),
    );
  });
});

describe('all and none', () => {
  it('all has the highest port of every protocol, and no higher', () => {
    for (const protocol of PROTOCOLS) {
      expect(portsContain(ALL_PORTS, protocol, highestPort(protocol))).toBe(true);
      expect(portsContain(ALL_PORTS, protocol, highestPort(protocol) + 1)).toBe(false);
      expect(everyPort(protocol)).toEqual([0, highestPort(protocol)]);
    }
    expect(portCount(ALL_PORTS)).toBe(3 * 65_536 + 2 * 256 + 7);
  });

  it('are known when they are made anew', () => {
    fc.assert(
      fc.property(portSet(), (set) => {
        const rest = subtractPorts(ALL_PORTS, set);
        expect(isAllPorts(unionPorts(rest, set))).toBe(true);
        expect(isNoPorts(intersectPorts(rest, set))).toBe(true);
        expect(isNoPorts(subtractPorts(set, ALL_PORTS))).toBe(true);
        expect(unionPorts(set, NO_PORTS)).toEqual(set);
        expect(isAllPorts(set)).toBe(false);
      }),
    );
  });
});

/** Sets within the first numbers, and one above the ICMP types' end, so that none of them is all. */
const HIGH = 40;
const UNIVERSE: readonly (readonly [Protocol, number])[] = (['TCP', 'UDP', 'ICMP'] as const).flatMap(
  (protocol) => Array.from({ length: HIGH + 2 }, (_, port) => [protocol, port] as const),
);

function pairs(): fc.Arbitrary<readonly (readonly [number, number])[]> {
  return fc.array(fc.tuple(fc.nat(HIGH), fc.nat(HIGH)), { maxLength: 5 });
}

function portSet(): fc.Arbitrary<PortSet> {
  return fc.tuple(pairs(), pairs(), pairs()).map(([tcp, udp, icmp]) => {
    const set: Ranges[] = [...NO_PORTS];
    set[protocolIndex('TCP')] = normalizeRanges(tcp);
    set[protocolIndex('UDP')] = normalizeRanges(udp);
    set[protocolIndex('ICMP')] = normalizeRanges(icmp);
    return set;
  });
}

/** Sorted, apart, never touching. */
function isNormal(set: PortSet): boolean {
  return set.every((ranges) => {
    const list = pairsOf(ranges);
    return list.every(([low, high], i) => low <= high && (i === 0 || low > (list[i - 1]?.[1] ?? 0) + 1));
  });
}
