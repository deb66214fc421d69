import type { ClusterObject } from '../model/cluster.ts';
import type { ClusterWrite } from './cluster-reader.ts';

/** An object and who owns which of its fields, by path: `.metadata.labels.team`. */
export interface AppliedObject {
  readonly object: ClusterObject;
  readonly owners: ReadonlyMap<string, ReadonlySet<string>>;
}

type Json = Readonly<Record<string, unknown>>;

/** All fields of an object belong to whoever wrote it whole. */
export function ownedBy(object: ClusterObject, manager: string): AppliedObject {
  const owners = new Map([...leavesOf(object)].map(([path]) => [path, new Set([manager])]));
  return { object, owners };
}

/**
 * Server-side apply, as far as the twin needs it: maps are merged, lists are taken whole, equal values are shared, and
 * what its only owner leaves out is removed.
 */
export function applyFields(
  known: AppliedObject | undefined,
  wanted: ClusterObject,
  { manager, isForced }: { readonly manager: string; readonly isForced: boolean },
):
  | { readonly kind: 'applied'; readonly applied: AppliedObject }
  | Extract<ClusterWrite, { readonly kind: 'conflict' }> {
  if (known === undefined) return { kind: 'applied', applied: ownedBy(wanted, manager) };
  const before = leavesOf(known.object);
  const after = leavesOf(wanted);
  const taken = [...after].filter(([path, { text }]) => before.has(path) && before.get(path)?.text !== text);
  const conflicts = taken.flatMap(([path]) =>
    [...(known.owners.get(path) ?? [])]
      .filter((owner) => owner !== manager)
      .map((owner) => ({ manager: owner, field: path })),
  );
  if (conflicts.length > 0 && !isForced) return { kind: 'conflict', managers: conflicts };
  const owners = new Map([...known.owners].map(([path, names]) => [path, new Set(names)]));
  let object: Json = known.object;
  for (const [path, names] of owners) {
    if (after.has(path) || !names.delete(manager) || names.size > 0) continue;
    owners.delete(path);
    object = without(object, before.get(path)?.steps ?? []);
  }
  for (const [path, { steps, value, text }] of after) {
    const isSame = before.get(path)?.text === text;
    owners.set(path, new Set(isSame ? [...(owners.get(path) ?? []), manager] : [manager]));
    object = withValue(object, steps, value);
  }
  return { kind: 'applied', applied: { object: object as unknown as ClusterObject, owners } };
}

/** A merge patch (RFC 7386): a null takes a field away from all of its owners, and what differs is the writer's. */
export function mergeFields(known: AppliedObject, patch: object, manager: string): AppliedObject {
  const before = leavesOf(known.object);
  const object = merged(known.object, patch as Json) as unknown as ClusterObject;
  const after = leavesOf(object);
  const owners = new Map<string, ReadonlySet<string>>();
  for (const [path, { text }] of after) {
    const isSame = before.get(path)?.text === text;
    owners.set(path, (isSame ? known.owners.get(path) : undefined) ?? new Set([manager]));
  }
  return { object, owners };
}

function merged(map: Json, patch: Json): Json {
  const result = new Map(Object.entries(map));
  for (const [key, value] of Object.entries(patch)) {
    const inner = result.get(key);
    if (value === null) result.delete(key);
    else result.set(key, isMap(value) ? merged(isMap(inner) ? inner : {}, value) : value);
  }
  return Object.fromEntries(result);
}

interface Leaf {
  readonly steps: readonly string[];
  readonly value: unknown;
  readonly text: string;
}

/** What identifies an object, and what the server gives, has no owner. */
const UNOWNED =
  /^\.(?:apiVersion|kind|metadata\.(?:name|namespace|uid|resourceVersion|generation|creationTimestamp))$/;

function leavesOf(object: ClusterObject): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (value: unknown, steps: readonly string[]): void => {
    if (isMap(value) && Object.keys(value).length > 0) {
      for (const [key, member] of Object.entries(value)) visit(member, [...steps, key]);
      return;
    }
    const path = steps.map((step) => `.${step}`).join('');
    if (!UNOWNED.test(path)) leaves.set(path, { steps, value, text: JSON.stringify(value) });
  };
  visit(object, []);
  return leaves;
}

function withValue(map: Json, [step, ...rest]: readonly string[], value: unknown): Json {
  if (step === undefined) return map;
  const inner = map[step];
  return { ...map, [step]: rest.length === 0 ? value : withValue(isMap(inner) ? inner : {}, rest, value) };
}

function without(map: Json, [step, ...rest]: readonly string[]): Json {
  if (step === undefined) return map;
  const { [step]: inner, ...others } = map;
  return rest.length === 0 || !isMap(inner) ? others : { ...others, [step]: without(inner, rest) };
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
