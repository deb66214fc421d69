import { type Origin, type Origins, setField, spliceList } from '../tracked.ts';
import type { Fields } from '../yaml/convert.ts';
import { asFields, asList, field } from '../yaml/fields.ts';

/**
 * Merges a strategic-merge patch into an object, as kustomize does (kyaml `merge2`): maps are merged, null removes,
 * lists are replaced, but for lists of the built-in kinds that have a key. Of these only those are merged that
 * are read here: containers, their ports, and a Service's ports.
 *
 * @returns false where the patch removes the whole object; undefined where it holds a directive that is not read
 */
export function mergeStrategically(
  target: Fields,
  patch: Readonly<Fields>,
  context: { readonly origins: Origins; readonly origin: Origin; readonly isBuiltIn: boolean },
): boolean | undefined {
  const directive = field(patch, '$patch');
  if (directive === 'delete') return false;
  if (directive !== undefined && directive !== 'merge' && directive !== 'replace') return undefined;
  if (directive === 'replace') for (const key of Object.keys(target)) delete target[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$patch') continue;
    if (key.startsWith('$')) return undefined;
    if (!mergeField(target, key, value, context)) return undefined;
  }
  return true;
}

type Context = Parameters<typeof mergeStrategically>[2];

function mergeField(target: Fields, key: string, value: unknown, context: Context): boolean {
  const origin = below(context.origin, key);
  const current = Object.hasOwn(target, key) ? target[key] : undefined;
  if (value === null) {
    delete target[key];
    return true;
  }
  const fields = asFields(value);
  if (fields !== undefined) {
    const known = asFields(current);
    const merged: Fields = known ?? (Object.create(null) as Fields);
    if (known === undefined) setField(context.origins, target, key, merged, origin);
    const kept = mergeStrategically(merged, fields, { ...context, origin });
    if (kept === false) delete target[key];
    return kept !== undefined;
  }
  const list = asList(value);
  const keys = context.isBuiltIn && list !== undefined ? MERGE_KEYS.get(key) : undefined;
  const known = asList(current);
  if (list !== undefined && keys !== undefined && known !== undefined) {
    return mergeList(known as unknown[], list, keys, { ...context, origin });
  }
  if (list?.some((item) => field(item, '$patch') !== undefined) === true) return false;
  setField(context.origins, target, key, value, origin);
  return true;
}

/** Which fields make an item of a list the same item, from the types of Kubernetes' API. */
const MERGE_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['containers', ['name']],
  ['initContainers', ['name']],
  ['ports', ['containerPort', 'port', 'protocol']],
]);

function mergeList(
  target: unknown[],
  patch: readonly unknown[],
  keys: readonly string[],
  context: Context,
): boolean {
  const added: { readonly item: unknown; readonly origin: Origin }[] = [];
  for (const [i, item] of patch.entries()) {
    const origin = below(context.origin, i);
    const fields = asFields(item);
    if (fields === undefined) return false;
    const at = target.findIndex((other) => sameKeys(other, fields, keys));
    const other = asFields(target[at]);
    if (other === undefined) {
      if (field(item, '$patch') === undefined) added.push({ item, origin });
      continue;
    }
    const kept = mergeStrategically(other, fields, { ...context, origin });
    if (kept === undefined) return false;
    if (!kept) spliceList(context.origins, target, { at, remove: 1, insert: [] }, origin);
  }
  // New items come first (`MergeOptionsListPrepend`).
  for (const { item, origin } of added.reverse()) {
    spliceList(context.origins, target, { at: 0, remove: 0, insert: [item] }, origin);
  }
  return true;
}

function sameKeys(a: unknown, b: unknown, keys: readonly string[]): boolean {
  return keys.every((key) => {
    const fallback = key === 'protocol' ? 'TCP' : undefined;
    return (field(a, key) ?? fallback) === (field(b, key) ?? fallback);
  });
}

function below(origin: Origin, step: string | number): Origin {
  return { locate: origin.locate, path: [...origin.path, step] };
}
