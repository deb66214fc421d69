import { isMap, type JsonMap, parseJson, textAt } from './json.ts';
import type { ServedKind } from './kinds.ts';
import { isTrue } from './route.ts';
import { fieldSelector, labelSelector, type Matches } from './selectors.ts';
import { ApiError, badRequest, expired } from './status.ts';
import { nameOf, namespaceOf, type Store } from './store.ts';

export interface ListScope {
  readonly kind: ServedKind;
  readonly namespace: string;
  readonly name: string;
}

/** What a list or a watch is limited to. @throws ApiError 400 */
export function matcherOf({ namespace, name }: ListScope, query: URLSearchParams): Matches {
  const byLabels = labelSelector(query.get('labelSelector') ?? '');
  const byFields = fieldSelector(query.get('fieldSelector') ?? '');
  return (object) =>
    (namespace === '' || namespaceOf(object) === namespace) &&
    (name === '' || nameOf(object) === name) &&
    byLabels(object) &&
    byFields(object);
}

export interface Page {
  readonly items: readonly JsonMap[];
  readonly metadata: JsonMap;
}

/** One page of a list; the pages that follow show the same moment. @throws ApiError 400, 410 */
export function readPage(store: Store, scope: ListScope, query: URLSearchParams): Page {
  const matches = matcherOf(scope, query);
  const limit = numberOf(query.get('limit'), 'limit') ?? 0;
  const token = query.get('continue') ?? '';
  const start = token === '' ? { version: versionAsked(store, query), after: 0 } : continueAt(token, store);
  const all = store.list(scope.kind.kind, start.version).filter(matches);
  const items = limit === 0 ? all.slice(start.after) : all.slice(start.after, start.after + limit);
  const left = all.length - start.after - items.length;
  const metadata = {
    resourceVersion: String(start.version),
    ...(left > 0
      ? { continue: continueToken(start.version, start.after + items.length), remainingItemCount: left }
      : {}),
  };
  return { items, metadata };
}

/** The version that a list is of. */
function versionAsked(store: Store, query: URLSearchParams): number {
  const asked = numberOf(query.get('resourceVersion'), 'resourceVersion') ?? 0;
  const match = query.get('resourceVersionMatch') ?? '';
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan') {
    throw badRequest(`resourceVersionMatch: Unsupported value: ${JSON.stringify(match)}`);
  }
  if (asked > store.version()) throw tooNew(asked, store);
  if (match !== 'Exact') return store.version();
  if (asked < store.horizon()) {
    throw expired('The provided resource version is too old');
  }
  return asked;
}

function tooNew(asked: number, store: Store): ApiError {
  return new ApiError(504, 'Timeout', `Too large resource version: ${asked}, current: ${store.version()}`, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    headers: { 'Retry-After': '1' },
  });
}

function continueToken(version: number, after: number): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: String(after) })).toString(
    'base64url',
  );
}

function continueAt(token: string, store: Store): { readonly version: number; readonly after: number } {
  const read = parseJson(Buffer.from(token, 'base64url').toString('utf8'));
  const version = isMap(read) ? read['rv'] : undefined;
  const after = Number(textAt(read, 'start'));
  if (typeof version !== 'number' || !Number.isInteger(version) || !Number.isInteger(after) || after < 0) {
    throw badRequest('continue key is not valid: it must be one that a list returned');
  }
  if (version < store.horizon()) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    );
  }
  return { version: Math.min(version, store.version()), after };
}

/** A number of a query; undefined where it is not given. @throws ApiError 400 */
export function numberOf(text: string | null, name: string): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(`${name}: Invalid value: ${JSON.stringify(text.slice(0, 100))}`);
  return Number(text);
}

/** A watch that begins with all there is, marks where that ends, and goes on (KEP-3157). */
export function wantsInitialEvents(query: URLSearchParams): boolean {
  return isTrue(query.get('sendInitialEvents'));
}
