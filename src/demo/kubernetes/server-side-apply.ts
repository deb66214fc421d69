import {
  difference,
  EMPTY,
  type FieldSet,
  intersection,
  isEmpty,
  isSameSet,
  pathsOf,
  pathText,
  union,
} from './field-set.ts';
import { compare, fieldsOf, partsOf, stepOf } from './fields-of.ts';
import { isList, isMap, isSame, type Json, type JsonMap, member, withAt } from './json.ts';
import {
  isSameManager,
  type Manager,
  type ManagerName,
  managersOf,
  ownable,
  withManagers,
} from './managers.ts';
import { fieldShape, itemShape, type Shape } from './shape.ts';
import { ApiError } from './status.ts';

export interface Merging {
  readonly shape: Shape;
  /** Fields that this way in does not touch, `status` of the object itself. */
  readonly ignored: FieldSet;
  readonly manager: ManagerName;
}

/** Whom an object belonged to before somebody began to apply it. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * Server-side apply (structured-merge-diff v4, merge/update.go): what is given is merged in; what this manager had
 * applied before, gives no more, and nobody else owns, goes.
 *
 * @param live undefined where there is no object yet
 * @throws ApiError 409 with a cause for each field that another manager owns and that would change, unless forced
 */
export function applyOnServer(
  live: JsonMap | undefined,
  config: JsonMap,
  { shape, ignored, manager }: Merging,
  isForced: boolean,
): JsonMap {
  const given = withoutNulls(withAt(config, ['metadata', 'managedFields'], undefined));
  const before = managersBefore(live, { shape, ignored, manager });
  const mine = ownable(fieldsOf(given, shape), ignored);
  const last = before.find((known) => isSameManager(known, manager));
  const others = before.filter((known) => known !== last);
  const merged = merge(live ?? {}, given, shape);
  const owned = others.reduce((set, { fields }) => union(set, fields), mine);
  const lost = last?.fields ?? EMPTY;
  const object = (isEmpty(lost) ? merged : (strip(merged, lost, owned, shape) ?? {})) as JsonMap;
  const kept = settle(live, object, others, { shape, isForced });
  const isUnchanged = last !== undefined && isSameSet(last.fields, mine);
  return withManagers(object, [
    ...kept,
    { ...manager, time: isUnchanged ? last.time : manager.time, fields: mine },
  ]);
}

/**
 * Any other write: whoever made it owns what it changed, and others do no more. An object that nobody applied, and
 * whose owners are not known, stays without.
 */
export function trackUpdate(
  live: JsonMap | undefined,
  object: JsonMap,
  { shape, ignored, manager }: Merging,
): JsonMap {
  const before = managersOf(isManagersGiven(object) ? object : live);
  if (isReset(object)) return withManagers(object, []);
  if (live !== undefined && before.length === 0) return withManagers(object, []);
  const bare = withManagers(object, []);
  const { added, modified, removed } = compare(live === undefined ? {} : withManagers(live, []), bare, shape);
  const changed = union(added, modified);
  const others = before
    .filter((known) => !isSameManager(known, manager))
    .map((known) => ({
      ...known,
      fields: difference(difference(known.fields, changed), removed),
    }));
  const last = before.find((known) => isSameManager(known, manager));
  const fields = ownable(union(difference(last?.fields ?? EMPTY, removed), changed), ignored);
  const isUnchanged = last !== undefined && isSameSet(last.fields, fields);
  return withManagers(bare, [
    ...others,
    { ...manager, time: isUnchanged ? last.time : manager.time, fields },
  ]);
}

/** Whether a writer sends managed fields himself, as Flux does when it takes fields over. */
function isManagersGiven(object: JsonMap): boolean {
  return managersOf(object).length > 0;
}

/** `managedFields: [{}]` asks to forget all owners. */
function isReset(object: JsonMap): boolean {
  const entries = member(object['metadata'], 'managedFields');
  return isList(entries) && entries.length === 1 && isMap(entries[0]) && Object.keys(entries[0]).length === 0;
}

function managersBefore(live: JsonMap | undefined, { shape, ignored, manager }: Merging): readonly Manager[] {
  const known = managersOf(live);
  if (live === undefined || known.length > 0) return known;
  const fields = ownable(fieldsOf(withManagers(live, []), shape), ignored);
  return [{ ...manager, name: BEFORE_FIRST_APPLY, operation: 'Update', subresource: '', fields }];
}

