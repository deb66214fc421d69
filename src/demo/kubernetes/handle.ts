import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, bodyOf, send } from './answer.ts';
import { type FaultEffect, GARBAGE } from './faults.ts';
import type { Json, JsonMap } from './json.ts';
import { matcherOf, numberOf, readPage } from './reads.ts';
import type { Patch, Registry, Target, Write } from './registry.ts';
import { isTrue, type ResourceRoute } from './route.ts';
import { ApiError, badRequest, expired, noSuchPath, unsupportedMediaType } from './status.ts';
import { nameOf, namespaceOf } from './store.ts';
import { formOf, listOf, tableOf } from './table.ts';
import { type WatchEvent, watch } from './watch.ts';

export interface Handling {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly route: ResourceRoute;
  readonly registry: Registry;
  readonly now: () => number;
  readonly fault: FaultEffect | undefined;
  readonly bookmarkEveryMs: number;
}

/** Answers a request about a kind. @throws ApiError */
export async function handleResource(handling: Handling): Promise<void> {
  const { request, response, url, route, fault } = handling;
  if (!isServed(route)) throw noSuchPath();
  switch (request.method) {
    case 'GET':
      if (isTrue(url.searchParams.get('watch'))) handleWatch(handling);
      else if (fault?.kind === 'garbage') send(response, 200, GARBAGE, 'application/json');
      else handleRead(handling);
      return;
    case 'POST':
      return handleCreate(handling);
    case 'PUT':
      return answerObject(
        handling,
        200,
        handling.registry.update(targetOf(route), await bodyOf(request), writeOf(handling)),
      );
    case 'PATCH':
      return handlePatch(handling);
    case 'DELETE':
      return handleDelete(handling);
    default:
      throw new ApiError(
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
      );
  }
}

function isServed({ served, name, subresource }: ResourceRoute): boolean {
  return subresource === '' || (subresource === 'status' && served.hasStatus && name !== '');
}

function targetOf({ served, namespace, name, subresource }: ResourceRoute): Target {
  return { kind: served, namespace, name, subresource };
}

/** Who writes: by the parameter, else by the name of the program. @throws ApiError 400 */
function writeOf({ request, response, url: { searchParams } }: Handling): Write {
  const dryRun = searchParams.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) {
    throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(dryRun[0])}: supported values: "All"`);
  }
  const program = (request.headers['user-agent'] ?? 'unknown').split('/')[0] ?? 'unknown';
  const manager = searchParams.get('fieldManager') ?? program;
  if (manager.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes');
  const validation = searchParams.get('fieldValidation') ?? 'Warn';
  return {
    manager: manager === '' ? program : manager,
    isDryRun: dryRun.length > 0,
    validation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
    warn(text) {
      // A header has no room for what strangers may write.
      const plain = text.replace(/[^\x20-\x7e]/g, '?').replaceAll('"', '\\"');
      if (!response.headersSent) response.appendHeader('Warning', `299 - "${plain.slice(0, 200)}"`);
    },
  };
}

function handleRead(handling: Handling): void {
  const { registry, route, url } = handling;
  const { served: kind, namespace, name } = route;
  if (name !== '') {
    answerObject(handling, 200, registry.get(kind, namespace, name));
    return;
  }
  const { items, metadata } = readPage(registry.store, { kind, namespace, name }, url.searchParams);
  answer(handling.response, 200, presented(handling, items, metadata) ?? listOf(kind, items, metadata));
}

/** A table, for who asked for one. */
function presented(
  handling: Handling,
  items: readonly JsonMap[],
  metadata: JsonMap,
  hasColumns = true,
): JsonMap | undefined {
  if (formOf(handling.request.headers.accept) === 'objects') return undefined;
  const include = handling.url.searchParams.get('includeObject');
  return tableOf(items, {
    kind: handling.route.served,
    now: handling.now(),
    include: include === 'None' || include === 'Object' ? include : 'Metadata',
    metadata,
    hasColumns,
  });
}

function answerObject(handling: Handling, code: number, object: JsonMap): void {
  const { resourceVersion = '' } = (object['metadata'] ?? {}) as JsonMap;
  answer(handling.response, code, presented(handling, [object], { resourceVersion }) ?? object);
}

async function handleCreate(handling: Handling): Promise<void> {
  const { registry, request, route } = handling;
  if (route.name !== '')
    throw new ApiError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    );
  const body = await bodyOf(request);
  answerObject(handling, 201, registry.create(route.served, route.namespace, body, writeOf(handling)));
}

const FORMS: ReadonlyMap<string, Patch['form']> = new Map([
  ['application/json-patch+json', 'json'],
  ['application/merge-patch+json', 'merge'],
  ['application/strategic-merge-patch+json', 'strategic'],
  ['application/apply-patch+yaml', 'apply'],
]);

async function handlePatch(handling: Handling): Promise<void> {
  const { registry, request, route, url } = handling;
  const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  const form = FORMS.get(contentType);
  if (form === undefined) {
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${[...FORMS.keys()].join(', ')}`,
    );
  }
  const isForced = isTrue(url.searchParams.get('force'));
  if (form === 'apply' && (url.searchParams.get('fieldManager') ?? '') === '') {
    throw new ApiError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const body = await bodyOf(request);
  const { object, isNew } = registry.patch(targetOf(route), { form, body, isForced }, writeOf(handling));
  answerObject(handling, isNew ? 201 : 200, object);
}

