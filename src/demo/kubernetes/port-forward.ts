import type { IncomingMessage } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';

/** Where a port of a pod really is. Loopback only. */
export interface ForwardTarget {
  readonly host: '127.0.0.1' | '::1';
  readonly port: number;
}

const PROTOCOL = 'v4.channel.k8s.io';
/** One message is at most as long as this, and as much waits at most for a slow reader. */
const BYTES_MAX = 1024 * 1024;

/** Whether a client asks for port-forward in a form that is spoken here. */
export function isSpoken({ headers }: IncomingMessage): boolean {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return headers.upgrade?.toLowerCase() === 'websocket' && offered.includes(PROTOCOL);
}

export interface Forwarding {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  /** By port of the pod, as asked for. */
  readonly targets: readonly { readonly port: number; readonly target: ForwardTarget | undefined }[];
}

/**
 * Port-forward over a WebSocket, as the kubelet speaks it (`v4.channel.k8s.io`; kubelet/portforward/websocket.go):
 * for each port a channel of data, of even number, and one of errors after it. Each begins with the port's number
 * in two bytes, little end first.
 */
export function forward({ request, socket, head, targets }: Forwarding): void {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: BYTES_MAX + 1,
    handleProtocols: () => PROTOCOL,
  });
  server.handleUpgrade(request, socket, head, (client) => {
    const sockets = targets.map(({ port, target }, index) =>
      join(client, { port, target, channel: index * 2 }),
    );
    client.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = bytesOf(data);
      const to = isBinary ? sockets[(bytes[0] ?? 0) / 2] : undefined;
      if (to === undefined || bytes.length <= 1) return;
      if (!to.write(bytes.subarray(1))) {
        client.pause();
        to.once('drain', () => client.resume());
      }
    });
    client.on('close', () => {
      for (const one of sockets) one?.destroy();
    });
    client.on('error', () => client.terminate());
  });
}

/** Ties one channel to its target. */
function join(
  client: WebSocket,
  {
    port,
    target,
    channel,
  }: { readonly port: number; readonly target: ForwardTarget | undefined; readonly channel: number },
): Socket | undefined {
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  send(client, channel, number);
  send(client, channel + 1, number);
  if (target === undefined) {
    refuse(client, { port, channel, why: 'connection refused' });
    return undefined;
  }
  const socket = createConnection({ host: target.host, port: target.port });
  socket.on('data', (data) => {
    send(client, channel, data);
    if (client.bufferedAmount > BYTES_MAX) {
      socket.pause();
      waitUntilRead(client, socket);
    }
  });
  socket.on('error', ({ message }) => refuse(client, { port, channel, why: message }));
  socket.on('close', () => client.close());
  return socket;
}

/** The WebSocket does not say when it has sent all: it is asked. */
function waitUntilRead(client: WebSocket, socket: Socket): void {
  client.ping(undefined, undefined, () => {
    if (client.bufferedAmount > BYTES_MAX / 2 && client.readyState === client.OPEN) {
      setTimeout(() => waitUntilRead(client, socket), PAUSE_MS).unref();
    } else {
      socket.resume();
    }
  });
}

const PAUSE_MS = 5;

function refuse(
  client: WebSocket,
  { port, channel, why }: { readonly port: number; readonly channel: number; readonly why: string },
): void {
  send(client, channel + 1, Buffer.from(`error forwarding port ${port} to pod: ${why}`));
  client.close();
}

function send(client: WebSocket, channel: number, data: Buffer): void {
  if (client.readyState === client.OPEN) client.send(Buffer.concat([Buffer.of(channel), data]));
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
