import type { IncomingMessage } from 'node:http';
import type { ClusterKindName } from '../../core/model/cluster.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ClusterChange, ClusterScope } from '../../core/ports/cluster-reader.ts';
import { asFields, objectOf, textOf } from './answers.ts';
import type { Connection } from './connection.ts';
import { listKind, selectors } from './list.ts';
import { kindPath, permissionOf, queryOf } from './paths.ts';

/** How long the API server is asked to keep a watch, in seconds; it ends by itself, which is no failure. */
const SERVER_SECONDS = 290;
/** Of one event. */
const LINE_MAX = 32 * 1024 * 1024;

/** Where a watch goes on from. */
interface Position {
  readonly version: string;
  resourceVersion: string;
}

/** How a watch's connection came to its end. */
type End =
  /** The server closed it in time, or was silent for too long: go on from where it stood. */
  | { readonly kind: 'closed'; readonly hadEvents: boolean }
  /** What it stood on is forgotten: list again. */
  | { readonly kind: 'expired' }
  | {
      readonly kind: 'broken';
      readonly detail: string;
      readonly mustList: boolean;
      readonly hadEvents: boolean;
    }
  | { readonly kind: 'forbidden' | 'absent' | 'stopped' };

/**
 * Lists, then watches, for as long as it takes. A watch that ends in time is made anew at once, from where it stood; one
 * that failed after a wait that doubles; and where the server has forgotten the position (410), everything is listed
 * again and told as `all`. Silence beyond `Timing.idleMs` counts as an end, since a dead connection is silent too.
 *
 * @throws ClusterError when the first list fails
 */
export async function* watchKind(
  connection: Connection,
  kind: ClusterKindName,
  scope: ClusterScope,
  until: Cancellation,
): AsyncGenerator<readonly ClusterChange[]> {
  const waits = backoff(connection.timing.backoffMs);
  let position: Position | undefined;
  let isFirst = true;
  while (!until.aborted) {
    if (position === undefined) {
      const begun = await begin(connection, { kind, scope, isFirst }, until);
      if (begun.kind === 'stopped') return;
      yield [begun.change];
      if (begun.change.kind === 'forbidden' || begun.change.kind === 'absent') return;
      isFirst = false;
      if (begun.position === undefined) {
        await pause(waits.next(), until);
        continue;
      }
      position = begun.position;
    }
    const end: End = yield* follow(connection, { kind, scope, position }, until);
    switch (end.kind) {
      case 'closed':
        // A server that closes at once would be asked without a rest.
        if (end.hadEvents) waits.reset();
        else await pause(waits.afterQuiet(), until);
        break;
      case 'expired':
        position = undefined;
        // A server that forgets at once would be asked for lists without a rest.
        await pause(waits.afterQuiet(), until);
        break;
      case 'broken':
        yield [{ kind: 'interrupted', detail: end.detail }];
        if (end.mustList) position = undefined;
        // A proxy that cuts each watch after a while is no failure that grows.
        else if (end.hadEvents) waits.reset();
        await pause(waits.next(), until);
        break;
      case 'forbidden':
        yield [{ kind: 'forbidden', permission: permissionOf('watch', kind, scope) }];
        return;
      case 'absent':
        yield [{ kind: 'absent' }];
        return;
      case 'stopped':
        return;
    }
  }
}

type Begun =
  | { readonly kind: 'told'; readonly change: ClusterChange; readonly position: Position | undefined }
  | { readonly kind: 'stopped' };

async function begin(
  connection: Connection,
  {
    kind,
    scope,
    isFirst,
  }: { readonly kind: ClusterKindName; readonly scope: ClusterScope; readonly isFirst: boolean },
  until: Cancellation,
): Promise<Begun> {
  try {
    const listed = await listKind(connection, kind, scope, until);
    if (listed.kind !== 'objects') return { kind: 'told', change: listed, position: undefined };
    const { objects, version, resourceVersion } = listed;
    return { kind: 'told', change: { kind: 'all', objects }, position: { version, resourceVersion } };
  } catch (error) {
    if (until.aborted) return { kind: 'stopped' };
    if (isFirst || !(error instanceof ClusterError)) throw error;
    return { kind: 'told', change: { kind: 'interrupted', detail: detailOf(error) }, position: undefined };
  }
}

async function* follow(
  connection: Connection,
  {
    kind,
    scope,
    position,
  }: { readonly kind: ClusterKindName; readonly scope: ClusterScope; readonly position: Position },
  until: Cancellation,
): AsyncGenerator<readonly ClusterChange[], End> {
  const idle = idleTimer(connection.timing.idleMs, until);
  const begunAt = position.resourceVersion;
  const query = queryOf({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: begunAt,
    timeoutSeconds: String(SERVER_SECONDS),
    ...selectors(scope),
  });
  const path = `${kindPath(kind, position.version, scope)}${query}`;
  let response: IncomingMessage | undefined;
  let hadEvents = false;
  try {
    response = await connection.open({ method: 'GET', path }, idle.signal);
    const refused = refusal(response, connection);
    if (refused !== undefined) return refused;
    for await (const lines of linesOf(response, () => idle.touch())) {
      const changes: ClusterChange[] = [];
      let end: End | undefined;
      for (const line of lines) {
        const event = readEvent(line, kind, position, connection.server);
        if (event.kind === 'end') {
          end = event.end;
          break;
        }
        hadEvents = true;
        if (event.kind === 'change') changes.push(event.change);
      }
      if (changes.length > 0) yield changes;
      if (end !== undefined) return end.kind === 'broken' ? { ...end, hadEvents } : end;
    }
    return { kind: 'closed', hadEvents };
  } catch (error) {
    if (until.aborted) return { kind: 'stopped' };
    if (idle.isOver()) return { kind: 'closed', hadEvents };
    return { kind: 'broken', detail: detailOf(error), mustList: false, hadEvents };
  } finally {
    idle.clear();
    response?.destroy();
  }
}

