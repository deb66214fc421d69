import type { Buffer } from 'node:buffer';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { ConnectError } from '@connectrpc/connect';
import { validateResponse, validateTrailer } from '@connectrpc/connect/protocol-grpc';
import { HubbleError, type HubbleFault } from '../../core/model/hubble-error.ts';
import { detailOf, errorOfStatus } from './fault.ts';
import { FrameError, FrameSplitter, framed } from './frames.ts';

export interface CallOptions {
  /** Of `observer.Observer`: `GetFlows`. */
  readonly method: string;
  readonly request: Uint8Array;
  /** Besides gRPC's own. */
  readonly headers: Readonly<Record<string, string>>;
  /** The server as it is told to people. */
  readonly where: string;
  /** The limit of the whole call; told to the server, too. */
  readonly timeoutMs?: number;
  /** The limit for silence in between. */
  readonly silenceMs?: number;
  /** For a call that may be silent for long: after `silenceMs` the server is asked whether it is still there. */
  readonly isPatient?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes: (bytes: Buffer) => void;
  readonly onMessage: (start: number, end: number) => void;
  /** Called when all that arrived together was handed on. */
  readonly onArrived?: () => void;
}

/**
 * One call of gRPC with one request: messages are handed on as they arrive, in the order of the wire.
 * Connect's own client makes several promises of each message, which is what costs most at tens of thousands a second.
 * Statuses are read by Connect.
 */
export class Call {
  /** Resolves when the server ended with OK, or the call was cancelled. Rejects with a {@link HubbleError}. */
  readonly done: Promise<void>;
  private readonly stream: ClientHttp2Stream;
  private readonly session: ClientHttp2Session;
  private readonly options: CallOptions;
  private readonly frames: FrameSplitter;
  private timer: NodeJS.Timeout | undefined;
  private silence: NodeJS.Timeout | undefined;
  private header = new Headers();
  private trailer = new Headers();
  private hasResponse = false;
  private finish: (error?: HubbleError) => void = () => {};

