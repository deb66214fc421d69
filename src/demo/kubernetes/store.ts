import { isMap, type JsonMap, textAt, withAt } from './json.ts';

/** Objects by kind and name, every change numbered, and the last changes kept for those who watch. */
export interface Store {
  /** Of the last change; grows by one with each. */
  version(): number;
  /** The oldest version from which all changes are still known. */
  horizon(): number;
  get(kind: string, namespace: string, name: string): JsonMap | undefined;
  /**
   * Sorted by namespace and name.
   *
   * @param version as they were then, within the horizon; absent: as they are
   */
  list(kind: string, version?: number): readonly JsonMap[];
  /** Writes an object and gives it its number. @returns it as it is now */
  put(kind: string, object: JsonMap): JsonMap;
  remove(kind: string, namespace: string, name: string): JsonMap | undefined;
  /** Tells all changes after a version, those that were first. @returns how to end it; undefined beyond the horizon */
  subscribe(version: number, listener: (change: Change) => void): (() => void) | undefined;
  /** Forgets changes: whoever watches from before must list anew. */
  compact(): void;
}

export interface Change {
  readonly kind: string;
  readonly version: number;
  /** Undefined where it was made. */
  readonly before: JsonMap | undefined;
  /** Undefined where it is gone. */
  readonly after: JsonMap | undefined;
}

export interface StoreOptions {
  /** How many changes are kept. */
  readonly historyMax?: number;
  /** Numbers begin after this. */
  readonly firstVersion?: number;
}

export function createStore({ historyMax = 5000, firstVersion = 1 }: StoreOptions = {}): Store {
  const kinds = new Map<string, Map<string, JsonMap>>();
  let history: Change[] = [];
  let current = firstVersion;
  let oldest = firstVersion;
  const listeners = new Set<(change: Change) => void>();

  function objectsOf(kind: string): Map<string, JsonMap> {
    let objects = kinds.get(kind);
    if (objects === undefined) kinds.set(kind, (objects = new Map<string, JsonMap>()));
    return objects;
  }

  function record(change: Change): void {
    history.push(change);
    // Cut in steps, so that a long history is not moved with each change.
    if (history.length > historyMax * 1.25) {
      const gone = history.length - historyMax;
      oldest = history[gone - 1]?.version ?? oldest;
      history = history.slice(gone);
    }
    for (const listener of listeners) listener(change);
  }

  return {
    version: () => current,
    horizon: () => oldest,
    get: (kind, namespace, name) => objectsOf(kind).get(keyOf(namespace, name)),
    list(kind, version = current) {
      const objects = new Map(objectsOf(kind));
      for (const change of history.toReversed()) {
        if (change.version <= version) break;
        if (change.kind !== kind) continue;
        const object = change.before ?? change.after ?? {};
        if (change.before === undefined) objects.delete(keyOfObject(object));
        else objects.set(keyOfObject(object), change.before);
      }
      const sorted = [...objects].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
      return sorted.map(([, object]) => object);
    },
    put(kind, object) {
      current += 1;
      const key = keyOfObject(object);
      const before = objectsOf(kind).get(key);
      const after = withAt(object, ['metadata', 'resourceVersion'], String(current));
      objectsOf(kind).set(key, after);
      record({ kind, version: current, before, after });
      return after;
    },
    remove(kind, namespace, name) {
      const key = keyOf(namespace, name);
      const before = objectsOf(kind).get(key);
      if (before === undefined) return undefined;
      current += 1;
      objectsOf(kind).delete(key);
      record({ kind, version: current, before, after: undefined });
      return before;
    },
    subscribe(version, listener) {
      if (version < oldest) return undefined;
      for (const change of history) if (change.version > version) listener(change);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact() {
      history = [];
      oldest = current;
    },
  };
}

/** No name may hold a line's end. */
function keyOf(namespace: string, name: string): string {
  return `${namespace}\n${name}`;
}

function keyOfObject(object: JsonMap): string {
  return keyOf(namespaceOf(object), nameOf(object));
}

export function nameOf(object: JsonMap): string {
  return textAt(object, 'metadata', 'name');
}

export function namespaceOf(object: JsonMap): string {
  return textAt(object, 'metadata', 'namespace');
}

export function versionOf(object: JsonMap | undefined): string {
  return isMap(object) ? textAt(object, 'metadata', 'resourceVersion') : '';
}
