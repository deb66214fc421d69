import { type ClientHttp2Session, type ClientSessionOptions, connect as connectHttp2 } from 'node:http2';
import { connect as connectSocket, isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { HubbleError, type HubbleFault } from '../../core/model/hubble-error.ts';
import { authorityOf, type ServerAddress } from './address.ts';
import { detailOf, faultOfSocket } from './fault.ts';
import { probe } from './probe.ts';

/** How a server is reached. */
export interface Target {
  readonly address: ServerAddress;
  /** As it is told to people. */
  readonly name: string;
  /** Opens the way to it instead of a socket: a port-forward. */
  readonly createConnection?: () => Duplex | Promise<Duplex>;
  /** Absent: in the clear. */
  readonly tls?: ConnectionOptions;
  /** Limit for connection, handshake and the server's first word, together. */
  readonly dialTimeoutMs: number;
}

/**
 * Connects, and waits for the server's first word in HTTP/2: whoever gets a session talks to a server of HTTP/2.
 * @throws {HubbleError} with what is wrong
 */
export async function dial(target: Target, signal?: AbortSignal): Promise<ClientHttp2Session> {
  const limit = new Limit(target, signal);
  let isSecured = false;
  try {
    const way = await limit.race(openWay(target, limit), (late) => late.destroy());
    const socket = target.tls === undefined ? way : await limit.race(secured(way, target, target.tls, limit));
    isSecured = target.tls !== undefined;
    return await limit.race(greeted(socket, target, limit));
  } catch (error) {
    limit.closeAll();
    throw await explained(error, target, isSecured);
  } finally {
    limit.end();
  }
}

/** A connection without HTTP/2 on it. */
async function openWay(target: Target, limit: Limit): Promise<Duplex> {
  const { address, createConnection } = target;
  if (createConnection !== undefined) {
    return limit.owned(await createConnection());
  }
  const socket =
    address.kind === 'unix'
      ? connectSocket({ path: address.path })
      : connectSocket({ host: address.host, port: address.port, noDelay: true });
  // The machine of the server may vanish without a word.
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  limit.owned(socket);
  await settled('connect', socket);
  return socket;
}

async function secured(
  way: Duplex,
  { address, name }: Target,
  options: ConnectionOptions,
  limit: Limit,
): Promise<Duplex> {
  const host = address.kind === 'tcp' ? address.host : 'localhost';
  const socket = connectTls({
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...options,
    socket: way,
    host,
    ALPNProtocols: ['h2'],
  });
  limit.owned(socket);
  await settled('secureConnect', socket, way);
  if (socket.alpnProtocol !== 'h2') throw new HubbleError('http1', { where: name });
  return socket;
}

async function greeted(socket: Duplex, target: Target, limit: Limit): Promise<ClientHttp2Session> {
  const scheme = target.tls === undefined ? 'http' : 'https';
  const options: ClientSessionOptions = {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
  };
  const session = connectHttp2(`${scheme}://${authorityOf(target.address)}`, options);
  limit.onClose(() => session.destroy());
  await settled('remoteSettings', session, socket);
  session.setLocalWindowSize(SESSION_WINDOW);
  return session;
}

/** Waits for an event of the first one; an error or an end of any of them before it is a failure. */
function settled(event: string, ...emitters: readonly [NodeJS.EventEmitter, ...Duplex[]]): Promise<void> {
  return new Promise((resolve, reject) => {
    const [first, ...carriers] = emitters;
    const onEvent = (): void => done(resolve);
    const onError = (error: unknown): void => done(() => reject(asError(error)));
    // An error of a carrier may come with the end of what it carries: it says more, so it is waited for.
    const onClose = (): void => done(() => setImmediate(() => reject(erroredOf(emitters) ?? new Closed())));
    const done = (then: () => void): void => {
      first.off(event, onEvent);
      for (const emitter of emitters) {
        emitter.off('close', onClose);
        emitter.off('error', onError);
        // Errors that come later are told by whoever reads from it; nothing may throw for want of a listener.
        emitter.on('error', ignore);
      }
      then();
    };
    first.on(event, onEvent);
    for (const emitter of emitters) {
      emitter.on('error', onError);
      emitter.on('close', onClose);
    }
    // What went wrong between two steps is not told again.
    if (carriers.some(({ destroyed }) => destroyed)) onClose();
  });
}

function erroredOf(emitters: readonly NodeJS.EventEmitter[]): Error | undefined {
  for (const emitter of emitters) {
    const errored = 'errored' in emitter ? emitter.errored : undefined;
    if (errored instanceof Error) return errored;
  }
  return undefined;
}

function ignore(): void {}

class Closed extends Error {}
class TimedOut extends Error {}

/** One limit for all steps of a connection, and what to close when one of them fails. */
class Limit {
  private readonly closers: (() => void)[] = [];
  private readonly timer: NodeJS.Timeout;
  private readonly failed: Promise<never>;
  private readonly onAbort: (() => void) | undefined;
  private readonly signal: AbortSignal | undefined;

  constructor({ dialTimeoutMs }: Target, signal: AbortSignal | undefined) {
    let fail: (error: Error) => void = ignore;
    this.failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.failed.catch(ignore);
    this.timer = setTimeout(() => fail(new TimedOut()), dialTimeoutMs);
    this.signal = signal;
    this.onAbort = () => fail(asError(signal?.reason));
    signal?.addEventListener('abort', this.onAbort, { once: true });
    if (signal?.aborted === true) this.onAbort();
  }

  async race<T>(step: Promise<T>, tooLate: (value: T) => void = ignore): Promise<T> {
    let isLate = false;
    void this.lateOf(step, () => isLate, tooLate);
    try {
      return await Promise.race([step, this.failed]);
    } catch (error) {
      isLate = true;
      throw error;
    }
  }

  /** What comes after its time is not left open. */
  private async lateOf<T>(
    step: Promise<T>,
    isLate: () => boolean,
    tooLate: (value: T) => void,
  ): Promise<void> {
    try {
      const value = await step;
      if (isLate()) tooLate(value);
    } catch {
      // The race tells it.
    }
  }

  owned<T extends Duplex>(stream: T): T {
    this.onClose(() => stream.destroy());
    return stream;
  }

  onClose(close: () => void): void {
    this.closers.push(close);
  }

  closeAll(): void {
    for (const close of this.closers.reverse()) close();
  }

  end(): void {
    clearTimeout(this.timer);
    if (this.onAbort !== undefined) this.signal?.removeEventListener('abort', this.onAbort);
  }
}

/** Errors say little by themselves: a server of TLS that is spoken to in the clear only hangs up. So it is asked. */
async function explained(error: unknown, target: Target, isSecured: boolean): Promise<unknown> {
  const { name: where, dialTimeoutMs, tls } = target;
  if (error instanceof HubbleError) return error;
  const as = (code: HubbleFault, detail = detailOf(error)): HubbleError =>
    new HubbleError(code, { where, detail, cause: error });
  if (error instanceof TimedOut) return new HubbleError('dial-timeout', { where, waitedMs: dialTimeoutMs });
  const fault = faultOfSocket(error);
  if (fault === 'wrong-name') return as(fault, namesOf(error));
  if (fault === 'tls-failed' || fault === undefined) {
    const isOfHttp2 = error instanceof Closed || isHttp2Error(error) || isReset(error);
    if (!isOfHttp2) {
      if (fault !== undefined) return as(fault);
      const detail = error instanceof Error ? error.message : String(error);
      return target.createConnection === undefined ? error : as('no-way', detail);
    }
    // In TLS 1.3 the client is done before the server has looked at its certificate.
    if (isSecured) return as('client-certificate', 'it hung up after the handshake');
    // A handshake that is cut off without a word: of a server in the clear, or of one that wants a certificate.
    const found = await probe(target);
    if (found.kind === 'tls') return tls === undefined ? as('wants-tls', '') : as('tls-failed');
    if (found.kind === 'http1') return as(tls === undefined ? 'http1' : 'no-tls', '');
    if (found.kind === 'http2') return tls === undefined ? as('closed') : as('no-tls', '');
    if (found.kind === 'other') return as('not-http2', found.sample);
    return as('closed');
  }
  return as(fault);
}

function isHttp2Error(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_HTTP2');
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code));
}

/** The names that a certificate is for. */
function namesOf(error: unknown): string {
  if (!(error instanceof Error) || !('cert' in error)) return '';
  const { cert } = error;
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert)) return '';
  return String(cert.subjectaltname);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

const KEEP_ALIVE_MS = 15_000;
/** What may be under way before we have read it: enough for a fast server, and still no burden. */
const STREAM_WINDOW = 4 * 1024 * 1024;
const SESSION_WINDOW = 8 * 1024 * 1024;
