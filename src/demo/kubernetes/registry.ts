import { isDeleted, newMetadata, validate, wishesOf, withDefaults, withIdentityOf } from './admit.ts';
import { EMPTY, type FieldSet, setOf } from './field-set.ts';
import { at, isMap, isSame, type Json, type JsonMap, listAt, mapAt, textAt, withAt } from './json.ts';
import { jsonPatch } from './json-patch.ts';
import { apiVersionOf, type ServedKind } from './kinds.ts';
import type { ManagerName } from './managers.ts';
import { mergePatch, strategicMergePatch } from './merge-patch.ts';
import { applyOnServer, isSameObject, type Merging, trackUpdate } from './server-side-apply.ts';
import { shapeOf } from './shape.ts';
import { alreadyExists, badRequest, notFound, stale, unsupportedMediaType } from './status.ts';
import { nameOf, namespaceOf, type Store, versionOf } from './store.ts';

/** The objects of one API server, as its handlers change them. */
export interface Registry {
  readonly store: Store;
  get(kind: ServedKind, namespace: string, name: string): JsonMap;
  create(kind: ServedKind, namespace: string, body: Json, write: Write): JsonMap;
  update(target: Target, body: Json, write: Write): JsonMap;
  patch(target: Target, patch: Patch, write: Write): Patched;
  remove(target: Target, options: Json, write: Write): JsonMap;
}

export interface Target {
  readonly kind: ServedKind;
  readonly namespace: string;
  readonly name: string;
  /** `status`, or empty. */
  readonly subresource: string;
}

export interface Write {
  /** Whose fields they are then. */
  readonly manager: string;
  readonly isDryRun: boolean;
  /** What becomes of fields that the schema does not know: refused, told, or passed over. Absent: passed over. */
  readonly validation?: 'Strict' | 'Warn' | 'Ignore';
  /** Told what the writer should know. */
  readonly warn?: (text: string) => void;
}

/** Looks at an object before it is kept. @throws ApiError for what its schema does not allow */
export type Admission = (
  object: JsonMap,
  kind: ServedKind,
) => {
  /** As it is to be kept. */
  readonly object: JsonMap;
  /** Fields that were dropped since the schema does not know them. */
  readonly unknown: readonly string[];
};

export interface Patch {
  readonly form: 'json' | 'merge' | 'strategic' | 'apply';
  readonly body: Json;
  /** Of an apply: takes fields over. */
  readonly isForced: boolean;
}

export interface Patched {
  readonly object: JsonMap;
  readonly isNew: boolean;
}

