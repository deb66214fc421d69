import { highestPort, PROTOCOLS } from '../model/port.ts';
import {
  ALL_PORTS,
  intersectPorts,
  NO_PORTS,
  type PortSet,
  portsKey,
  subtractPorts,
  unionPorts,
} from '../model/port-set.ts';

const PROTOCOL_COUNT = PROTOCOLS.length;
const KIND = { none: 0, all: 1, ranges: 2 } as const;

/** Every distinct port set once, so that sets are compared, joined and remembered by number. */
export class PortTable {
  readonly #byKey = new Map<string, number>();
  readonly #sets: PortSet[] = [];
  readonly #kinds: number[] = [];
  readonly #ranges: (Int32Array | undefined)[] = [];
  readonly #unions = new Map<number, number>();
  readonly #intersections = new Map<number, number>();
  readonly #differences = new Map<number, number>();
  readonly none: number;
  readonly all: number;

  constructor() {
    this.none = this.intern(NO_PORTS);
    this.all = this.intern(ALL_PORTS);
  }

  get size(): number {
    return this.#sets.length;
  }

  get(index: number): PortSet {
    return this.#sets[index] as PortSet;
  }

  intern(set: PortSet): number {
    const key = portsKey(set);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const index = this.#sets.length;
    this.#byKey.set(key, index);
    this.#sets.push(set);
    for (const [i, protocol] of PROTOCOLS.entries()) {
      const ranges = set[i] ?? [];
      const isAll = ranges.length === 2 && ranges[0] === 0 && ranges[1] === highestPort(protocol);
      this.#kinds.push(ranges.length === 0 ? KIND.none : isAll ? KIND.all : KIND.ranges);
      this.#ranges.push(ranges.length === 0 || isAll ? undefined : Int32Array.from(ranges));
    }
    return index;
  }

  union(a: number, b: number): number {
    if (a === b || b === this.none) return a;
    if (a === this.none) return b;
    if (a === this.all || b === this.all) return this.all;
    return remember(this.#unions, a < b ? pair(a, b) : pair(b, a), () =>
      this.intern(unionPorts(this.get(a), this.get(b))),
    );
  }

  intersection(a: number, b: number): number {
    if (a === b || b === this.all) return a;
    if (a === this.all) return b;
    if (a === this.none || b === this.none) return this.none;
    return remember(this.#intersections, a < b ? pair(a, b) : pair(b, a), () =>
      this.intern(intersectPorts(this.get(a), this.get(b))),
    );
  }

  /** What is in `a` and not in `b`. */
  difference(a: number, b: number): number {
    if (a === b || a === this.none || b === this.all) return this.none;
    if (b === this.none) return a;
    return remember(this.#differences, pair(a, b), () =>
      this.intern(subtractPorts(this.get(a), this.get(b))),
    );
  }

  /** `protocol` is an index into {@link PROTOCOLS}. */
  contains(index: number, protocol: number, port: number): boolean {
    const slot = index * PROTOCOL_COUNT + protocol;
    const kind = this.#kinds[slot];
    if (kind === KIND.none) return false;
    if (kind === KIND.all) return true;
    const ranges = this.#ranges[slot] as Int32Array;
    for (let i = 0; i < ranges.length; i += 2) {
      if (port < (ranges[i] as number)) return false;
      if (port <= (ranges[i + 1] as number)) return true;
    }
    return false;
  }
}

/** Two numbers as one key: both stay far below 2^26. */
function pair(a: number, b: number): number {
  return a * 0x4000000 + b;
}

function remember(memo: Map<number, number>, key: number, compute: () => number): number {
  let value = memo.get(key);
  if (value === undefined) memo.set(key, (value = compute()));
  return value;
}
