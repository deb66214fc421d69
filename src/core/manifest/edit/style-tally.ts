import { isPlainWord, type Quote } from './scalar-text.ts';
import { keyText, type MapNode, type SequenceNode, type TreeNode, walk } from './tree.ts';

/** How often each way was seen. */
export type Counts<T> = Map<T, number>;

/** How a piece of a text is written. */
export interface Tally {
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

export function tally(text: string, scope: TreeNode): Tally {
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
export function mostCommon<T>(counts: ReadonlyMap<T, number>): T | undefined {
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
