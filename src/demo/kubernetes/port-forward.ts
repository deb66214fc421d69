import type { IncomingMessage } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { forwardSpdy } from './spdy-forward.ts';

/** Where a port of a pod really is. Loopback only. */
export interface ForwardTarget {
  readonly host: '127.0.0.1' | '::1';
  readonly port: number;
}

const CHANNELS = 'v4.channel.k8s.io';
/** What client-go calls SPDY within a WebSocket (apimachinery, util/portforward/constants.go). */
const TUNNEL = 'SPDY/3.1+portforward.k8s.io';
const SPDY = 'SPDY/3.1';
/** One message is at most as long as this, and as much waits at most for a slow reader. */
const BYTES_MAX = 1024 * 1024;

/** In which form a client asks for port-forward; undefined where none of them is spoken here. */
export type ForwardForm = typeof CHANNELS | typeof TUNNEL | typeof SPDY;

export function formOf({ headers }: IncomingMessage): ForwardForm | undefined {
  const upgrade = headers.upgrade?.toLowerCase();
  if (upgrade === SPDY.toLowerCase()) return SPDY;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  if (upgrade !== 'websocket') return undefined;
  return ([CHANNELS, TUNNEL] as const).find((form) => offered.includes(form));
}

export interface Forwarding {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly form: ForwardForm;
  /** The ports that the request names; SPDY names them later. */
  readonly ports: readonly number[];
  readonly targetOf: (port: number) => ForwardTarget | undefined;
}

export function forward(forwarding: Forwarding): void {
  switch (forwarding.form) {
    case CHANNELS:
      forwardChannels(forwarding);
      return;
    case TUNNEL:
      forwardTunnel(forwarding);
      return;
    case SPDY:
      forwardUpgrade(forwarding);
      return;
  }
}

/**
 * Port-forward over a WebSocket, as the kubelet speaks it (`v4.channel.k8s.io`; kubelet/portforward/websocket.go):
 * for each port a channel of data, of even number, and one of errors after it. Each begins with the port's number
 * in two bytes, little end first.
 */
function forwardChannels({ request, socket, head, ports, targetOf }: Forwarding): void {
  socketServer(CHANNELS).handleUpgrade(request, socket, head, (client) => {
    const sockets = ports.map((port, index) =>
      join(client, { port, target: targetOf(port), channel: index * 2 }),
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

function socketServer(protocol: string): WebSocketServer {
  return new WebSocketServer({ noServer: true, maxPayload: BYTES_MAX + 1, handleProtocols: () => protocol });
}

/** SPDY whose bytes come in the messages of a WebSocket (KEP-4006). */
function forwardTunnel({ request, socket, head, targetOf }: Forwarding): void {
  socketServer(TUNNEL).handleUpgrade(request, socket, head, (client) => {
    const session = forwardSpdy(
      {
        send: (bytes) => client.send(bytes),
        waiting: () => client.bufferedAmount,
        pause: () => client.pause(),
        resume: () => client.resume(),
        close: () => client.close(),
      },
      targetOf,
    );
    client.on('message', (data: RawData) => session.receive(bytesOf(data)));
    client.on('close', () => session.closed());
    client.on('error', () => client.terminate());
  });
}

/** SPDY that takes the connection over. */
function forwardUpgrade({ request, socket, head, targetOf }: Forwarding): void {
  const version = request.headers['x-stream-protocol-version'];
  const named = version === undefined ? '' : 'X-Stream-Protocol-Version: portforward.k8s.io\r\n';
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${SPDY}\r\n${named}\r\n`);
  const session = forwardSpdy(
    {
      send: (bytes) => void socket.write(bytes),
      waiting: () => socket.writableLength,
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      close: () => socket.end(),
    },
    targetOf,
  );
  socket.on('data', (data: Buffer) => session.receive(data));
  socket.on('close', () => session.closed());
  socket.on('error', () => socket.destroy());
  if (head.length > 0) session.receive(head);
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
