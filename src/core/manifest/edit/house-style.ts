import type { Quote } from './scalar-text.ts';
import { type Counts, mostCommon, type Tally, tally } from './style-tally.ts';
import type { TreeNode } from './tree.ts';

/** How the neighbours write things, so that new lines look like theirs. */
export interface HouseStyle {
  /** How much further in a map stands than the map that holds it. */
  readonly mapStep: number;
  /** How much further in a dash stands than the key of its list: often 2 or 0. */
  readonly dashStep: number;
  /** From a dash to what follows it. */
  readonly dashGap: number;
  readonly quote: Quote;
  readonly emptyMap: string;
  readonly emptySequence: string;
  /** Between a brace and what it holds. */
  readonly padding: string;
  /** After a comma and after a colon in flow collections. */
  readonly commaGap: string;
  readonly colonGap: string;
  /** Whether keys stand in quotes although they need not. */
  readonly quotesKeys: boolean;
  /** Whether the values of a key stand in quotes although they need not. */
  quotesValues(key: string): boolean;
}

/**
 * The style of the nearest scope that shows it.
 *
 * @param scopes the nearest neighbours first, then wider ones
 */
export function houseStyle(text: string, scopes: readonly TreeNode[]): HouseStyle {
  const tallies = lazily(scopes, (scope) => tally(text, scope));
  const first = <T>(pick: (tally: Tally) => Counts<T>, otherwise: T): T => {
    for (const each of tallies) {
      const usual = mostCommon(pick(each));
      if (usual !== undefined) return usual;
    }
    return otherwise;
  };
  return {
    mapStep: first((each) => each.mapStep, 2),
    dashStep: first((each) => each.dashStep, 2),
    dashGap: first((each) => each.dashGap, 2),
    quote: first<Quote>((each) => each.quote, '"'),
    emptyMap: first((each) => each.emptyMap, '{}'),
    emptySequence: first((each) => each.emptySequence, '[]'),
    padding: first((each) => each.padding, ''),
    commaGap: first((each) => each.commaGap, ' '),
    colonGap: first((each) => each.colonGap, ' '),
    quotesKeys: first<boolean>((each) => each.keyQuoted, false),
    quotesValues: (key) => {
      for (const each of tallies) {
        const usual =
          mostCommon(each.valueQuoted.get(key) ?? new Map<boolean, number>()) ??
          mostCommon(each.anyValueQuoted);
        if (usual !== undefined) return usual;
      }
      return false;
    },
  };
}

/** The wider scopes can be large, and are only looked at where the nearer ones show nothing. */
function lazily<From, To>(list: readonly From[], make: (each: From) => To): Iterable<To> {
  const made: To[] = [];
  return {
    *[Symbol.iterator](): Generator<To> {
      for (const [index, each] of list.entries()) yield (made[index] ??= make(each));
    },
  };
}