export interface RegistryOptions {
  readonly store: Store;
  readonly kinds: readonly ServedKind[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Absent: everything is let in. */
  readonly admission?: Admission;
}

/** Reads and writes as the API server does it: defaults, checks, owners of fields, the status by itself. */
export function createRegistry({ store, kinds, now, admission = letIn }: RegistryOptions): Registry {
  let count = 0;
  const time = (): string => new Date(now()).toISOString().replace(/\.\d+Z$/, 'Z');

  function get(kind: ServedKind, namespace: string, name: string): JsonMap {
    const found = store.get(kind.kind, namespace, name);
    if (found === undefined) throw notFound(kind, name);
    return found;
  }

  function mergingOf(
    { kind, subresource }: Pick<Target, 'kind' | 'subresource'>,
    write: Write,
    operation: 'Apply' | 'Update',
  ): Merging {
    const manager: ManagerName = {
      name: write.manager,
      operation,
      apiVersion: apiVersionOf(kind),
      subresource,
      time: time(),
    };
    return { shape: shapeOf(kind.kind), ignored: ignoredBy(kind, subresource), manager };
  }

  function admitted(object: JsonMap, kind: ServedKind, { validation = 'Ignore', warn }: Write): JsonMap {
    validate(object, kind);
    const { object: kept, unknown } = admission(object, kind);
    if (unknown.length > 0 && validation === 'Strict') throw unknownFields(kind, unknown);
    if (validation === 'Warn') for (const field of unknown) warn?.(`unknown field "${field}"`);
    return kept;
  }

  /** Puts an object where there was none. */
  function insert(kind: ServedKind, object: JsonMap, write: Write): JsonMap {
    if (kind.isNamespaced && store.get('Namespace', '', namespaceOf(object)) === undefined) {
      throw notFound({ group: '', plural: 'namespaces' }, namespaceOf(object));
    }
    count += 1;
    const fresh = newMetadata(withDefaults(object, kind), kind, time(), count);
    const kept = admitted(fresh, kind, write);
    return write.isDryRun ? kept : store.put(kind.kind, kept);
  }

  /** Puts an object in the place of another, where they differ. */
  function replace({ kind, subresource }: Target, live: JsonMap, next: JsonMap, write: Write): JsonMap {
    const identified = withIdentityOf(withDefaults(next, kind), live);
    const isChanged =
      subresource === '' && kind.hasGeneration && !isSame(wishesOf(identified), wishesOf(live));
    const generation = at(live, 'metadata', 'generation');
    const object =
      isChanged && typeof generation === 'number'
        ? withAt(identified, ['metadata', 'generation'], generation + 1)
        : identified;
    const versioned = withAt(object, ['metadata', 'resourceVersion'], versionOf(live));
    const kept = admitted(versioned, kind, write);
    if (isSameObject(kept, live)) return live;
    if (write.isDryRun) return kept;
    if (isDeleted(kept) && listAt(kept, 'metadata', 'finalizers').length === 0) {
      store.remove(kind.kind, namespaceOf(live), nameOf(live));
      return kept;
    }
    return store.put(kind.kind, kept);
  }

  function create(kind: ServedKind, namespace: string, body: Json, write: Write): JsonMap {
    const given = objectOf(body, kind, namespace);
    const generated = textAt(given, 'metadata', 'generateName');
    const name = nameOf(given) === '' && generated !== '' ? `${generated}${suffix(count)}` : nameOf(given);
    const object = withoutServers(withAt(given, ['metadata', 'name'], name));
    if (store.get(kind.kind, namespace, name) !== undefined) throw alreadyExists(kind, name);
    const bare = kind.hasStatus && kind.kind !== 'Pod' ? withAt(object, ['status'], undefined) : object;
    const merging = mergingOf({ kind, subresource: '' }, write, 'Update');
    return insert(kind, trackUpdate(undefined, withDefaults(bare, kind), merging), write);
  }

  function update(target: Target, body: Json, write: Write): JsonMap {
    const { kind, namespace, name } = target;
    const live = get(kind, namespace, name);
    const given = objectOf(body, kind, namespace, name);
    if (versionOf(given) !== '' && versionOf(given) !== versionOf(live)) throw stale(kind, name);
    return change(target, live, given, write);
  }

  function change(target: Target, live: JsonMap, given: JsonMap, write: Write): JsonMap {
    const next = within(target, live, given);
    return replace(target, live, trackUpdate(live, next, mergingOf(target, write, 'Update')), write);
  }

  function patch(target: Target, { form, body, isForced }: Patch, write: Write): Patched {
    const { kind, namespace, name, subresource } = target;
    const live = store.get(kind.kind, namespace, name);
    if (form === 'apply') {
      const given = objectOf(body, kind, namespace, name);
      if (live === undefined && subresource !== '') throw notFound(kind, name);
      if (versionOf(given) !== '' && versionOf(given) !== versionOf(live)) throw stale(kind, name);
      const merging = mergingOf(target, write, 'Apply');
      const object = applyOnServer(live, withoutServers(partOf(given, merging.ignored)), merging, isForced);
      if (live === undefined) return { object: insert(kind, object, write), isNew: true };
      return { object: replace(target, live, object, write), isNew: false };
    }
    if (live === undefined) throw notFound(kind, name);
    const patched = objectOf(patchedObject(live, form, body, kind), kind, namespace, name);
    if (versionOf(patched) !== versionOf(live)) throw stale(kind, name);
    return { object: change(target, live, patched, write), isNew: false };
  }

  function remove({ kind, namespace, name }: Target, options: Json, write: Write): JsonMap {
    const live = get(kind, namespace, name);
    for (const key of ['uid', 'resourceVersion']) {
      const wanted = textAt(options, 'preconditions', key);
      if (wanted !== '' && wanted !== textAt(live, 'metadata', key)) throw stale(kind, name);
    }
    if (write.isDryRun) return live;
    if (listAt(live, 'metadata', 'finalizers').length > 0) {
      return isDeleted(live)
        ? live
        : store.put(kind.kind, withAt(live, ['metadata', 'deletionTimestamp'], time()));
    }
    store.remove(kind.kind, namespace, name);
    if (kind.kind === 'Namespace') {
      for (const inner of kinds.filter(({ isNamespaced }) => isNamespaced)) {
        for (const object of store.list(inner.kind).filter((object) => namespaceOf(object) === name))
          store.remove(inner.kind, name, nameOf(object));
      }
    }
    return live;
  }

  return { store, get, create, update, patch, remove };
}

function letIn(object: JsonMap): ReturnType<Admission> {
  return { object, unknown: [] };
}

/** In the words of `fieldValidation=Strict`. */
function unknownFields({ kind, version }: ServedKind, fields: readonly string[]): Error {
  const list = fields.map((field) => `unknown field "${field}"`).join(', ');
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: strict decoding error: ${list}`,
  );
}

/** What a way in does not change: the status has its own, and takes nothing else with it. */
function ignoredBy({ kind, hasStatus }: ServedKind, subresource: string): FieldSet {
  if (!hasStatus) return EMPTY;
  if (subresource === 'status') return kind === 'Namespace' ? STATUS_OF_NAMESPACE : STATUS_ONLY;
  return kind === 'Pod' ? EMPTY : STATUS;
}

const STATUS: FieldSet = setOf([['f:status']]);
const STATUS_ONLY: FieldSet = setOf([
  ['f:spec'],
  ['f:metadata', 'f:labels'],
  ['f:metadata', 'f:annotations'],
]);
/** A namespace's labels may be changed by its status too (kubernetes 1.32, registry/core/namespace/strategy.go). */
const STATUS_OF_NAMESPACE: FieldSet = setOf([['f:spec']]);

function partOf(object: JsonMap, ignored: FieldSet): JsonMap {
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => ignored.children.get(`f:${key}`)?.isMember !== true),
  );
}

/** The object as it would be: a write of the status changes the status, any other all else. */
function within({ kind, subresource }: Target, live: JsonMap, given: JsonMap): JsonMap {
  if (subresource === 'status') {
    const status = withAt(live, ['status'], given['status']);
    const owned = withAt(status, ['metadata', 'managedFields'], at(given, 'metadata', 'managedFields'));
    if (kind.kind !== 'Namespace') return owned;
    return withAt(owned, ['metadata', 'labels'], at(given, 'metadata', 'labels'));
  }
  return kind.hasStatus && kind.kind !== 'Pod' ? withAt(given, ['status'], live['status']) : given;
}

function patchedObject(
  live: JsonMap,
  form: 'json' | 'merge' | 'strategic',
  body: Json,
  kind: ServedKind,
): Json {
  switch (form) {
    case 'json':
      return jsonPatch(live, body);
    case 'merge':
      return mergePatch(live, body);
    case 'strategic':
      if (kind.group.includes('.') && kind.group !== 'networking.k8s.io') {
        throw unsupportedMediaType(
          'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
        );
      }
      return strategicMergePatch(live, body, shapeOf(kind.kind));
  }
}

/** What was sent, as an object of this kind with this name. @throws ApiError 400 */
function objectOf(body: Json, kind: ServedKind, namespace: string, name?: string): JsonMap {
  if (!isMap(body)) throw badRequest('the object provided is unrecognized (must be of type Object)');
  const apiVersion = apiVersionOf(kind);
  const given = { apiVersion: textAt(body, 'apiVersion'), kind: textAt(body, 'kind') };
  if (
    (given.apiVersion !== '' && given.apiVersion !== apiVersion) ||
    (given.kind !== '' && given.kind !== kind.kind)
  ) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}, Kind=${given.kind}) does not match the expected API version (${apiVersion}, Kind=${kind.kind})`,
    );
  }
  if (name !== undefined && nameOf(body) !== '' && nameOf(body) !== name) {
    throw badRequest(`the name of the object (${nameOf(body)}) does not match the name on the URL (${name})`);
  }
  if (namespaceOf(body) !== '' && namespaceOf(body) !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  const metadata = {
    ...mapAt(body, 'metadata'),
    ...(name === undefined ? {} : { name }),
    ...(kind.isNamespaced ? { namespace } : {}),
  };
  return { ...body, apiVersion, kind: kind.kind, metadata };
}

/** Without what only the API server says. */
function withoutServers(object: JsonMap): JsonMap {
  let result = object;
  for (const key of [
    'uid',
    'resourceVersion',
    'creationTimestamp',
    'generation',
    'deletionTimestamp',
    'selfLink',
  ])
    result = withAt(result, ['metadata', key], undefined);
  return result;
}

function suffix(count: number): string {
  return ((count + 1) * 7_919_317).toString(36).slice(-5).padStart(5, 'x');
}
