import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Attributes, authenticate, EVERYTHING, isAllowed, refusal, type User } from './access.ts';
import { answer, answerError, bodyOf, send } from './answer.ts';
import { discover } from './discovery.ts';
import { createFaults, type Fault, type FaultEffect, type Faults, GARBAGE } from './faults.ts';
import { handleResource } from './handle.ts';
import { type KindOptions, type ServedKind, servedKinds } from './kinds.ts';
import { createListener, type Listener, type TlsOptions } from './listener.ts';
import { type ForwardTarget, formOf, forward } from './port-forward.ts';
import { type Admission, createRegistry, type Registry } from './registry.ts';
import { isReview, review } from './reviews.ts';
import { attributesOf, type Route, routeOf } from './route.ts';
import { ApiError, badRequest, noSuchPath } from './status.ts';
import { createStore, type Store, type StoreOptions } from './store.ts';

export interface ApiServerOptions extends KindOptions, StoreOptions {
  /** Absent: plain HTTP. */
  readonly tls?: TlsOptions;
  /** Absent: the system chooses. */
  readonly port?: number;
  /** Who may ask. Absent: everybody may everything. */
  readonly users?: readonly User[];
  /** Milliseconds since 1970. Absent: the machine's clock. */
  readonly now?: () => number;
  /** As Kubernetes says it. */
  readonly gitVersion?: string;
  /** How often a quiet watch says how far it is. */
  readonly bookmarkEveryMs?: number;
  /** What a schema refuses or drops. Absent: nothing. */
  readonly admission?: Admission;
  /** Where a pod's port is in truth; undefined refuses the connection. */
  readonly forwardTo?: (pod: ForwardedPod) => ForwardTarget | undefined;
}

