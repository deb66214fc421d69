import { createConnection, type Socket } from 'node:net';
import type { ForwardTarget } from './port-forward.ts';
import { type SpdyHandler, type SpdyStream, serveSpdy } from './spdy.ts';

/** What carries SPDY: a socket, or the binary messages of a WebSocket. */
export interface Carrier {
  readonly send: (bytes: Buffer) => void;
  /** How many bytes wait to be sent. */
  readonly waiting: () => number;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: () => void;
}

/** As much waits at most for a slow reader. */
const WAITING_MAX = 1024 * 1024;
const PAUSE_MS = 5;

export interface SpdyForwarding {
  receive(bytes: Buffer): void;
  /** The carrier is gone. */
  closed(): void;
}

/**
 * Port-forward over SPDY, as kubectl and Hubble's own command speak it (`portforward.k8s.io`; kubelet, portforward/
 * httpstream.go): for each connection a stream of errors and one of data, which name the port and a number that they
 * have in common.
 */
export function forwardSpdy(
  carrier: Carrier,
  targetOf: (port: number) => ForwardTarget | undefined,
): SpdyForwarding {
  const errors = new Map<string, SpdyStream>();
  const sockets = new Set<Socket>();

  function open(stream: SpdyStream): SpdyHandler {
    const request = stream.headers.get('requestid') ?? '';
    if (stream.headers.get('streamtype') === 'error') {
      errors.set(request, stream);
      // The client has nothing to say there.
      return { data() {}, end() {} };
    }
    return connect(stream, Number(stream.headers.get('port')), request);
  }

  function connect(stream: SpdyStream, port: number, request: string): SpdyHandler {
    const target = targetOf(port);
    const finish = (why: string): void => {
      const error = errors.get(request);
      errors.delete(request);
      if (why !== '') error?.send(Buffer.from(`error forwarding port ${port} to pod: ${why}`));
      error?.end();
      stream.end();
    };
    if (target === undefined) {
      finish('connection refused');
      return { data() {}, end() {} };
    }
    const socket = createConnection({ host: target.host, port: target.port, allowHalfOpen: true });
    sockets.add(socket);
    let why = '';
    socket.on('data', (data) => {
      stream.send(data);
      if (carrier.waiting() > WAITING_MAX) {
        socket.pause();
        resumeLater(socket);
      }
    });
    socket.on('end', () => stream.end());
    socket.on('error', ({ message }) => {
      why = message;
    });
    socket.on('close', () => {
      sockets.delete(socket);
      finish(why);
    });
    socket.on('close', carrier.resume);
    return {
      data(bytes) {
        if (socket.write(bytes)) return;
        carrier.pause();
        if (socket.listenerCount('drain') === 0) socket.once('drain', carrier.resume);
      },
      end: () => socket.end(),
    };
  }

  function resumeLater(socket: Socket): void {
    setTimeout(() => {
      if (carrier.waiting() > WAITING_MAX / 2 && !socket.destroyed) resumeLater(socket);
      else socket.resume();
    }, PAUSE_MS).unref();
  }

  const session = serveSpdy({ send: carrier.send, open, end: carrier.close });
  return {
    receive: (bytes) => session.receive(bytes),
    closed() {
      for (const socket of sockets) socket.destroy();
    },
  };
}
