import type { Path } from '../../model/place.ts';
import { isObject, type JsonObject } from './json.ts';
import { nearestName } from './nearest-name.ts';
import { describeShape, type ListShape, type ObjectShape, type Shape } from './shape.ts';

/**
 * What an API server finds in an object at write.
 * - `unknown-field`: it drops the field and keeps the rest, unless the client asked to be strict. A field that is
 *   there with `null` is dropped in the same way.
 * - `schema`: it refuses the object.
 */
export interface AdmissionFinding {
  readonly code: 'unknown-field' | 'schema';
  readonly path: Path;
  readonly value: unknown;
  /** Computed when asked, since most of a long list is never shown. */
  readonly expected: () => string;
}

export interface Admission {
  /** The object as it would be stored: known fields only, no `null`. */
  readonly stored: unknown;
  readonly findings: readonly AdmissionFinding[];
}

/**
 * Prunes and checks an object as an API server does with a structural schema
 * (apiextensions-apiserver: `schema/pruning`, `schema/defaulting/prunenulls.go`, then validation).
 * Depth is bounded by the shape, not by the value.
 */
export function admit(value: unknown, shape: Shape): Admission {
  const walk: Walk = { path: [], findings: [] };
  const stored = prune(value, shape, walk);
  return { stored, findings: walk.findings };
}

interface Walk {
  readonly path: (string | number)[];
  readonly findings: AdmissionFinding[];
}

/** Findings beyond this are not collected: nobody reads them, and one is enough to refuse. */
const MOST_FINDINGS = 1000;

function find(walk: Walk, code: AdmissionFinding['code'], value: unknown, expected: () => string): void {
  if (walk.findings.length < MOST_FINDINGS) {
    walk.findings.push({ code, path: [...walk.path], value, expected });
  }
}

function prune(value: unknown, shape: Shape, walk: Walk): unknown {
  switch (shape.kind) {
    case 'anything':
      return value;
    case 'text':
      if (typeof value !== 'string') wrongType(value, shape, walk);
      else if (shape.rule?.test(value) === false) wrongText(value, shape.rule, walk);
      return value;
    case 'integer': {
      const fits = Number.isInteger(value) && inRange(Number(value), shape.range);
      if (!fits) find(walk, 'schema', value, () => describeShape(shape));
      return value;
    }
    case 'boolean':
      if (typeof value !== 'boolean') wrongType(value, shape, walk);
      return value;
    case 'integer-or-text':
      if (typeof value === 'string' ? shape.rule?.test(value) === false : !Number.isInteger(value)) {
        find(walk, 'schema', value, () => describeShape(shape));
      }
      return value;
    case 'list':
      return pruneList(value, shape, walk);
    case 'map':
      return pruneMap(value, shape, walk);
    case 'object':
      return pruneObject(value, shape, walk);
    case 'label':
      return pruneObject(value, shape.object, walk);
  }
}

function inRange(value: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return value >= min && value <= max;
}

function wrongType(value: unknown, shape: Shape, walk: Walk): void {
  find(walk, 'schema', value, () =>
    shape.kind === 'text' && (typeof value === 'number' || typeof value === 'boolean')
      ? `a string in quotes: "${value}"`
      : describeShape(shape),
  );
}

function wrongText(
  value: string,
  rule: NonNullable<Extract<Shape, { kind: 'text' }>['rule']>,
  walk: Walk,
): void {
  find(walk, 'schema', value, () => {
    const nearest = rule.choices === undefined ? undefined : nearestName(value, rule.choices);
    return nearest ?? rule.expected;
  });
}

function pruneList(value: unknown, shape: ListShape, walk: Walk): unknown {
  if (!Array.isArray(value)) {
    wrongType(value, shape, walk);
    return value;
  }
  const { minItems = 0, maxItems } = shape;
  if (maxItems !== undefined && value.length > maxItems) {
    find(walk, 'schema', value, () => (maxItems === 0 ? 'an empty list' : `at most ${maxItems} items`));
    return value;
  }
  if (value.length < minItems) find(walk, 'schema', value, () => `at least ${minItems} items`);
  const seen = new Set<unknown>();
  const stored: unknown[] = [];
  for (const [i, item] of value.entries()) {
    walk.path.push(i);
    if (shape.unique === true && seen.has(item)) find(walk, 'schema', item, () => 'each item once');
    seen.add(item);
    stored.push(prune(item, shape.items, walk));
    walk.path.pop();
  }
  return stored;
}

function pruneMap(value: unknown, shape: Extract<Shape, { kind: 'map' }>, walk: Walk): unknown {
  if (!isObject(value)) {
    wrongType(value, shape, walk);
    return value;
  }
  const stored = emptyObject();
  for (const [key, item] of Object.entries(value)) {
    walk.path.push(key);
    if (item === null) find(walk, 'unknown-field', item, () => describeShape(shape.values));
    else stored[key] = prune(item, shape.values, walk);
    walk.path.pop();
  }
  return stored;
}

function pruneObject(value: unknown, shape: ObjectShape, walk: Walk): unknown {
  if (!isObject(value)) {
    wrongType(value, shape, walk);
    return value;
  }
  const stored = emptyObject();
  for (const [name, item] of Object.entries(value)) {
    const known = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (item === undefined) continue;
    walk.path.push(name);
    if (shape.open === true && (known === undefined || item === null)) {
      // Passed over.
    } else if (known === undefined) {
      find(walk, 'unknown-field', item, () => nearestName(name, Object.keys(shape.fields)) ?? '');
    } else if (item === null && known.kind !== 'anything') {
      find(walk, 'unknown-field', item, () => describeShape(known));
    } else {
      stored[name] = prune(item, known, walk);
    }
    walk.path.pop();
  }
  checkPresence(stored, shape, walk);
  return stored;
}

function checkPresence(stored: JsonObject, shape: ObjectShape, walk: Walk): void {
  const has = (name: string): boolean => Object.hasOwn(stored, name);
  for (const name of shape.required ?? []) {
    if (has(name)) continue;
    walk.path.push(name);
    find(walk, 'schema', undefined, () => `${describeShape(shape.fields[name] ?? shape)}, which is required`);
    walk.path.pop();
  }
  const { exactlyOne, atLeastOne } = shape;
  if (exactlyOne !== undefined) {
    const present = exactlyOne.filter(has);
    if (present.length !== 1) find(walk, 'schema', stored, () => `exactly one of ${exactlyOne.join(', ')}`);
  }
  if (atLeastOne !== undefined && !atLeastOne.some(has)) {
    find(walk, 'schema', stored, () => `at least one of ${atLeastOne.join(', ')}`);
  }
}

/** Without a prototype, so that a key such as `__proto__` is a key. */
function emptyObject(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
