import { compile } from '../../core/engine/index.ts';
import { readRepository } from '../../core/manifest/read.ts';
import { worldOf } from '../../core/manifest/world.ts';
import type { AgentOptions } from '../../core/model/options.ts';
import type { SourceFile } from '../../core/model/repository.ts';
import { isManaged } from '../agents/endpoints.ts';
import { type JsonMap, withAt } from '../kubernetes/json.ts';
import { nameOf, namespaceOf, type Store } from '../kubernetes/store.ts';
import { withOutsiders } from './cluster.ts';
import type { State } from './recorder.ts';

/** What a verdict depends on. */
const KINDS = [
  'Namespace',
  'Pod',
  'Service',
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CiliumCIDRGroup',
] as const;

export interface InForce {
  /** What agents enforce at a moment, in milliseconds since 1970: what the API server had a little before. */
  at(ms: number): State;
  close(): void;
}

export interface InForceOptions {
  readonly store: Store;
  readonly agent: AgentOptions;
  readonly now: () => number;
  /** How long agents take to enforce what changed. */
  readonly delayMs: number;
}

/** Follows the API server's objects, and compiles what is in force. */
export function followInForce({ store, agent, now, delayMs }: InForceOptions): InForce {
  const kinds: ReadonlySet<string> = new Set(KINDS);
  /** When the store came to a version, the oldest first. */
  let changes: readonly { readonly ms: number; readonly version: number }[] = [
    { ms: Number.NEGATIVE_INFINITY, version: store.version() },
  ];
  let known: { readonly version: number; readonly state: State } | undefined;
  const stop = store.subscribe(store.version(), ({ kind, version }) => {
    if (!kinds.has(kind)) return;
    const ms = now();
    const last = changes.at(-1);
    const rest = last?.ms === ms ? changes.slice(0, -1) : changes;
    changes = [...rest, { ms, version }];
  });
  return {
    at(ms) {
      const index = changes.findLastIndex((change) => change.ms <= ms - delayMs);
      if (index > 0) changes = changes.slice(index);
      const version = changes[0]?.version ?? store.version();
      if (known?.version !== version) known = { version, state: stateOf(store, version, agent) };
      return known.state;
    },
    close: () => stop?.(),
  };
}

function stateOf(store: Store, version: number, agent: AgentOptions): State {
  const isKept = version >= store.horizon();
  const files = KINDS.flatMap((kind) =>
    store
      .list(kind, isKept ? version : undefined)
      .filter((object) => kind !== 'Pod' || isManaged(object))
      .map((object) => fileOf(kind, object)),
  );
  const world = withOutsiders(worldOf(readRepository(files, { agent }), agent));
  const labels = new Map(world.endpoints.map((endpoint) => [endpoint.id, endpoint.labels]));
  return {
    engine: compile(world, agent),
    policies: world.policies,
    labelsOf: (endpoint) => labels.get(endpoint) ?? [],
  };
}

/** An object as the file that would make it. JSON is YAML. */
function fileOf(kind: string, object: JsonMap): SourceFile {
  const bare = withAt(withAt(object, ['metadata', 'managedFields'], undefined), ['status'], undefined);
  return { path: `${kind}.${namespaceOf(object)}.${nameOf(object)}.json`, text: JSON.stringify(bare) };
}
