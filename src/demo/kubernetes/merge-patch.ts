import { isList, isMap, isSame, type Json, member } from './json.ts';
import { fieldShape, itemShape, type Shape } from './shape.ts';
import { badRequest } from './status.ts';

/** RFC 7386: maps are merged, `null` takes away, all else replaces. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const merged = new Map(isMap(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

const DIRECTIVE = '$patch';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';
const RETAIN = '$retainKeys';

/**
 * Kubernetes' strategic merge patch (apimachinery, util/strategicpatch): like a merge patch, but lists whose items
 * have a key are merged by it, with `$patch: delete|replace|merge`, `$deleteFromPrimitiveList/…`,
 * `$setElementOrder/…` and `$retainKeys`.
 */
export function strategicMergePatch(target: Json | undefined, patch: Json, shape: Shape): Json {
  if (!isMap(patch)) return patch;
  const directive = member(patch, DIRECTIVE);
  if (directive === 'delete') return {};
  const isReplaced = directive === 'replace';
  const merged = new Map(isMap(target) && !isReplaced ? Object.entries(target) : []);
  const retained = member(patch, RETAIN);
  if (isList(retained)) {
    for (const key of merged.keys()) if (!retained.includes(key)) merged.delete(key);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER)) continue;
    if (key.startsWith(DELETE_FROM)) {
      const name = key.slice(DELETE_FROM.length);
      merged.set(name, withoutItems(merged.get(name), value));
    } else if (value === null) {
      merged.delete(key);
    } else {
      merged.set(key, mergeMember(merged.get(key), value, fieldShape(shape, key)));
    }
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER)) continue;
    const name = key.slice(ORDER.length);
    const list = merged.get(name);
    if (isList(list) && isList(order)) merged.set(name, inOrder(list, order, fieldShape(shape, name)));
  }
  return Object.fromEntries(merged);
}

function mergeMember(target: Json | undefined, value: Json, shape: Shape): Json {
  if (isMap(value)) return strategicMergePatch(target, value, shape);
  if (!isList(value)) return value;
  if (shape.isSet === true) return union(isList(target) ? target : [], value);
  const [key] = shape.keys ?? [];
  if (key === undefined) return value;
  return mergeItems(isList(target) ? target : [], value, key, itemShape(shape));
}

function mergeItems(
  target: readonly Json[],
  patch: readonly Json[],
  key: string,
  shape: Shape,
): readonly Json[] {
  const isReplaced = patch.some(
    (item) => isMap(item) && item[DIRECTIVE] === 'replace' && !Object.hasOwn(item, key),
  );
  let list: readonly Json[] = isReplaced ? [] : target;
  for (const item of patch) {
    if (!isMap(item)) throw badRequest(`an item of a list with the merge key ${key} must be a map`);
    const name = member(item, key);
    if (name === undefined) {
      if (item[DIRECTIVE] === 'replace') continue;
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    }
    const index = list.findIndex((known) => isSame(member(known, key), name));
    if (item[DIRECTIVE] === 'delete') {
      list = index < 0 ? list : list.toSpliced(index, 1);
    } else {
      const merged = strategicMergePatch(list[index], item, shape);
      list = index < 0 ? [...list, merged] : list.with(index, merged);
    }
  }
  return list;
}

function union(a: readonly Json[], b: readonly Json[]): readonly Json[] {
  return [...a, ...b.filter((item) => !a.some((known) => isSame(known, item)))];
}

function withoutItems(list: Json | undefined, gone: Json): Json {
  if (!isList(list)) return [];
  return list.filter((item) => !(isList(gone) && gone.some((other) => isSame(item, other))));
}

function inOrder(list: readonly Json[], order: readonly Json[], shape: Shape): readonly Json[] {
  const [key] = shape.keys ?? [];
  const place = (item: Json): number => {
    const found = order.findIndex((other) =>
      key === undefined ? isSame(item, other) : isSame(member(item, key), member(other, key)),
    );
    return found < 0 ? order.length : found;
  };
  return [...list].sort((a, b) => place(a) - place(b));
}
