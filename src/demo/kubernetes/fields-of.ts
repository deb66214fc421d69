import { EMPTY, type FieldSet, keyStep, LEAF, memberStep, union, valueStep } from './field-set.ts';
import { isList, isMap, isSame, type Json } from './json.ts';
import { fieldShape, itemShape, keyOf, type Shape } from './shape.ts';

/** The paths that somebody who applies this value owns (structured-merge-diff v4, typed/tofieldset.go). */
export function fieldsOf(value: Json, shape: Shape): FieldSet {
  const parts = partsOf(value, shape);
  if (parts === undefined) return LEAF;
  const isListItem = isList(value);
  const children = new Map<string, FieldSet>();
  for (const [step, part] of parts) {
    const inner = fieldsOf(part.value, part.shape);
    children.set(step, isListItem ? { ...inner, isMember: true } : inner);
  }
  return { isMember: parts.size === 0, children };
}

/** What differs between two values: paths by what became of them. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** @param before undefined where there was nothing */
export function compare(before: Json | undefined, after: Json | undefined, shape: Shape): Comparison {
  if (before === undefined && after === undefined) return NO_CHANGE;
  if (before === undefined) return { ...NO_CHANGE, added: everyFieldOf(after ?? null, shape) };
  if (after === undefined) return { ...NO_CHANGE, removed: everyFieldOf(before, shape) };
  const [old, fresh] = [partsOf(before, shape), partsOf(after, shape)];
  if (old === undefined || fresh === undefined || isList(before) !== isList(after)) {
    return isSame(before, after) ? NO_CHANGE : { ...NO_CHANGE, modified: LEAF };
  }
  let result = NO_CHANGE;
  for (const step of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(step), fresh.get(step)];
    const inner = compare(was?.value, is?.value, (was ?? is)?.shape ?? shape);
    result = {
      added: below(result.added, step, inner.added),
      modified: below(result.modified, step, inner.modified),
      removed: below(result.removed, step, inner.removed),
    };
  }
  return result;
}

const NO_CHANGE: Comparison = { added: EMPTY, modified: EMPTY, removed: EMPTY };

function below(set: FieldSet, step: string, inner: FieldSet): FieldSet {
  if (!inner.isMember && inner.children.size === 0) return set;
  return union(set, { isMember: false, children: new Map([[step, inner]]) });
}

/** All paths of a value, maps and lists on the way among them. */
function everyFieldOf(value: Json, shape: Shape): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [step, part] of partsOf(value, shape) ?? [])
    children.set(step, everyFieldOf(part.value, part.shape));
  return { isMember: true, children };
}

/** A part of a value that somebody may own for himself. */
export interface Part {
  readonly value: Json;
  readonly shape: Shape;
}

/** The parts by their step; undefined where the value is one. Of items with the same key the last counts. */
export function partsOf(value: Json, shape: Shape): ReadonlyMap<string, Part> | undefined {
  if (shape.isAtomic === true) return undefined;
  if (isMap(value)) {
    return new Map(
      Object.entries(value).map(([key, item]) => [
        memberStep(key),
        { value: item, shape: fieldShape(shape, key) },
      ]),
    );
  }
  if (!isList(value) || (shape.keys === undefined && shape.isSet !== true)) return undefined;
  return new Map(value.map((item) => [stepOf(item, shape), { value: item, shape: itemShape(shape) }]));
}

/** How an item of a list with keys, or of a set, is told apart. */
export function stepOf(item: Json, shape: Shape): string {
  const key = shape.keys === undefined ? undefined : keyOf(shape, item);
  return key === undefined ? valueStep(item) : keyStep(key);
}
