import {
  CLUSTER_KIND_NAMES,
  CLUSTER_KINDS,
  type ClusterIdentity,
  type ClusterKindName,
  type ClusterObject,
  type Permission,
} from '../model/cluster.ts';
import type { Cancellation } from './cancellation.ts';
import { type AppliedObject, applyFields, mergeFields, ownedBy } from './cluster-memory-apply.ts';
import type {
  ApplyOptions,
  ClusterChange,
  ClusterListing,
  ClusterReader,
  ClusterScope,
  ClusterWrite,
  ClusterWriter,
  PatchTarget,
} from './cluster-reader.ts';

export interface MemoryClusterOptions {
  readonly identity?: ClusterIdentity;
  readonly objects?: readonly ClusterObject[];
}

interface Watcher {
  readonly kind: ClusterKindName;
  readonly scope: ClusterScope;
  readonly queue: ClusterChange[];
  wake: () => void;
}

/** The twin: a cluster in memory, with what happens to it beside. */
export class MemoryCluster implements ClusterReader, ClusterWriter {
  readonly identity: ClusterIdentity;
  readonly #objects = new Map<string, AppliedObject>();
  readonly #watchers = new Set<Watcher>();
  readonly #forbidden = new Set<string>();
  readonly #absent = new Set<ClusterKindName>();
  #version = 0;

  constructor({ identity = { context: 'memory', server: '' }, objects = [] }: MemoryClusterOptions = {}) {
    this.identity = identity;
    for (const object of objects) this.put(object);
  }