/** What the others still own after the change. @throws ApiError 409 */
function settle(
  live: JsonMap | undefined,
  object: JsonMap,
  others: readonly Manager[],
  { shape, isForced }: { readonly shape: Shape; readonly isForced: boolean },
): readonly Manager[] {
  const { added, modified, removed } = compare(live ?? {}, object, shape);
  const changed = union(added, modified);
  const conflicts = others
    .map((manager) => ({ manager, fields: intersection(manager.fields, changed) }))
    .filter(({ fields }) => !isEmpty(fields));
  if (conflicts.length > 0 && !isForced) throw conflictError(conflicts);
  return others.map((manager) => ({
    ...manager,
    fields: difference(difference(manager.fields, changed), removed),
  }));
}

interface Conflict {
  readonly manager: Manager;
  readonly fields: FieldSet;
}

/** In the words of fieldmanager/internal/conflict.go. */
function conflictError(conflicts: readonly Conflict[]): ApiError {
  const all = conflicts.flatMap(({ manager, fields }) =>
    pathsOf(fields).map((path) => ({ who: printed(manager), field: pathText(path) })),
  );
  const [first, second] = all;
  const message =
    first !== undefined && second === undefined
      ? `Apply failed with 1 conflict: conflict with ${first.who}: ${first.field}`
      : `Apply failed with ${all.length} conflicts: ${grouped(all)}`;
  return new ApiError(409, 'Conflict', message, {
    details: {
      causes: all.map(({ who, field }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${who}`,
        field,
      })),
    },
  });
}

function grouped(all: readonly { readonly who: string; readonly field: string }[]): string {
  const names = [...new Set(all.map(({ who }) => who))].sort();
  return names
    .flatMap((name) => [
      `conflicts with ${name}:`,
      ...all.filter(({ who }) => who === name).map(({ field }) => `- ${field}`),
    ])
    .join('\n');
}

function printed({ name, operation, apiVersion, subresource }: Manager): string {
  const who = JSON.stringify(name);
  const where = subresource === '' ? who : `${who} with subresource ${JSON.stringify(subresource)}`;
  return operation === 'Apply' ? where : `${where} using ${apiVersion}`;
}

/** Merges what is given into a value: maps by member, lists by their items where they can be told apart. */
export function merge(live: Json | undefined, given: Json, shape: Shape): Json {
  if (live === undefined || shape.isAtomic === true) return given;
  if (isMap(live) && isMap(given)) {
    const merged = new Map(Object.entries(live));
    for (const [key, value] of Object.entries(given))
      merged.set(key, merge(member(live, key), value, fieldShape(shape, key)));
    return Object.fromEntries(merged);
  }
  if (!isList(live) || !isList(given) || partsOf(live, shape) === undefined) return given;
  const items = new Map(live.map((item) => [stepOf(item, shape), item]));
  for (const item of given) {
    const step = stepOf(item, shape);
    items.set(step, merge(items.get(step), item, itemShape(shape)));
  }
  return [...items.values()];
}

/** Takes fields out, and maps and lists that were not empty before, unless somebody owns them as such. */
function strip(value: Json, lost: FieldSet, owned: FieldSet, shape: Shape): Json | undefined {
  const parts = partsOf(value, shape);
  if (lost.isMember && isEmpty(owned)) return undefined;
  if (parts === undefined) return value;
  const rest = new Map<string, Json>();
  for (const [step, part] of parts) {
    const gone = lost.children.get(step);
    const kept =
      gone === undefined
        ? part.value
        : strip(part.value, gone, owned.children.get(step) ?? EMPTY, part.shape);
    if (kept !== undefined) rest.set(step, kept);
  }
  if (rest.size === 0 && parts.size > 0 && !owned.isMember) return undefined;
  if (isList(value)) return [...rest.values()];
  return Object.fromEntries([...rest].map(([step, item]) => [step.slice(2), item]));
}

function withoutNulls<T extends Json>(value: T): T {
  if (isList(value)) return value.map(withoutNulls) as unknown as T;
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)])) as T;
}

/** Whether two states of an object differ in more than the times of its managers. */
export function isSameObject(a: JsonMap, b: JsonMap): boolean {
  const timeless = (object: JsonMap): JsonMap =>
    withManagers(
      object,
      managersOf(object).map((manager) => ({ ...manager, time: '' })),
    );
  return isSame(timeless(a), timeless(b));
}
