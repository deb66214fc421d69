import { asFields, asList } from '../../yaml/fields.ts';
import type { PlainValue } from '../types.ts';
import type { InputPath } from './input-paths.ts';

/** The data of one input; maps have no prototype. */
export type InputValues = Readonly<Record<string, PlainValue>>;

/** What is known of how a ResourceSet uses its inputs. */
export interface InputHabits {
  /** The other inputs. */
  readonly others: readonly InputValues[];
  /** Fields that the templates name. */
  readonly named: readonly InputPath[];
}

export function valueAt(values: InputValues, path: InputPath): PlainValue | undefined {
  let current: unknown = values;
  for (const step of path) {
    const fields = asFields(current);
    if (fields === undefined || !Object.hasOwn(fields, step)) return undefined;
    current = fields[step];
  }
  return current as PlainValue;
}

/**
 * The input with a field set, or deleted where the value is undefined. A map that has to be made on the way (as for
 * `networkPolicy: false`) gets the fields that other inputs have there, empty, because templates fail without them.
 */
export function withValue(
  values: InputValues,
  path: InputPath,
  value: PlainValue | undefined,
  habits: InputHabits,
): InputValues {
  return changed(values, path, value, { habits, done: [] });
}

interface Walk {
  readonly habits: InputHabits;
  readonly done: InputPath;
}

function changed(
  values: InputValues,
  path: InputPath,
  value: PlainValue | undefined,
  { habits, done }: Walk,
): InputValues {
  const [key, ...rest] = path;
  if (key === undefined) return values;
  const entries = new Map(Object.entries(values));
  if (rest.length === 0) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
    return fromEntries(entries);
  }
  const here = [...done, key];
  const below = asFields(entries.get(key)) as InputValues | undefined;
  if (below === undefined && value === undefined) return values;
  entries.set(key, changed(below ?? emptyMap(here, habits), rest, value, { habits, done: here }));
  return fromEntries(entries);
}

/** A map as other inputs have it, with nothing in its fields. */
function emptyMap(path: InputPath, { others, named }: InputHabits): InputValues {
  const entries = new Map<string, PlainValue>();
  for (const other of others) {
    const sample = asFields(valueAt(other, path)) as InputValues | undefined;
    if (sample === undefined) continue;
    for (const [key, value] of Object.entries(sample)) entries.set(key, emptyLike(value));
    break;
  }
  for (const name of named) {
    const key = name[path.length];
    if (key === undefined || path.some((step, index) => name[index] !== step)) continue;
    if (!entries.has(key)) entries.set(key, '');
  }
  return fromEntries(entries);
}

/** A value that is not true in a template, of the same type. */
export function emptyLike(value: PlainValue | undefined): PlainValue {
  if (typeof value === 'boolean') return false;
  if (typeof value === 'number') return 0;
  if (asList(value) !== undefined) return [];
  return value === null || typeof value === 'object' ? null : '';
}

/** Whether nothing in a value is true in a template. */
export function isEmpty(value: PlainValue | undefined): boolean {
  const list = asList(value);
  if (list !== undefined) return list.length === 0;
  const fields = asFields(value);
  if (fields !== undefined) return Object.values(fields).every((each) => isEmpty(each as PlainValue));
  return value === undefined || value === null || value === false || value === 0 || value === '';
}

function fromEntries(entries: Iterable<readonly [string, PlainValue]>): InputValues {
  const fields = Object.create(null) as Record<string, PlainValue>;
  for (const [key, value] of entries) fields[key] = value;
  return fields;
}
