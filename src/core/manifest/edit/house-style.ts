import { isPlainWord, type Quote } from './scalar-text.ts';
import { keyText, type MapNode, type SequenceNode, type TreeNode, walk } from './tree.ts';

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
        const usual = mostCommon(each.valueQuoted.get(key) ?? NONE) ?? mostCommon(each.anyValueQuoted);
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

type Counts<T> = Map<T, number>;
const NONE: Counts<boolean> = new Map();

interface Tally {
  readonly mapStep: Counts<number>;
  readonly dashStep: Counts<number>;
  readonly dashGap: Counts<number>;
  readonly quote: Counts<Quote>;
  readonly emptyMap: Counts<string>;
  readonly emptySequence: Counts<string>;
  readonly padding: Counts<string>;
  readonly commaGap: Counts<string>;
  readonly colonGap: Counts<string>;
  readonly keyQuoted: Counts<boolean>;
  readonly anyValueQuoted: Counts<boolean>;
  readonly valueQuoted: Map<string, Counts<boolean>>;
}

function tally(text: string, scope: TreeNode): Tally {
  const counts: Tally = {
    mapStep: new Map(),
    dashStep: new Map(),
    dashGap: new Map(),
    quote: new Map(),
    emptyMap: new Map(),
    emptySequence: new Map(),
    padding: new Map(),
    commaGap: new Map(),
    colonGap: new Map(),
    keyQuoted: new Map(),
    anyValueQuoted: new Map(),
    valueQuoted: new Map(),
  };
  for (const node of walk(scope)) {
    if (node.kind === 'map') tallyMap(counts, text, node);
    else if (node.kind === 'sequence') tallySequence(counts, text, node, '');
  }
  return counts;
}

function tallyMap(counts: Tally, text: string, map: MapNode): void {
  if (map.layout === 'flow') tallyFlow(counts, text, map, map.entries);
  for (const entry of map.entries) {
    const key = keyText(entry);
    const { value } = entry;
    if (entry.key.kind === 'scalar') tallyQuotes(counts, entry.key, counts.keyQuoted);
    if (map.layout === 'flow' && entry.colonEnd !== undefined) {
      countGap(counts.colonGap, text.slice(entry.colonEnd, value.start));
    }
    if (map.layout === 'block' && value.kind === 'map' && value.layout === 'block') {
      count(counts.mapStep, value.indent - map.indent);
    }
    if (map.layout === 'block' && value.kind === 'sequence' && value.layout === 'block') {
      count(counts.dashStep, value.indent - map.indent);
    }
    if (key === undefined) continue;
    if (value.kind === 'scalar') tallyQuotes(counts, value, counts.anyValueQuoted, valueCounts(counts, key));
    if (value.kind === 'sequence') tallySequence(counts, text, value, key);
  }
}

function tallySequence(counts: Tally, text: string, sequence: SequenceNode, key: string): void {
  if (key !== '') {
    // Seen from its map: the items are the values of that key. The walk counts the rest.
    for (const { value } of sequence.items) {
      if (value.kind === 'scalar')
        tallyQuotes(counts, value, counts.anyValueQuoted, valueCounts(counts, key));
    }
    return;
  }
  if (sequence.layout === 'flow') {
    tallyFlow(counts, text, sequence, sequence.items);
    return;
  }
  for (const { start, value } of sequence.items) {
    if (value.kind === 'map' && value.layout === 'block')
      count(counts.dashGap, value.indent - sequence.indent);
    else if (value.kind === 'scalar' && value.style !== 'empty') count(counts.dashGap, value.start - start);
  }
}

function tallyFlow(
  counts: Tally,
  text: string,
  node: MapNode | SequenceNode,
  members: readonly { readonly start: number; readonly comma: number | undefined }[],
): void {
  const first = members[0];
  if (first === undefined) {
    const written = text.slice(node.start, node.end);
    if (/^(?:\{ ?\}|\[ ?\])$/.test(written)) {
      count(node.kind === 'map' ? counts.emptyMap : counts.emptySequence, written);
    }
    return;
  }
  countGap(counts.padding, text.slice(node.start + 1, first.start));
  for (const [index, member] of members.entries()) {
    const next = members[index + 1];
    if (member.comma === undefined || next === undefined) continue;
    countGap(counts.commaGap, text.slice(member.comma + 1, next.start));
  }
}

function tallyQuotes(
  counts: Tally,
  node: Extract<TreeNode, { readonly kind: 'scalar' }>,
  ...into: readonly Counts<boolean>[]
): void {
  const quoted = node.style === 'single' || node.style === 'double';
  if (quoted) count(counts.quote, node.style === 'single' ? "'" : '"');
  // Only a scalar that could do without quotes shows whether quotes are the habit.
  if (!quoted && node.style !== 'plain') return;
  if (!isPlainWord(node.content)) return;
  for (const each of into) count(each, quoted);
}

function valueCounts(counts: Tally, key: string): Counts<boolean> {
  const known = counts.valueQuoted.get(key);
  if (known !== undefined) return known;
  const fresh: Counts<boolean> = new Map();
  counts.valueQuoted.set(key, fresh);
  return fresh;
}

/** One space or none; line ends and columns are no habit. */
function countGap(counts: Counts<string>, gap: string): void {
  if (gap === '' || gap === ' ') count(counts, gap);
}

function count<T>(counts: Counts<T>, value: T): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

/** Of equally common ones, the first seen. */
function mostCommon<T>(counts: ReadonlyMap<T, number>): T | undefined {
  let best: T | undefined;
  let most = 0;
  for (const [value, times] of counts) {
    if (times > most) {
      best = value;
      most = times;
    }
  }
  return best;
}
