import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  /** Who signed the certificates of clients. Absent: clients have none. */
  readonly clientCa?: string;
}

export interface ListenerOptions {
  readonly tls: TlsOptions | undefined;
  /** 0: the system chooses. */
  readonly port: number;
  readonly onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** A server on the loopback that can be cut off and started again at the same port. */
export interface Listener {
  port(): number;
  start(): Promise<void>;
  /** Takes no connections any more, and ends those that are open. */
  stop(): Promise<void>;
  /** Ends all connections; new ones are taken. */
  cut(): void;
}

const HOST = '127.0.0.1';

export function createListener({ tls, port: wanted, onRequest, onUpgrade }: ListenerOptions): Listener {
  let server: Server | undefined;
  let port = wanted;
  const sockets = new Set<Socket>();

  function cut(): void {
    for (const socket of sockets) socket.destroy();
  }

  return {
    port: () => port,
    cut,
    async start() {
      if (server !== undefined) return;
      const fresh = tls === undefined ? createServer(onRequest) : createTlsServer(tlsOptions(tls), onRequest);
      fresh.on('upgrade', onUpgrade);
      for (const event of ['connection', 'secureConnection']) {
        fresh.on(event, (socket: Socket) => {
          sockets.add(socket);
          socket.on('error', () => socket.destroy());
          socket.on('close', () => sockets.delete(socket));
        });
      }
      server = fresh;
      await new Promise<void>((resolve, reject) => {
        fresh.once('error', reject);
        fresh.listen(port, HOST, resolve);
      });
      port = (fresh.address() as AddressInfo).port;
    },
    async stop() {
      const old = server;
      if (old === undefined) return;
      server = undefined;
      const closed = new Promise<void>((resolve) => {
        old.close(() => resolve());
      });
      cut();
      await closed;
    },
  };
}

function tlsOptions({ key, cert, clientCa }: TlsOptions): object {
  return clientCa === undefined
    ? { key, cert }
    : { key, cert, ca: clientCa, requestCert: true, rejectUnauthorized: false };
}
