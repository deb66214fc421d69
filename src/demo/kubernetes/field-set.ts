import { canonical, isMap, type Json, type JsonMap, parseJson } from './json.ts';

/**
 * A set of paths into an object, as a tree: a step is written as in `fieldsV1`, `f:name` for a member,
 * `k:{"name":"x"}` for an item with keys, `v:"x"` for an item of a set.
 */
export interface FieldSet {
  /** Whether the path that leads here is in the set itself. */
  readonly isMember: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

export const EMPTY: FieldSet = { isMember: false, children: new Map() };
export const LEAF: FieldSet = { isMember: true, children: new Map() };

export type FieldPath = readonly string[];

export function setOf(paths: Iterable<FieldPath>): FieldSet {
  let set = EMPTY;
  for (const path of paths) set = union(set, single(path));
  return set;
}

function single(path: FieldPath): FieldSet {
  return path.reduceRight<FieldSet>(
    (inner, step) => ({ isMember: false, children: new Map([[step, inner]]) }),
    LEAF,
  );
}

export function isEmpty(set: FieldSet): boolean {
  return !set.isMember && [...set.children.values()].every(isEmpty);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map(a.children);
  for (const [step, inner] of b.children) {
    const known = children.get(step);
    children.set(step, known === undefined ? inner : union(known, inner));
  }
  return { isMember: a.isMember || b.isMember, children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && inB);
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, (inA, inB) => inA && !inB);
}

/** Without what is in the other set, and all that is below that. */
export function without(a: FieldSet, b: FieldSet): FieldSet {
  if (b.isMember) return EMPTY;
  return {
    isMember: a.isMember,
    children: prunedOf(a, (step, inner) => {
      const other = b.children.get(step);
      return other === undefined ? inner : without(inner, other);
    }),
  };
}

function combine(a: FieldSet, b: FieldSet, keeps: (inA: boolean, inB: boolean) => boolean): FieldSet {
  return {
    isMember: keeps(a.isMember, b.isMember),
    children: prunedOf(a, (step, inner) => combine(inner, b.children.get(step) ?? EMPTY, keeps)),
  };
}

function prunedOf(
  set: FieldSet,
  change: (step: string, inner: FieldSet) => FieldSet,
): ReadonlyMap<string, FieldSet> {
  const children = new Map<string, FieldSet>();
  for (const [step, inner] of set.children) {
    const changed = change(step, inner);
    if (!isEmpty(changed)) children.set(step, changed);
  }
  return children;
}

export function isSameSet(a: FieldSet, b: FieldSet): boolean {
  return isEmpty(difference(a, b)) && isEmpty(difference(b, a));
}

/** All paths in it, in the order of their text. */
export function pathsOf(set: FieldSet, above: FieldPath = []): readonly FieldPath[] {
  const own = set.isMember ? [above] : [];
  const steps = [...set.children].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return [...own, ...steps.flatMap(([step, inner]) => pathsOf(inner, [...above, step]))];
}

/** As `fieldsV1` of an entry of `metadata.managedFields`. */
export function toFieldsV1(set: FieldSet): JsonMap {
  const entries: [string, Json][] = set.isMember && set.children.size > 0 ? [['.', {}]] : [];
  const steps = [...set.children].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [step, inner] of steps) entries.push([step, toFieldsV1(inner)]);
  return Object.fromEntries(entries);
}

/** What somebody sent as `fieldsV1`; anything that is none is empty. */
export function fromFieldsV1(value: Json | undefined): FieldSet {
  if (!isMap(value)) return EMPTY;
  const children = new Map<string, FieldSet>();
  for (const [step, inner] of Object.entries(value)) {
    if (step === '.') continue;
    const key = normalStep(step);
    if (key !== undefined) children.set(key, asChild(inner));
  }
  return { isMember: Object.hasOwn(value, '.'), children };
}

function asChild(value: Json): FieldSet {
  if (!isMap(value)) return EMPTY;
  return Object.keys(value).length === 0 ? LEAF : fromFieldsV1(value);
}

function normalStep(step: string): string | undefined {
  if (step.startsWith('f:')) return step;
  if (!step.startsWith('k:') && !step.startsWith('v:')) return undefined;
  const value = parseJson(step.slice(2));
  return value === undefined ? undefined : `${step.slice(0, 2)}${canonical(value)}`;
}

export function memberStep(name: string): string {
  return `f:${name}`;
}

export function keyStep(key: JsonMap): string {
  return `k:${canonical(key)}`;
}

export function valueStep(value: Json): string {
  return `v:${canonical(value)}`;
}

/** `.metadata.labels.app`, `.spec.ports[port=80,protocol="TCP"]`, as conflicts name fields. */
export function pathText(path: FieldPath): string {
  return path
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (step.startsWith('v:')) return `[=${step.slice(2)}]`;
      const key = parseJson(step.slice(2));
      const members = isMap(key) ? Object.entries(key) : [];
      return `[${members.map(([name, value]) => `${name}=${canonical(value)}`).join(',')}]`;
    })
    .join('');
}
