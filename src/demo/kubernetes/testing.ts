import type { Json, JsonMap } from './json.ts';
import { type ServedKind, servedKinds } from './kinds.ts';
import { createRegistry, type Registry, type Target } from './registry.ts';
import { createStore } from './store.ts';

/** A registry without a server, and short words for what tests do with it. */
export interface TestRegistry {
  readonly registry: Registry;
  readonly kind: (name: string) => ServedKind;
  readonly target: (kind: string, namespace: string, name: string) => Target;
  readonly create: (kind: string, object: JsonMap, manager?: string) => JsonMap;
  readonly apply: (kind: string, object: JsonMap, manager: string, isForced?: boolean) => JsonMap;
  readonly patch: (
    target: Target,
    form: 'json' | 'merge' | 'strategic',
    body: Json,
    manager?: string,
  ) => JsonMap;
  /** Milliseconds since 1970; moves on by a second with each question. */
  readonly now: () => number;
}

const NOON = Date.UTC(2026, 0, 5, 12);

export function testRegistry(): TestRegistry {
  const kinds = servedKinds();
  let seconds = 0;
  const now = (): number => {
    seconds += 1;
    return NOON + seconds * 1000;
  };
  const registry = createRegistry({ store: createStore(), kinds, now });
  const kind = (name: string): ServedKind => {
    const found = kinds.find((known) => known.kind === name);
    if (found === undefined) throw new Error(`no kind ${name}`);
    return found;
  };
  const target = (name: string, namespace: string, object: string): Target => ({
    kind: kind(name),
    namespace,
    name: object,
    subresource: '',
  });
  const of = (name: string, object: JsonMap): Target => {
    const { namespace = '', name: called = '' } = object['metadata'] as Readonly<Record<string, string>>;
    return target(name, namespace, called);
  };
  return {
    registry,
    kind,
    target,
    now,
    create(name, object, manager = 'test') {
      const { kind: served, namespace } = of(name, object);
      return registry.create(served, namespace, object, { manager, isDryRun: false });
    },
    apply(name, object, manager, isForced = false) {
      const write = { manager, isDryRun: false };
      return registry.patch(of(name, object), { form: 'apply', body: object, isForced }, write).object;
    },
    patch: (where, form, body, manager = 'test') =>
      registry.patch(where, { form, body, isForced: false }, { manager, isDryRun: false }).object,
  };
}

export function namespaceObject(name: string, labels: Readonly<Record<string, string>> = {}): JsonMap {
  return { metadata: { name, labels } };
}