  constructor(session: ClientHttp2Session, options: CallOptions) {
    this.session = session;
    this.options = options;
    this.frames = new FrameSplitter(options.onBytes, options.onMessage);
    this.done = new Promise((resolve, reject) => {
      this.finish = (error) => {
        this.finish = () => {};
        this.clear();
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    this.stream = this.open();
    this.begin();
  }

  cancel(): void {
    this.finish();
    this.stream.close(constants.NGHTTP2_CANCEL);
    this.stream.destroy();
  }

  /** Takes no more until `resume`: the server has to wait. */
  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  private open(): ClientHttp2Stream {
    const { method, headers, timeoutMs } = this.options;
    return this.session.request({
      ...headers,
      ':method': 'POST',
      ':path': `/observer.Observer/${method}`,
      'content-type': 'application/grpc+proto',
      'user-agent': 'propolis',
      te: 'trailers',
      ...(timeoutMs === undefined ? {} : { 'grpc-timeout': `${timeoutMs}m` }),
    });
  }

  private begin(): void {
    const { stream, options } = this;
    stream.on('response', (headers) => this.onResponse(headers));
    stream.on('trailers', (headers: IncomingHttpHeaders) => {
      this.trailer = headersOf(headers);
    });
    stream.on('data', (chunk: Buffer) => this.onData(chunk));
    stream.on('end', () => this.onEnd());
    stream.on('error', (error: Error) => this.broken(error));
    stream.on('close', () => this.broken(undefined));
    this.session.once('goaway', () => {
      // Streams that it still serves go on to their end; no new one is made over it.
      this.session.close();
    });
    if (options.timeoutMs !== undefined) this.timer = this.after(options.timeoutMs);
    this.heard();
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
    if (options.signal?.aborted === true) this.cancel();
    else stream.end(framed(options.request));
  }

  private readonly onAbort = (): void => this.cancel();

  private onResponse(headers: IncomingHttpHeaders & { readonly ':status'?: number | undefined }): void {
    this.hasResponse = true;
    this.header = headersOf(headers);
    this.heard();
    try {
      const { headerError } = validateResponse(headers[':status'] ?? 0, this.header);
      if (headerError !== undefined) throw headerError;
    } catch (error) {
      const isGrpc = this.header.get('content-type')?.startsWith('application/grpc') === true;
      if (isGrpc) this.fail(error);
      else this.failWith('not-grpc', `HTTP ${headers[':status'] ?? 0}`);
    }
  }

  private onData(chunk: Buffer): void {
    this.heard();
    try {
      this.frames.push(chunk);
      this.options.onArrived?.();
    } catch (error) {
      this.fail(error);
    }
  }

  private onEnd(): void {
    if (this.frames.isWithin) {
      this.failWith('cut-off', 'in the middle of a message');
      return;
    }
    // Trailers come before the end. Without a status the server did not end its answer: somebody cut it off.
    if (!this.trailer.has('grpc-status') && !this.header.has('grpc-status')) return;
    try {
      validateTrailer(this.trailer, this.header);
      this.finish();
    } catch (error) {
      this.fail(error);
    }
  }

  /** The stream ended without a status. */
  private broken(error: Error | undefined): void {
    const said = error === undefined ? '' : detailOf(error);
    const reset = this.stream.rstCode === undefined ? '' : (RESETS[this.stream.rstCode] ?? '');
    this.failWith(this.hasResponse ? 'cut-off' : 'closed', said === '' ? reset : said);
  }

  private fail(error: unknown): void {
    const { where, method } = this.options;
    if (error instanceof ConnectError) this.end(errorOfStatus(error, where, method));
    else if (error instanceof FrameError) this.failWith('not-grpc', error.message);
    else if (error instanceof HubbleError) this.end(error);
    else this.failWith('cut-off', detailOf(error));
  }

  private failWith(code: HubbleFault, detail: string): void {
    const { where, method } = this.options;
    this.end(new HubbleError(code, { where, detail, method }));
  }

  private end(error: HubbleError): void {
    this.finish(error);
    this.stream.destroy();
  }

  private after(waitedMs: number): NodeJS.Timeout {
    const { where, method } = this.options;
    return setTimeout(() => this.end(new HubbleError('no-answer', { where, method, waitedMs })), waitedMs);
  }

  /** Begins to wait anew. A timer is set once and moved on, since this is called for each piece that arrives. */
  private heard(): void {
    const { silenceMs } = this.options;
    if (silenceMs === undefined) return;
    if (this.silence === undefined) this.silence = setTimeout(() => this.onSilence(silenceMs), silenceMs);
    else this.silence.refresh();
  }

  private onSilence(waitedMs: number): void {
    const { where, method, isPatient } = this.options;
    if (this.stream.isPaused()) {
      // It is we who do not listen.
      this.silence?.refresh();
      return;
    }
    if (isPatient !== true) {
      this.end(new HubbleError('no-answer', { where, method, waitedMs }));
      return;
    }
    const timer = setTimeout(() => this.failWith('cut-off', 'no answer to a ping'), PING_MS);
    const isSent =
      !this.session.destroyed &&
      this.session.ping((error) => {
        clearTimeout(timer);
        if (error === null) this.silence?.refresh();
      });
    if (!isSent) clearTimeout(timer);
  }

  private clear(): void {
    clearTimeout(this.timer);
    clearTimeout(this.silence);
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }
}

function headersOf(headers: IncomingHttpHeaders): Headers {
  const made = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) made.append(name, item);
  }
  return made;
}

const PING_MS = 10_000;

/** Why a server resets a stream: RFC 9113, 7. */
const RESETS: Readonly<Record<number, string>> = {
  1: 'PROTOCOL_ERROR',
  2: 'INTERNAL_ERROR',
  7: 'REFUSED_STREAM',
  8: 'CANCEL',
  11: 'ENHANCE_YOUR_CALM',
  13: 'HTTP_1_1_REQUIRED',
};
