/**
 * Splits items into classes by membership: two items are in one class exactly when they are members of the same
 * lists (and began in the same class). Each list costs its own length.
 */
export class Partition {
  readonly #classOf: Int32Array;
  #count: number;

  /** `initial` gives each item the class that it begins in, as numbers from 0. */
  constructor(initial: Int32Array) {
    this.#classOf = initial;
    this.#count = initial.reduce((most, value) => Math.max(most, value + 1), 0);
  }

  /** Splits every class into those of its items that are members and those that are not. */
  refine(members: Iterable<number>): void {
    const split = new Map<number, number>();
    for (const member of members) {
      const old = this.#classOf[member] as number;
      let next = split.get(old);
      if (next === undefined) {
        next = this.#count;
        this.#count += 1;
        split.set(old, next);
      }
      this.#classOf[member] = next;
    }
  }

  /** Classes numbered from 0 without gaps, in the order of their first items. */
  finish(): { readonly classOf: Int32Array; readonly count: number; readonly firstOf: readonly number[] } {
    const dense = new Int32Array(this.#count).fill(-1);
    const firstOf: number[] = [];
    for (let item = 0; item < this.#classOf.length; item += 1) {
      const old = this.#classOf[item] as number;
      if (dense[old] === -1) {
        dense[old] = firstOf.length;
        firstOf.push(item);
      }
      this.#classOf[item] = dense[old] as number;
    }
    return { classOf: this.#classOf, count: firstOf.length, firstOf };
  }
}