async function handleDelete(handling: Handling): Promise<void> {
  const { registry, request, response, route, url } = handling;
  const options: Json = await bodyOf(request);
  const write = writeOf(handling);
  const target = targetOf(route);
  if (route.name !== '') {
    const gone = registry.remove(target, options, write);
    const { uid = '' } = (gone['metadata'] ?? {}) as JsonMap;
    answer(response, 200, {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: {
        name: route.name,
        ...(route.served.group === '' ? {} : { group: route.served.group }),
        kind: route.served.plural,
        uid,
      },
    });
    return;
  }
  const matches = matcherOf({ kind: route.served, namespace: route.namespace, name: '' }, url.searchParams);
  const all = registry.store.list(route.served.kind).filter(matches);
  for (const object of all) {
    registry.remove({ ...target, namespace: namespaceOf(object), name: nameOf(object) }, null, write);
  }
  answer(response, 200, listOf(route.served, all, { resourceVersion: String(registry.store.version()) }));
}

const WATCH_SECONDS_MAX = 3600;
/** A client that does not read is let go. */
const UNREAD_MAX = 32 * 1024 * 1024;

function handleWatch(handling: Handling): void {
  const { registry, response, route, url, fault, bookmarkEveryMs } = handling;
  const { served: kind, namespace, name } = route;
  const seconds = Math.min(
    numberOf(url.searchParams.get('timeoutSeconds'), 'timeoutSeconds') ?? WATCH_SECONDS_MAX,
    WATCH_SECONDS_MAX,
  );
  if (fault?.kind === 'expired' && fault.as === 'code') throw expired(TOO_OLD);
  let hasColumns = true;
  const tell = ({ type, object }: WatchEvent): void => {
    const { resourceVersion = '' } = (object['metadata'] ?? {}) as JsonMap;
    const shown =
      type === 'ERROR' || type === 'BOOKMARK'
        ? undefined
        : presented(handling, [object], { resourceVersion }, hasColumns);
    if (shown !== undefined) hasColumns = false;
    response.write(`${JSON.stringify({ type, object: shown ?? object })}\n`);
    if (response.writableLength > UNREAD_MAX) response.destroy();
  };
  const head = (): void => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
  };
  try {
    if (fault?.kind === 'expired') throw expired(TOO_OLD);
    // Errors of the query are told before the stream begins.
    matcherOf({ kind, namespace, name }, url.searchParams);
    head();
    if (fault?.kind === 'garbage') response.write(GARBAGE);
    const watching = watch(registry.store, { kind, namespace, name }, url.searchParams, tell);
    const bookmarks = setInterval(watching.bookmark, bookmarkEveryMs).unref();
    const end = setTimeout(() => {
      watching.bookmark();
      response.end();
    }, seconds * 1000).unref();
    response.on('close', () => {
      watching.stop();
      clearInterval(bookmarks);
      clearTimeout(end);
    });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 410) throw error;
    if (!response.headersSent) head();
    tell({ type: 'ERROR', object: error.status });
    response.end();
  }
}

const TOO_OLD = 'too old resource version: 1 (2)';