export interface ForwardedPod {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** A Kubernetes API server on the loopback, with what Propolis and kubectl use of one. */
export interface ApiServer {
  /** `http://127.0.0.1:43211` */
  readonly url: string;
  readonly port: number;
  readonly kinds: readonly ServedKind[];
  /** Read and written without HTTP, by what runs in the same process. */
  readonly registry: Registry;
  readonly store: Store;
  /** Makes requests fail from now on. @returns takes it back */
  inject(fault: Fault): () => void;
  /** Ends all connections, those of watches too. */
  cut(): void;
  /** Connections are refused until `start`. */
  stop(): Promise<void>;
  /** Listens again, at the same port. */
  start(): Promise<void>;
  /** Forgets what happened: watches from before get 410. */
  compact(): void;
  close(): Promise<void>;
}

export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const kinds = servedKinds(options);
  const store = createStore(options);
  const now = options.now ?? Date.now;
  const registry = createRegistry({
    store,
    kinds,
    now,
    ...(options.admission === undefined ? {} : { admission: options.admission }),
  });
  const faults = createFaults();
  const context: Context = { options, kinds, registry, faults, now };
  const listener: Listener = createListener({
    tls: options.tls,
    port: options.port ?? 0,
    onRequest(request, response) {
      void respond(request, response, context);
    },
    onUpgrade: (request, socket, head) => upgrade(request, socket, head, context),
  });
  await listener.start();
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${listener.port()}`,
    port: listener.port(),
    kinds,
    registry,
    store,
    inject: (fault) => faults.inject(fault),
    cut: () => listener.cut(),
    stop: () => listener.stop(),
    start: () => listener.start(),
    compact: () => store.compact(),
    close: () => listener.stop(),
  };
}

interface Context {
  readonly options: ApiServerOptions;
  readonly kinds: readonly ServedKind[];
  readonly registry: Registry;
  readonly faults: Faults;
  readonly now: () => number;
}

/** A request that was let in. */
interface Admitted {
  readonly url: URL;
  readonly route: Route;
  readonly attributes: Attributes;
  readonly user: User;
}

async function respond(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  response.on('error', () => response.destroy());
  try {
    const url = urlOf(request);
    const route = routeOf(url.pathname, context.kinds);
    const attributes = attributesOf(route, request.method ?? 'GET', url.searchParams);
    const fault = context.faults.next(url.pathname, attributes);
    if (fault !== undefined && (await isSpoilt(fault, response))) return;
    const admitted = admit(request, { url, route, attributes }, context);
    await handle(request, response, admitted, { ...context, fault });
  } catch (error) {
    answerError(response, error);
  }
}

/** Does what a fault says. @returns whether that was all of the answer */
async function isSpoilt(fault: FaultEffect, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case 'slow':
      await new Promise((resolve) => {
        setTimeout(resolve, fault.milliseconds).unref();
      });
      return response.destroyed;
    case 'cut':
      if (fault.afterBytes === undefined) response.destroy();
      else limitBytes(response, fault.afterBytes);
      return fault.afterBytes === undefined;
    case 'refuse':
      throw new ApiError(fault.code, fault.reason ?? 'InternalError', fault.message ?? 'refused by a fault', {
        headers:
          fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) },
      });
    case 'garbage':
      return false;
    case 'hang':
      return true;
    case 'expired':
      return false;
  }
}

/** Ends the connection in the middle of what is written. */
function limitBytes(response: ServerResponse, bytes: number): void {
  let left = bytes;
  const socket = response.socket;
  if (socket === null) return;
  const write = socket.write.bind(socket);
  socket.write = (data: string | Uint8Array): boolean => {
    const buffer = Buffer.from(data as Uint8Array);
    if (left <= 0) return false;
    const isEnough = write(buffer.subarray(0, left));
    left -= buffer.length;
    if (left <= 0) socket.end(() => socket.destroy());
    return isEnough;
  };
}

function urlOf({ url }: IncomingMessage): URL {
  try {
    return new URL(url ?? '/', 'http://127.0.0.1');
  } catch {
    throw badRequest('the path is not written as a URL');
  }
}

/** Who asks, and whether he may. @throws ApiError 401, 403 */
function admit(request: IncomingMessage, asked: Omit<Admitted, 'user'>, { options }: Context): Admitted {
  if (options.users === undefined) return { ...asked, user: ANYBODY };
  const user = authenticate(options.users, {
    authorization: request.headers.authorization,
    certificateName: certificateName(request),
  });
  if (!isAllowed(user, asked.attributes)) throw refusal(user, asked.attributes);
  return { ...asked, user };
}

const ANYBODY: User = { name: 'admin', groups: ['system:masters'], rules: EVERYTHING };

function certificateName({ socket }: IncomingMessage): string | undefined {
  const { authorized, getPeerCertificate } = socket as Partial<TLSSocket>;
  if (authorized !== true || getPeerCertificate === undefined) return undefined;
  const name = (socket as TLSSocket).getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : undefined;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { url, route, user }: Admitted,
  context: Context & { readonly fault: FaultEffect | undefined },
): Promise<void> {
  if (route.kind === 'resource') {
    await handleResource({
      request,
      response,
      url,
      route,
      ...context,
      bookmarkEveryMs: context.options.bookmarkEveryMs ?? 60_000,
    });
    return;
  }
  if (context.fault?.kind === 'garbage') {
    send(response, 200, GARBAGE, 'application/json');
    return;
  }
  if (HEALTH.has(route.path)) {
    send(response, 200, 'ok', 'text/plain');
    return;
  }
  if (request.method === 'POST' && isReview(route.path)) {
    answer(response, 201, review(route.path, await bodyOf(request), user));
    return;
  }
  const found =
    request.method === 'GET'
      ? discover(route.path, context.kinds, context.options.gitVersion ?? 'v1.32.4')
      : undefined;
  if (found === undefined) throw noSuchPath();
  answer(response, 200, found);
}

const HEALTH: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);

function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, context: Context): void {
  try {
    const url = urlOf(request);
    const route = routeOf(url.pathname, context.kinds);
    const attributes = attributesOf(route, request.method ?? 'GET', url.searchParams);
    const fault = context.faults.next(url.pathname, attributes);
    if (fault?.kind === 'cut') socket.destroy();
    if (fault !== undefined && fault.kind !== 'slow') {
      if (fault.kind === 'refuse')
        throw new ApiError(fault.code, fault.reason ?? 'InternalError', fault.message ?? '');
      return;
    }
    admit(request, { url, route, attributes }, context);
    if (route.kind !== 'resource' || route.subresource !== 'portforward') throw noSuchPath();
    const form = formOf(request);
    if (form === undefined) {
      throw badRequest('port-forward is spoken over a WebSocket (v4.channel.k8s.io), or as SPDY/3.1');
    }
    const { namespace, name, served } = route;
    context.registry.get(served, namespace, name);
    const ports = portsOf(url);
    if (form === 'v4.channel.k8s.io' && ports.length === 0) {
      throw badRequest('query parameter "ports" is required');
    }
    const targetOf = (port: number): ForwardTarget | undefined =>
      context.options.forwardTo?.({ namespace, name, port });
    forward({ request, socket, head, form, ports, targetOf });
  } catch (error) {
    const { code, status } = error instanceof ApiError ? error : new ApiError(500, 'InternalError', '');
    const text = JSON.stringify(status);
    socket.end(
      `HTTP/1.1 ${code} \r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    );
  }
}

/** @throws ApiError 400 */
function portsOf(url: URL): readonly number[] {
  const ports = url.searchParams.getAll('ports').flatMap((text) => text.split(','));
  if (ports.length > 16 || !ports.every((port) => /^\d{1,5}$/.test(port))) {
    throw badRequest('query parameter "ports" must name ports');
  }
  return ports.map(Number);
}
