import { highestPort, PROTOCOLS, type Protocol } from './port.ts';

/**
 * Inclusive ranges as a flat list `[low, high, low, high, …]`: sorted, apart, never touching. So two sets are
 * equal exactly when their lists are.
 */
export type Ranges = readonly number[];

/** A set of ports for each protocol, in the order of {@link PROTOCOLS}. ICMP types count as ports. */
export type PortSet = readonly Ranges[];

const NOTHING: Ranges = [];
const EVERYTHING: readonly Ranges[] = PROTOCOLS.map((protocol) => [0, highestPort(protocol)]);

export const NO_PORTS: PortSet = PROTOCOLS.map(() => NOTHING);
export const ALL_PORTS: PortSet = EVERYTHING;

export function protocolIndex(protocol: Protocol): number {
  return PROTOCOLS.indexOf(protocol);
}

/** All ports of one protocol. */
export function everyPort(protocol: Protocol): Ranges {
  return EVERYTHING[protocolIndex(protocol)] ?? NOTHING;
}

/** Sorts and joins ranges in any order, overlapping or touching. Pairs with low above high are left out. */
export function normalizeRanges(pairs: readonly (readonly [low: number, high: number])[]): Ranges {
  const sorted = pairs.filter(([low, high]) => low <= high).sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [low, high] of sorted) {
    const last = out.length - 1;
    const end = out[last];
    if (end !== undefined && low <= end + 1) out[last] = Math.max(end, high);
    else out.push(low, high);
  }
  return out;
}

export function unionRanges(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return normalizeRanges([...pairsOf(a), ...pairsOf(b)]);
}

export function intersectRanges(a: Ranges, b: Ranges): Ranges {
  const out: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = Math.max(at(a, i), at(b, j));
    const high = Math.min(at(a, i + 1), at(b, j + 1));
    if (low <= high) out.push(low, high);
    if (at(a, i + 1) < at(b, j + 1)) i += 2;
    else j += 2;
  }
  return out;
}

export function subtractRanges(a: Ranges, b: Ranges): Ranges {
  if (b.length === 0 || a.length === 0) return a;
  const out: number[] = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let low = at(a, i);
    const high = at(a, i + 1);
    while (j < b.length && at(b, j + 1) < low) j += 2;
    for (let k = j; k < b.length && at(b, k) <= high; k += 2) {
      if (at(b, k) > low) out.push(low, at(b, k) - 1);
      low = at(b, k + 1) + 1;
    }
    if (low <= high) out.push(low, high);
  }
  return out;
}

export function rangesContain(ranges: Ranges, port: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (port < at(ranges, i)) return false;
    if (port <= at(ranges, i + 1)) return true;
  }
  return false;
}

export function unionPorts(a: PortSet, b: PortSet): PortSet {
  return a.map((ranges, i) => unionRanges(ranges, b[i] ?? NOTHING));
}

export function intersectPorts(a: PortSet, b: PortSet): PortSet {
  if (a === ALL_PORTS) return b;
  if (b === ALL_PORTS) return a;
  return a.map((ranges, i) => intersectRanges(ranges, b[i] ?? NOTHING));
}

/** What is in `a` and not in `b`. */
export function subtractPorts(a: PortSet, b: PortSet): PortSet {
  return a.map((ranges, i) => subtractRanges(ranges, b[i] ?? NOTHING));
}

export function portsContain(set: PortSet, protocol: Protocol, port: number): boolean {
  return rangesContain(set[protocolIndex(protocol)] ?? NOTHING, port);
}

export function isNoPorts(set: PortSet): boolean {
  return set.every((ranges) => ranges.length === 0);
}

export function isAllPorts(set: PortSet): boolean {
  return set === ALL_PORTS || portsKey(set) === portsKey(ALL_PORTS);
}

/** One text for one set: equal sets, equal keys. */
export function portsKey(set: PortSet): string {
  return set.map((ranges) => ranges.join(',')).join(';');
}

export function pairsOf(ranges: Ranges): readonly (readonly [low: number, high: number])[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([at(ranges, i), at(ranges, i + 1)]);
  return pairs;
}

function at(ranges: Ranges, i: number): number {
  return ranges[i] as number;
}

/** How many ports a set has, over all protocols. */
export function portCount(set: PortSet): number {
  return set.reduce(
    (sum, ranges) => sum + pairsOf(ranges).reduce((count, [low, high]) => count + high - low + 1, 0),
    0,
  );
}
