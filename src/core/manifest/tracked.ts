import type { Path, Place } from '../model/place.ts';
import type { RawObject } from './raw-object.ts';
import type { Fields } from './yaml/convert.ts';
import { asFields } from './yaml/fields.ts';

/** Where a field was written: a document, and the path in it. */
export interface Origin {
  readonly locate: (path: Path) => Place;
  readonly path: Path;
}

/**
 * An object that is being built from several texts: a base, patches, what a kustomization sets. It is changed in
 * place, and each field keeps the place where it was written.
 */
export interface Tracked {
  readonly value: Fields;
  readonly origins: Origins;
}

export interface Origins {
  /** Where a map or a list as a whole was written; its fields are there too. */
  readonly containers: WeakMap<object, Origin>;
  /** Fields that were written elsewhere than the map or list that holds them. */
  readonly fields: WeakMap<object, Map<string | number, Origin>>;
}

/** Begins to track a value that nobody else holds. */
export function track(value: Fields, origin: Origin): Tracked {
  const origins: Origins = { containers: new WeakMap(), fields: new WeakMap() };
  adopt(origins, value, origin);
  return { value, origins };
}

/** Makes a value, with all in it, known as written at an origin. */
export function adopt(origins: Origins, value: unknown, origin: Origin): void {
  if (typeof value !== 'object' || value === null) return;
  origins.containers.set(value, origin);
  const below = (step: string | number): Origin => ({ locate: origin.locate, path: [...origin.path, step] });
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) if (typeof item === 'object') adopt(origins, item, below(i));
  } else {
    for (const [key, entry] of Object.entries(value)) {
      if (typeof entry === 'object') adopt(origins, entry, below(key));
    }
  }
}

/** Sets a field, and remembers where it was written. */
export function setField(
  origins: Origins,
  fields: Fields,
  key: string,
  value: unknown,
  origin: Origin,
): void {
  fields[key] = value;
  adopt(origins, value, origin);
  originsOf(origins, fields).set(key, origin);
}

/** Replaces items of a list, keeping the origins of all others although their indices change. */
export function spliceList(
  origins: Origins,
  list: unknown[],
  change: { readonly at: number; readonly remove: number; readonly insert: readonly unknown[] },
  origin: Origin,
): void {
  const known: (Origin | undefined)[] = list.map((_, i) => originOf(origins, list, i));
  list.splice(change.at, change.remove, ...change.insert);
  known.splice(change.at, change.remove, ...change.insert.map(() => origin));
  for (const item of change.insert) adopt(origins, item, origin);
  const map = new Map<string | number, Origin>();
  for (const [i, at] of known.entries()) if (at !== undefined) map.set(i, at);
  origins.fields.set(list, map);
}

/** The map at a path; it is made where it is missing. Undefined where something else is there. */
export function ensureFields(tracked: Tracked, path: readonly string[], origin: Origin): Fields | undefined {
  let fields: Fields = tracked.value;
  for (const step of path) {
    const next = fields[step];
    if (next === undefined || next === null) {
      const made = Object.create(null) as Fields;
      setField(tracked.origins, fields, step, made, origin);
      fields = made;
    } else {
      const known = asFields(next);
      if (known === undefined) return undefined;
      fields = known;
    }
  }
  return fields;
}

export function asRawObject(tracked: Tracked, file: string): RawObject {
  return { value: tracked.value, file, locate: (path) => locateTracked(tracked, path) };
}

function locateTracked({ value, origins }: Tracked, path: Path): Place {
  const root = origins.containers.get(value);
  if (root === undefined) throw new TypeError('the root of a tracked object has an origin');
  let place = root.locate(root.path);
  let current: unknown = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return place;
    const origin = originOf(origins, current, step);
    if (origin !== undefined) place = origin.locate(origin.path);
    current = (current as Record<string | number, unknown>)[step];
  }
  return place;
}

function originOf(origins: Origins, container: object, step: string | number): Origin | undefined {
  const own = origins.fields.get(container)?.get(step);
  if (own !== undefined) return own;
  const whole = origins.containers.get(container);
  return whole === undefined ? undefined : { locate: whole.locate, path: [...whole.path, step] };
}

function originsOf(origins: Origins, container: object): Map<string | number, Origin> {
  const known = origins.fields.get(container);
  if (known !== undefined) return known;
  const made = new Map<string | number, Origin>();
  origins.fields.set(container, made);
  return made;
}

/** Gives a field another name; it stands where it stood. */
export function renameField(origins: Origins, fields: Fields, from: string, to: string): void {
  const origin = originOf(origins, fields, from);
  const value = fields[from];
  delete fields[from];
  fields[to] = value;
  if (origin !== undefined) originsOf(origins, fields).set(to, origin);
}
