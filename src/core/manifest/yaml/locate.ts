import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Path } from '../../model/place.ts';
import { isMergeKey, keyOf } from './convert.ts';

/**
 * The offset of a field in a parsed document: of its key where it is an entry of a map, of its beginning where it
 * is an item of a list. Where the path leaves the document, or enters an alias, the last offset before that.
 */
export function offsetAt(root: unknown, path: Path): number {
  let node = root;
  let offset = startOf(root) ?? 0;
  for (const step of path) {
    const next = stepInto(node, step);
    if (next === undefined) return offset;
    offset = next.offset;
    node = next.node;
  }
  return offset;
}

interface Step {
  readonly offset: number;
  readonly node: unknown;
}

function stepInto(node: unknown, step: string | number): Step | undefined {
  if (isSeq(node)) {
    const item = typeof step === 'number' ? node.items[step] : undefined;
    const offset = startOf(item);
    return offset === undefined ? undefined : { offset, node: item };
  }
  if (!isMap(node)) return undefined;
  const name = String(step);
  let merge: Step | undefined;
  let found: Step | undefined;
  for (const { key, value } of node.items) {
    const offset = startOf(key);
    if (offset === undefined) continue;
    // A field that only a merge gives stands where the merge does. Of two equal keys the last one counts.
    if (isMergeKey(key)) merge ??= { offset, node: undefined };
    else if (isScalar(key) && keyOf(key) === name) found = { offset, node: value };
    else if (isAlias(key)) merge ??= { offset, node: undefined };
  }
  return found ?? merge;
}

function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
}
