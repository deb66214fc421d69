import { Duplex } from 'node:stream';
import { type ClientOptions, type RawData, WebSocket } from 'ws';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { Connection } from './connection.ts';
import { connectionFailure } from './failures.ts';

/** A port of a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Newest first. A stream is told apart by the first byte of each message. */
const PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
];
const DATA = 0;
const ERROR = 1;
/** A message of the API server holds at most 32 kB; this only bounds what a stranger may send. */
const MESSAGE_MAX = 4 * 1024 * 1024;
/** How much may wait to be sent before whoever writes is slowed down, in bytes. */
const BUFFERED_MAX = 1024 * 1024;

/**
 * One connection to a port of a pod through the API server, over a WebSocket. What is written before it stands is kept.
 * Anything that goes wrong destroys the stream with a ClusterError.
 */
export function forwardPort(connection: Connection, find: () => Promise<PodPort>): Duplex {
  return new ForwardedStream(connection, find);
}

class ForwardedStream extends Duplex {
  readonly #connection: Connection;
  readonly #find: () => Promise<PodPort>;
  #socket: WebSocket | undefined;
  #target: PodPort | undefined;
  /** The first two bytes of each stream are the port's number. */
  readonly #toSkip: [number, number] = [2, 2];

  constructor(connection: Connection, find: () => Promise<PodPort>) {
    super();
    this.#connection = connection;
    this.#find = find;
  }

  override _construct(done: (error?: Error | null) => void): void {
    void this.#construct(done);
  }

  async #construct(done: (error?: Error | null) => void): Promise<void> {
    try {
      await this.#open();
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const socket = this.#socket;
    if (socket === undefined || socket.readyState !== WebSocket.OPEN) {
      done(this.#failure('the connection is closed'));
      return;
    }
    const message = Buffer.allocUnsafe(chunk.length + 1);
    message[0] = DATA;
    chunk.copy(message, 1);
    if (socket.bufferedAmount < BUFFERED_MAX) {
      socket.send(message);
      done();
    } else {
      socket.send(message, (error) => done(error === undefined ? null : this.#failure(error.message)));
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket?.close();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket?.terminate();
    done(error);
  }

  async #open(): Promise<void> {
    const target = await this.#find();
    this.#target = target;
    const { server, timing } = this.#connection;
    // What Node takes for HTTPS, `ws` takes too; its types say otherwise.
    const authentication = await this.#connection.options();
    const options: ClientOptions = {
      ...(authentication as object),
      handshakeTimeout: timing.requestMs,
      maxPayload: MESSAGE_MAX,
      perMessageDeflate: false,
    };
    const { namespace, pod, port } = target;
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward?ports=${port}`;
    await new Promise<void>((resolve, reject) => {
      const socket = new WebSocket(`${server.replace(/^http/, 'ws')}${path}`, PROTOCOLS, options);
      this.#socket = socket;
      socket.on('open', resolve);
      socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
      socket.on('close', () => this.#end());
      socket.on('unexpected-response', (request, response) => {
        request.destroy();
        reject(this.#refusal(response.statusCode ?? 0));
      });
      socket.on('error', (error) => {
        const isTimeout = /handshake has timed out/.test(error.message);
        const failure = isTimeout
          ? new ClusterError({ code: 'timeout', server, seconds: timing.requestMs / 1000 })
          : connectionFailure(error, server, false);
        reject(failure);
        this.destroy(failure);
      });
    });
  }

  #receive(data: RawData, isBinary: boolean): void {
    const message = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    if (!isBinary || message.length === 0) return;
    const channel = message[0];
    if (channel !== DATA && channel !== ERROR) return;
    const skipped = Math.min(this.#toSkip[channel], message.length - 1);
    this.#toSkip[channel] -= skipped;
    const rest = message.subarray(1 + skipped);
    if (rest.length === 0) return;
    if (channel === ERROR) this.destroy(this.#failure(rest.toString('utf8').split('\n', 1)[0] ?? ''));
    else if (!this.push(rest)) this.#socket?.pause();
  }

  #end(): void {
    if (!this.readableEnded && !this.destroyed) this.push(null);
  }

  #refusal(status: number): ClusterError {
    const { server, context } = this.#connection;
    switch (status) {
      case 401:
        this.#connection.refuseCredential();
        return new ClusterError({ code: 'unauthorized', server, context });
      case 403: {
        const namespace = this.#target?.namespace ?? '';
        const permission = { verb: 'create', group: '', resource: 'pods/portforward', namespace, name: '' };
        return new ClusterError({ code: 'forbidden', server, permission });
      }
      default:
        return this.#failure(`the API server answered with ${status}`);
    }
  }

  #failure(detail: string): ClusterError {
    const { pod = '', port = 0 } = this.#target ?? {};
    return new ClusterError({ code: 'forward-failed', pod, port, detail });
  }
}
