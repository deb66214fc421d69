import { type JsonMap, withAt } from './json.ts';
import { apiVersionOf } from './kinds.ts';
import { type ListScope, matcherOf, numberOf, wantsInitialEvents } from './reads.ts';
import { isTrue } from './route.ts';
import { expired } from './status.ts';
import type { Change, Store } from './store.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonMap;
}

export interface Watching {
  /** Ends it; nothing is told any more. */
  readonly stop: () => void;
  /** Tells how far it is, where bookmarks were asked for. */
  readonly bookmark: () => void;
}

/**
 * Tells what happens to objects from a version on: first at once what is known, then whatever comes. An object that
 * begins or ceases to match is added or deleted for who watches (apiserver, storage/cacher/cache_watcher.go).
 *
 * @throws ApiError 400; 410 where the version is no more known
 */
export function watch(
  store: Store,
  scope: ListScope,
  query: URLSearchParams,
  tell: (event: WatchEvent) => void,
): Watching {
  const { kind } = scope;
  const matches = matcherOf(scope, query);
  const asked = numberOf(query.get('resourceVersion'), 'resourceVersion') ?? 0;
  const wantsInitial = wantsInitialEvents(query);
  const isFromNow = asked === 0 || wantsInitial;
  const from = isFromNow ? store.version() : asked;
  const hasBookmarks = isTrue(query.get('allowWatchBookmarks'));

  function tellChange(change: Change): void {
    if (change.kind !== kind.kind) return;
    const { before, after, version } = change;
    const was = before !== undefined && matches(before);
    const is = after !== undefined && matches(after);
    if (is) tell({ type: was ? 'MODIFIED' : 'ADDED', object: after });
    else if (was)
      tell({ type: 'DELETED', object: withAt(before, ['metadata', 'resourceVersion'], String(version)) });
  }

  function bookmark(annotations?: JsonMap): void {
    const metadata = {
      resourceVersion: String(store.version()),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    tell({ type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } });
  }

  if (isFromNow) {
    for (const object of store.list(kind.kind).filter(matches)) tell({ type: 'ADDED', object });
    if (wantsInitial && hasBookmarks) bookmark({ 'k8s.io/initial-events-end': 'true' });
  }
  const stop = store.subscribe(from, tellChange);
  if (stop === undefined) throw expired(`too old resource version: ${from} (${store.horizon()})`);
  return {
    stop,
    bookmark() {
      if (hasBookmarks) bookmark();
    },
  };
}
