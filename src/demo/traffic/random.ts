/** Numbers that look random and are the same in every run. */
export interface Random {
  /** From 0 up to, and without, 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  pick<T>(items: readonly T[]): T;
  /** Letters and digits as Kubernetes puts them into the names of pods. */
  suffix(length: number): string;
  uuid(): string;
}

const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const hex = (length: number): string => Array.from({ length }, () => integer(0, 15).toString(16)).join('');
  return {
    next,
    integer,
    pick: <T>(items: readonly T[]): T => items[integer(0, items.length - 1)] as T,
    suffix: (length) =>
      Array.from({ length }, () => SUFFIX_LETTERS[integer(0, SUFFIX_LETTERS.length - 1)]).join(''),
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  };
}
