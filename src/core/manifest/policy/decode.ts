import type { Path } from '../../model/place.ts';
import { isObject } from './json.ts';
import { describeShape, type Shape } from './shape.ts';

/** A value that the agent's JSON decoder does not take. One is enough: the agent never sees the object. */
export interface DecodeFailure {
  readonly path: Path;
  readonly value: unknown;
  readonly expected: string;
}

export interface Decoded {
  /** Only fields that the shape knows, each of its type; `null` is absent. Trust it only without failures. */
  readonly value: unknown;
  readonly failures: readonly DecodeFailure[];
}

/**
 * Reads a value as Go's `encoding/json` reads it into the agent's types: unknown fields are passed over, `null`
 * is the zero value, and a wrong type fails. Nothing but types is looked at.
 */
export function decode(value: unknown, shape: Shape): Decoded {
  const walk: Walk = { path: [], failures: [] };
  return { value: read(value, shape, walk), failures: walk.failures };
}

interface Walk {
  readonly path: (string | number)[];
  readonly failures: DecodeFailure[];
}

const MOST_FAILURES = 100;

function fail(value: unknown, expected: string, walk: Walk): undefined {
  if (walk.failures.length < MOST_FAILURES) walk.failures.push({ path: [...walk.path], value, expected });
  return undefined;
}

function read(value: unknown, shape: Shape, walk: Walk): unknown {
  switch (shape.kind) {
    case 'anything':
      return undefined;
    case 'text':
      return typeof value === 'string' ? value : fail(value, 'a string', walk);
    case 'boolean':
      return typeof value === 'boolean' ? value : fail(value, describeShape(shape), walk);
    case 'integer':
      return readInteger(value, shape.width, walk);
    case 'integer-or-text':
      return typeof value === 'string' ? value : readInteger(value, INT32, walk);
    case 'list':
      return readList(value, shape.items, walk);
    case 'map':
      return readMap(value, walk);
    case 'object':
      return readObject(value, shape.fields, walk);
    case 'label':
      return readLabel(value, shape.object.fields, walk);
  }
}

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

function readInteger(
  value: unknown,
  width: { readonly min: number; readonly max: number },
  walk: Walk,
): unknown {
  const fits =
    typeof value === 'number' && Number.isInteger(value) && value >= width.min && value <= width.max;
  return fits ? value : fail(value, `a whole number from ${width.min} to ${width.max}`, walk);
}

function readList(value: unknown, items: Shape, walk: Walk): unknown {
  if (!Array.isArray(value)) return fail(value, 'a list', walk);
  return value.map((item: unknown, i) => {
    if (item === null) return zeroOf(items);
    walk.path.push(i);
    const decoded = read(item, items, walk);
    walk.path.pop();
    return decoded;
  });
}

/** What stands for `null` in a list. */
function zeroOf(shape: Shape): unknown {
  switch (shape.kind) {
    case 'text':
      return '';
    case 'integer':
    case 'integer-or-text':
      return 0;
    case 'boolean':
      return false;
    case 'list':
      return [];
    case 'map':
    case 'object':
    case 'label':
    case 'anything':
      return emptyObject();
  }
}

function readMap(value: unknown, walk: Walk): unknown {
  if (!isObject(value)) return fail(value, 'an object', walk);
  const decoded = emptyObject();
  for (const [key, item] of Object.entries(value)) {
    walk.path.push(key);
    decoded[key] = item === null ? '' : typeof item === 'string' ? item : fail(item, 'a string', walk);
    walk.path.pop();
  }
  return decoded;
}

function readObject(value: unknown, fields: Readonly<Record<string, Shape>>, walk: Walk): unknown {
  if (!isObject(value)) return fail(value, 'an object', walk);
  const decoded = emptyObject();
  for (const [name, shape] of Object.entries(fields)) {
    const item = Object.hasOwn(value, name) ? value[name] : undefined;
    if (item === undefined) continue;
    if (item === null) {
      if (shape.kind === 'object' && shape.nullIsEmpty === true) decoded[name] = emptyObject();
      continue;
    }
    walk.path.push(name);
    decoded[name] = read(item, shape, walk);
    walk.path.pop();
  }
  return decoded;
}

/** Cilium `pkg/labels/labels.go`: an object with a key, or text that is not empty. */
function readLabel(value: unknown, fields: Readonly<Record<string, Shape>>, walk: Walk): unknown {
  if (typeof value === 'string') return value === '' ? fail(value, 'a label', walk) : emptyObject();
  const label = readObject(value, fields, walk);
  const key = isObject(label) ? label['key'] : undefined;
  return typeof key === 'string' && key !== '' ? label : fail(value, 'a label with a key', walk);
}

function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
