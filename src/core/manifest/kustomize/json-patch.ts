import { type Origin, type Origins, setField, spliceList } from '../tracked.ts';
import type { Fields } from '../yaml/convert.ts';
import { asFields, asList, field } from '../yaml/fields.ts';

/**
 * Applies a JSON patch (RFC 6902) in place.
 *
 * @returns false where an operation cannot be done, which makes kustomize fail; the object is then half patched
 */
export function applyJsonPatch(
  target: Fields,
  operations: readonly unknown[],
  context: { readonly origins: Origins; readonly origin: Origin },
): boolean {
  const budget = { left: MAX_COPIED };
  return operations.every((operation, i) =>
    applyOperation(target, operation, {
      origins: context.origins,
      origin: { locate: context.origin.locate, path: [...context.origin.path, i] },
      budget,
    }),
  );
}

interface Context {
  readonly origins: Origins;
  readonly origin: Origin;
  /** How many values may still be copied. */
  readonly budget: { left: number };
}

function applyOperation(target: Fields, operation: unknown, context: Context): boolean {
  const path = readPointer(field(operation, 'path'));
  if (path === undefined || path.length === 0) return false;
  const value = field(operation, 'value');
  switch (field(operation, 'op')) {
    case 'add':
      return put(target, path, value, 'add', context);
    case 'replace':
      return put(target, path, value, 'replace', context);
    case 'remove':
      return remove(target, path, context) !== undefined;
    case 'test': {
      const found = lookUp(target, path);
      return found !== undefined && isEqual(found.value, value);
    }
    case 'copy':
    case 'move': {
      const from = readPointer(field(operation, 'from'));
      const found = from === undefined ? undefined : lookUp(target, from);
      if (from === undefined || found === undefined) return false;
      const copied = deepCopy(found.value, context.budget);
      if (copied === undefined) return false;
      if (field(operation, 'op') === 'move' && remove(target, from, context) === undefined) return false;
      return put(target, path, copied, 'add', context);
    }
    default:
      return false;
  }
}

function readPointer(pointer: unknown): readonly string[] | undefined {
  if (typeof pointer !== 'string') return undefined;
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

interface Found {
  readonly value: unknown;
}

function lookUp(target: unknown, path: readonly string[]): Found | undefined {
  let current: unknown = target;
  for (const step of path) {
    const list = asList(current);
    if (list !== undefined) {
      const index = listIndex(step, list.length - 1);
      if (index === undefined) return undefined;
      current = list[index];
    } else {
      const fields = asFields(current);
      if (fields === undefined || !Object.hasOwn(fields, step)) return undefined;
      current = fields[step];
    }
  }
  return { value: current };
}

function put(
  target: Fields,
  path: readonly string[],
  value: unknown,
  mode: 'add' | 'replace',
  { origins, origin }: Context,
): boolean {
  const parent = lookUp(target, path.slice(0, -1))?.value;
  const last = path.at(-1) ?? '';
  const list = asList(parent);
  if (list !== undefined) {
    const isEnd = last === '-' && mode === 'add';
    const at = isEnd ? list.length : listIndex(last, mode === 'add' ? list.length : list.length - 1);
    if (at === undefined) return false;
    const remove = mode === 'replace' ? 1 : 0;
    spliceList(origins, list as unknown[], { at, remove, insert: [value] }, origin);
    return true;
  }
  const fields = asFields(parent);
  if (fields === undefined || (mode === 'replace' && !Object.hasOwn(fields, last))) return false;
  setField(origins, fields, last, value, origin);
  return true;
}

function remove(target: Fields, path: readonly string[], { origins, origin }: Context): true | undefined {
  const parent = lookUp(target, path.slice(0, -1))?.value;
  const last = path.at(-1) ?? '';
  const list = asList(parent);
  if (list !== undefined) {
    const at = listIndex(last, list.length - 1);
    if (at === undefined) return undefined;
    spliceList(origins, list as unknown[], { at, remove: 1, insert: [] }, origin);
    return true;
  }
  const fields = asFields(parent);
  if (fields === undefined || !Object.hasOwn(fields, last)) return undefined;
  delete (fields as Fields)[last];
  return true;
}

function listIndex(step: string, last: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,8})$/.test(step)) return undefined;
  const index = Number(step);
  return index <= last ? index : undefined;
}

/** Equal as JSON: the order of keys does not count. */
function isEqual(a: unknown, b: unknown): boolean {
  const listA = asList(a);
  const listB = asList(b);
  if (listA !== undefined && listB !== undefined) {
    return listA.length === listB.length && listA.every((item, i) => isEqual(item, listB[i]));
  }
  const fieldsA = asFields(a);
  const fieldsB = asFields(b);
  if (fieldsA === undefined || fieldsB === undefined) return a === b;
  const keys = Object.keys(fieldsA);
  return (
    keys.length === Object.keys(fieldsB).length &&
    keys.every((key) => Object.hasOwn(fieldsB, key) && isEqual(fieldsA[key], fieldsB[key]))
  );
}

/** Copies into what was copied double an object each time. */
const MAX_COPIED = 5_000;

/** @returns undefined where there is too much to copy */
function deepCopy(value: unknown, budget: { left: number }): unknown {
  budget.left -= 1;
  if (budget.left < 0) return undefined;
  const list = asList(value);
  if (list !== undefined) {
    const items = list.map((item) => deepCopy(item, budget));
    return budget.left < 0 ? undefined : items;
  }
  const fields = asFields(value);
  if (fields === undefined) return value;
  const copy = Object.create(null) as Fields;
  for (const [key, entry] of Object.entries(fields)) copy[key] = deepCopy(entry, budget);
  return budget.left < 0 ? undefined : copy;
}