  list(kind: ClusterKindName, scope: ClusterScope = {}): Promise<ClusterListing> {
    const refused = this.#refusal(isNamed(scope) ? 'get' : 'list', kind, scope);
    return Promise.resolve(refused ?? { kind: 'objects', objects: this.#all(kind, scope) });
  }

  async *watch(
    kind: ClusterKindName,
    scope: ClusterScope = {},
    until: Cancellation = { aborted: false },
  ): AsyncGenerator<readonly ClusterChange[]> {
    const refused = this.#refusal('list', kind, scope);
    if (refused !== undefined) {
      yield [refused];
      return;
    }
    const watcher: Watcher = { kind, scope, queue: [], wake: () => undefined };
    watcher.queue.push({ kind: 'all', objects: this.#all(kind, scope) });
    this.#watchers.add(watcher);
    const stop = (): void => watcher.wake();
    until.addEventListener?.('abort', stop, { once: true });
    try {
      while (!until.aborted) {
        if (watcher.queue.length > 0) yield watcher.queue.splice(0);
        else
          await new Promise<void>((resolve) => {
            watcher.wake = resolve;
          });
      }
    } finally {
      until.removeEventListener?.('abort', stop);
      this.#watchers.delete(watcher);
    }
  }

  apply(object: ClusterObject, options: ApplyOptions): Promise<ClusterWrite> {
    return Promise.resolve(this.#apply(object, options));
  }

  patch(
    { kind, name, namespace = '' }: PatchTarget,
    patch: object,
    { fieldManager, isDryRun = false }: Omit<ApplyOptions, 'isForced'>,
  ): Promise<ClusterWrite> {
    const refused = this.#refusal('patch', kind, { namespace, name });
    if (refused?.kind === 'forbidden') return Promise.resolve(refused);
    const key = `${kind}/${namespace}/${name}`;
    const known = this.#objects.get(key);
    if (known === undefined)
      return Promise.resolve({ kind: 'refused', message: `${kind} "${name}" not found` });
    const applied = mergeFields(known, patch, fieldManager);
    const stored = this.#numbered(applied.object, false);
    if (!isDryRun) {
      this.#objects.set(key, { ...applied, object: stored });
      this.#tell({ kind: 'put', object: stored });
    }
    return Promise.resolve({ kind: 'written', object: stored, isNew: false });
  }

  whoAmI(): Promise<string | undefined> {
    return Promise.resolve('tester');
  }

  may({ verb, group, resource }: Permission): Promise<boolean> {
    const kind = CLUSTER_KIND_NAMES.find(
      (name) => CLUSTER_KINDS[name].plural === resource && CLUSTER_KINDS[name].group === group,
    );
    return Promise.resolve(kind === undefined || !this.#forbidden.has(`${verb} ${kind}`));
  }

  /** What somebody writes into the cluster by another way. */
  put(object: ClusterObject, manager = 'kubectl-create'): void {
    const isNew = !this.#objects.has(keyOf(object));
    const stored = this.#numbered(object, isNew);
    this.#objects.set(keyOf(object), ownedBy(stored, manager));
    this.#tell({ kind: 'put', object: stored });
  }

  remove(kind: ClusterKindName, name: string, namespace = ''): void {
    const key = `${kind}/${namespace}/${name}`;
    const known = this.#objects.get(key);
    if (known === undefined) return;
    this.#objects.delete(key);
    this.#tell({ kind: 'gone', object: known.object });
  }

  /** From now on, this may not be done. */
  forbid(verb: 'get' | 'list' | 'watch' | 'patch', kind: ClusterKindName): void {
    this.#forbidden.add(`${verb} ${kind}`);
  }

  /** From now on, the API server has no such kind. */
  lose(kind: ClusterKindName): void {
    this.#absent.add(kind);
  }

  /** Every watch starts anew, as when the server has forgotten where it stood. */
  expire(): void {
    for (const watcher of this.#watchers) {
      watcher.queue.push({ kind: 'all', objects: this.#all(watcher.kind, watcher.scope) });
      watcher.wake();
    }
  }

  #apply(
    object: ClusterObject,
    { fieldManager, isForced = false, isDryRun = false }: ApplyOptions,
  ): ClusterWrite {
    const kind = CLUSTER_KIND_NAMES.find((name) => name === object.kind);
    if (kind === undefined || this.#absent.has(kind)) {
      return { kind: 'refused', message: 'the server could not find the requested resource' };
    }
    const { name, namespace = '' } = object.metadata;
    const refused = this.#refusal('patch', kind, { namespace, name });
    if (refused?.kind === 'forbidden') return refused;
    const known = this.#objects.get(keyOf(object));
    const result = applyFields(known, object, { manager: fieldManager, isForced });
    if (result.kind === 'conflict') return result;
    const isNew = known === undefined;
    const stored = this.#numbered(result.applied.object, isNew);
    if (!isDryRun) {
      this.#objects.set(keyOf(object), { ...result.applied, object: stored });
      this.#tell({ kind: 'put', object: stored });
    }
    return { kind: 'written', object: stored, isNew };
  }

  #all(kind: ClusterKindName, scope: ClusterScope): readonly ClusterObject[] {
    return [...this.#objects.values()]
      .map(({ object }) => object)
      .filter((object) => object.kind === kind && isInScope(object, scope))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  #refusal(
    verb: string,
    kind: ClusterKindName,
    { namespace = '', name = '' }: ClusterScope,
  ): Extract<ClusterListing, { readonly kind: 'absent' | 'forbidden' }> | undefined {
    if (this.#absent.has(kind)) return { kind: 'absent' };
    if (!this.#forbidden.has(`${verb} ${kind}`)) return undefined;
    const { group, plural, isNamespaced } = CLUSTER_KINDS[kind];
    const permission = { verb, group, resource: plural, namespace: isNamespaced ? namespace : '', name };
    return { kind: 'forbidden', permission };
  }

  #numbered(object: ClusterObject, isNew: boolean): ClusterObject {
    this.#version += 1;
    const resourceVersion = String(this.#version);
    const uid = isNew ? `uid-${resourceVersion}` : this.#objects.get(keyOf(object))?.object.metadata.uid;
    return {
      ...object,
      metadata: { ...object.metadata, ...(uid === undefined ? {} : { uid }), resourceVersion },
    };
  }

  #tell(change: Extract<ClusterChange, { readonly kind: 'put' | 'gone' }>): void {
    for (const watcher of this.#watchers) {
      if (change.object.kind !== watcher.kind || !isInScope(change.object, watcher.scope)) continue;
      watcher.queue.push(change);
      watcher.wake();
    }
  }
}

function keyOf({ kind, metadata }: ClusterObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

function isNamed({ name, namespace, labelSelector }: ClusterScope): boolean {
  return name !== undefined && namespace !== undefined && labelSelector === undefined;
}

function isInScope(
  { metadata }: ClusterObject,
  { namespace, name, labelSelector = '' }: ClusterScope,
): boolean {
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace)
    return false;
  if (name !== undefined && metadata.name !== name) return false;
  return labelSelector === '' || labelSelector.split(',').every((part) => meets(metadata.labels ?? {}, part));
}

/** `a=b`, `a!=b`, `a`, `!a`: the forms that Services' selectors become. */
function meets(labels: Readonly<Record<string, string>>, requirement: string): boolean {
  const [, not = '', key = '', operator = '', value = ''] =
    /^\s*(!?)\s*([^=!\s]+)\s*(==?|!=)?\s*(.*?)\s*$/.exec(requirement) ?? [];
  const found = Object.hasOwn(labels, key) ? labels[key] : undefined;
  if (operator === '') return (found !== undefined) !== (not === '!');
  return operator === '!=' ? found !== value : found === value;
}
