import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { nearestName } from '../../manifest/policy/nearest-name.ts';
import { child, type JsonSchema, refuse, report, type Shape, type Spot } from './shape.ts';

/** Fields by name. A field that is absent keeps its default; one that no shape knows is reported. */
export function record<T extends object>(
  fields: { readonly [K in keyof T]-?: Shape<NonNullable<T[K]>> },
  options: { readonly description: string; readonly required?: Readonly<Record<string, string>> },
): Shape<T> {
  const names = Object.keys(fields);
  const shapes = fields as Readonly<Record<string, Shape<unknown>>>;
  const { required = {} } = options;
  const schema: JsonSchema = {
    type: 'object',
    description: options.description,
    properties: Object.fromEntries(names.map((name) => [name, shapes[name]?.schema ?? true])),
    ...(options.required === undefined ? {} : { required: Object.keys(required) }),
    additionalProperties: false,
  };
  return {
    schema,
    read(spot, base) {
      const entries = entriesOf(spot, 'a map');
      if (entries === undefined) return base;
      const result = new Map<string, unknown>(Object.entries(base ?? {}));
      for (const { name, key, value } of entries) {
        const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
        if (shape === undefined) {
          report({ ...value, node: key }, 'unknown-field', {
            value: name,
            expected: nearestName(name, names) ?? `one of ${names.join(', ')}`,
          });
          continue;
        }
        const read = shape.read(value, result.get(name));
        if (read !== undefined) result.set(name, read);
      }
      const isWhole = base !== undefined || hasAll(spot, required);
      return isWhole && Object.keys(required).every((name) => result.has(name))
        ? (Object.fromEntries(result) as T)
        : base;
    },
  };
}

/** A list. It replaces the default as a whole; elements that cannot be read are left out, and reported. */
export function list<T>(
  element: Shape<T>,
  options: { readonly description: string; readonly min?: number; readonly max?: number },
): Shape<readonly T[]> {
  const { description, min = 0, max = 1000 } = options;
  return {
    schema: {
      type: 'array',
      description,
      items: element.schema,
      ...(min === 0 ? {} : { minItems: min }),
      maxItems: max,
    },
    read(spot, base) {
      const { node } = spot;
      if (!isSeq(node)) {
        refuse(spot, 'a list');
        return base;
      }
      if (node.items.length < min || node.items.length > max) {
        const expected = `a list of ${min} to ${max} elements`;
        report(spot, 'schema', { value: `${node.items.length} elements`, expected });
        return base;
      }
      const result: T[] = [];
      for (const [index, item] of node.items.entries()) {
        if (spot.reading.nodesLeft <= 0) break;
        const value = element.read(child(spot, index, item as Node | null), undefined);
        if (value !== undefined) result.push(value);
      }
      return result;
    },
  };
}

/**
 * Things by name, on top of those that are there by default: a known name changes only the fields that are
 * written, `false` takes a default away, and a new name starts from `blank`.
 */
export function named<B extends object>(
  entry: Shape<B>,
  options: {
    readonly description: string;
    readonly name: Shape<string>;
    readonly blank: B;
    /** Fields that a new name must have, and what they must be. */
    readonly required?: Readonly<Record<string, string>>;
    /** The names that are there by default. */
    readonly defaults?: readonly string[];
    /** Where the schema of one entry stands, so that it is written once. */
    readonly reference: string;
  },
): Shape<readonly (B & { readonly name: string })[]> {
  const { reference, required = {}, defaults = [] } = options;
  const entrySchema = { $ref: reference };
  const known = { anyOf: [entrySchema, { const: false }] };
  return {
    schema: {
      type: 'object',
      description: options.description,
      propertyNames: options.name.schema,
      properties: Object.fromEntries(defaults.map((name) => [name, known])),
      additionalProperties: { allOf: [entrySchema, { required: Object.keys(required) }] },
    },
    read(spot, base = []) {
      const entries = entriesOf(spot, 'a map from names');
      if (entries === undefined) return base;
      const result = new Map(base.map((thing) => [thing.name, thing]));
      for (const { name, key, value } of entries) {
        const before = result.get(name);
        if (isScalar(value.node) && value.node.value === false) {
          result.delete(name);
          if (before === undefined) {
            report(value, 'schema', { value: 'false', expected: 'false only for the name of a default' });
          }
          continue;
        }
        if (options.name.read({ ...value, node: key }, undefined) === undefined) continue;
        if (before === undefined && !hasAll(value, required)) continue;
        const read = entry.read(value, before ?? options.blank);
        if (read !== undefined) result.set(name, { ...read, name });
      }
      return [...result.values()];
    },
  };
}

/** Text by text, such as labels. It replaces the default as a whole. */
export function dictionary(
  key: Shape<string>,
  value: Shape<string>,
  description: string,
): Shape<Readonly<Record<string, string>>> {
  return {
    schema: { type: 'object', description, propertyNames: key.schema, additionalProperties: value.schema },
    read(spot, base) {
      const entries = entriesOf(spot, 'a map');
      if (entries === undefined) return base;
      const result: (readonly [string, string])[] = [];
      for (const entry of entries) {
        const name = key.read({ ...entry.value, node: entry.key }, undefined);
        const content = value.read(entry.value, undefined);
        if (name !== undefined && content !== undefined) result.push([name, content]);
      }
      return Object.fromEntries(result);
    },
  };
}

interface Entry {
  readonly name: string;
  readonly key: Node | null;
  readonly value: Spot;
}

/** The entries of a map with the names as written (`1.20`, not `1.2`), or undefined after a report. */
function entriesOf(spot: Spot, expected: string): readonly Entry[] | undefined {
  if (!isMap(spot.node)) {
    refuse(spot, expected);
    return undefined;
  }
  const entries: Entry[] = [];
  for (const pair of spot.node.items as readonly Pair<Node | null, Node | null>[]) {
    if (spot.reading.nodesLeft <= 0) break;
    if (!isScalar(pair.key)) {
      refuse({ ...spot, node: pair.key }, 'a name');
      continue;
    }
    const name = pair.key.source ?? String(pair.key.value);
    entries.push({ name, key: pair.key, value: child(spot, name, pair.value ?? null) });
  }
  return entries;
}

/** Whether all fields are written; reports those that are not. */
function hasAll(spot: Spot, required: Readonly<Record<string, string>>): boolean {
  const { node } = spot;
  if (!isMap(node)) return true;
  const missing = Object.entries(required).filter(([field]) => !node.has(field));
  for (const [field, expected] of missing) {
    report({ ...spot, path: [...spot.path, field] }, 'schema', { value: '', expected });
  }
  return missing.length === 0;
}

/** A shape whose result has another form than the file: `from` leads back, for defaults. */
export function mapped<A, B>(shape: Shape<A>, to: (value: A) => B, from: (value: B) => A): Shape<B> {
  return {
    schema: shape.schema,
    read(spot, base) {
      const value = shape.read(spot, base === undefined ? undefined : from(base));
      return value === undefined ? undefined : to(value);
    },
  };
}

/** A word where a map is too much: `short` reads scalars, `long` everything else. */
export function shorthand<T>(short: Shape<T>, long: Shape<T>): Shape<T> {
  return {
    schema: { anyOf: [short.schema, long.schema] },
    read: (spot, base) => (isScalar(spot.node) ? short : long).read(spot, base),
  };
}