function refusal(response: IncomingMessage, connection: Connection): End | undefined {
  switch (response.statusCode) {
    case 200:
      return undefined;
    case 403:
      return { kind: 'forbidden' };
    case 404:
      return { kind: 'absent' };
    case 410:
      return { kind: 'expired' };
    case 401:
      connection.refuseCredential();
      return { kind: 'broken', detail: 'unauthorized', mustList: false, hadEvents: false };
    default:
      return {
        kind: 'broken',
        detail: `status ${response.statusCode ?? 0}`,
        mustList: false,
        hadEvents: false,
      };
  }
}

type WatchEvent =
  | { readonly kind: 'change'; readonly change: ClusterChange }
  | { readonly kind: 'bookmark' }
  | { readonly kind: 'end'; readonly end: End };

function readEvent(line: string, kind: ClusterKindName, position: Position, server: string): WatchEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return broken('an event that is no JSON');
  }
  const event = asFields(value);
  const type = textOf(event?.['type']);
  const body = asFields(event?.['object']);
  if (body === undefined) return broken('an event without an object');
  if (type === 'ERROR') {
    const isExpired = body['code'] === 410 || body['reason'] === 'Expired' || body['reason'] === 'Gone';
    return isExpired
      ? { kind: 'end', end: { kind: 'expired' } }
      : broken(`an error: ${textOf(body['message'])}`);
  }
  const version = textOf(asFields(body['metadata'])?.['resourceVersion']);
  if (version !== '') position.resourceVersion = version;
  if (type === 'BOOKMARK') return { kind: 'bookmark' };
  if (type !== 'ADDED' && type !== 'MODIFIED' && type !== 'DELETED')
    return broken(`an event of type "${type}"`);
  try {
    const object = objectOf(body, kind, position.version, server);
    return { kind: 'change', change: { kind: type === 'DELETED' ? 'gone' : 'put', object } };
  } catch {
    return broken('an event about no object');
  }
}

/** Something was told that could not be read: only a new list makes it whole. */
function broken(detail: string): WatchEvent {
  return { kind: 'end', end: { kind: 'broken', detail, mustList: true, hadEvents: false } };
}

/** Whole lines, as many as came at once. */
async function* linesOf(response: IncomingMessage, touch: () => void): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response as AsyncIterable<Buffer>) {
    touch();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_MAX) throw new Error('an event that is too large');
    const filled = lines.filter((line) => line.trim() !== '');
    if (filled.length > 0) yield filled;
  }
  if (rest.trim() !== '') throw new Error('the connection ended in the middle of an event');
}

interface IdleTimer {
  readonly signal: AbortSignal;
  touch(): void;
  clear(): void;
  isOver(): boolean;
}

function idleTimer(ms: number, until: Cancellation): IdleTimer {
  const controller = new AbortController();
  let over = false;
  const stop = (): void => controller.abort();
  const start = (): NodeJS.Timeout =>
    setTimeout(() => {
      over = true;
      stop();
    }, ms);
  let timer = start();
  // One that was told before is not told again.
  if (until.aborted) stop();
  until.addEventListener?.('abort', stop, { once: true });
  return {
    signal: controller.signal,
    touch() {
      clearTimeout(timer);
      timer = start();
    },
    clear() {
      clearTimeout(timer);
      until.removeEventListener?.('abort', stop);
    },
    isOver: () => over,
  };
}

interface Backoff {
  /** After a failure, in milliseconds. */
  next(): number;
  /** After an end in good order without an event: none the first time. */
  afterQuiet(): number;
  reset(): void;
}

function backoff([first, most]: readonly [number, number]): Backoff {
  let failures = 0;
  let quiet = 0;
  return {
    next() {
      failures += 1;
      return Math.min(most, first * 2 ** Math.min(20, failures - 1));
    },
    afterQuiet() {
      quiet += 1;
      failures = 0;
      return quiet === 1 ? 0 : Math.min(most, first * 2 ** Math.min(20, quiet - 2));
    },
    reset() {
      failures = 0;
      quiet = 0;
    },
  };
}

function pause(ms: number, until: Cancellation): Promise<void> {
  if (ms === 0 || until.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      until.removeEventListener?.('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    until.addEventListener?.('abort', done, { once: true });
  });
}

function detailOf(error: unknown): string {
  if (error instanceof ClusterError) {
    return 'detail' in error.failure ? error.failure.detail : error.failure.code;
  }
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'unknown';
}
