import { emptyHeaders, headerReader } from './spdy-headers.ts';

/** A stream that the client opened. */
export interface SpdyStream {
  readonly headers: ReadonlyMap<string, string>;
  send(data: Buffer): void;
  /** Nothing more is sent. */
  end(): void;
}

/** What the client sends on a stream. */
export interface SpdyHandler {
  readonly data: (data: Buffer) => void;
  readonly end: () => void;
}

export interface SpdySession {
  readonly receive: (bytes: Buffer) => void;
}

export interface SpdyOptions {
  readonly send: (bytes: Buffer) => void;
  readonly open: (stream: SpdyStream) => SpdyHandler;
  /** The client is gone, or speaks something else. */
  readonly end: () => void;
}

// Control frames of SPDY 3.1, section 2.6.
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const FIN = 0x01;

const FRAME_MAX = 1024 * 1024;
const STREAMS_MAX = 1000;
const CHUNK = 32 * 1024;

/**
 * The server's side of SPDY 3.1, as far as port-forward of Kubernetes uses it (moby/spdystream): the client opens
 * streams, both sides send and close, pings are answered. Windows are not kept, as the clients keep none.
 */
export function serveSpdy({ send, open, end }: SpdyOptions): SpdySession {
  const headers = headerReader();
  const streams = new Map<number, SpdyHandler>();
  let buffered: Buffer = Buffer.alloc(0);
  let isFirstReply = true;
  let isOver = false;

  function quit(): void {
    isOver = true;
    end();
  }

  function control(type: number, flags: number, body: Buffer): void {
    const id = body.length >= 4 ? body.readUInt32BE(0) & 0x7fff_ffff : 0;
    switch (type) {
      case SYN_STREAM: {
        const read = body.length >= 10 ? headers.read(body.subarray(10)) : undefined;
        if (read === undefined || streams.size >= STREAMS_MAX) {
          quit();
          return;
        }
        const number = Buffer.alloc(4);
        number.writeUInt32BE(id);
        send(controlFrame(SYN_REPLY, Buffer.concat([number, emptyHeaders(isFirstReply)])));
        isFirstReply = false;
        const handler = open(streamOf(id, read, send));
        streams.set(id, handler);
        if ((flags & FIN) !== 0) finish(id, handler);
        return;
      }
      case RST_STREAM:
        finish(id, streams.get(id));
        return;
      case PING:
        send(controlFrame(PING, body));
        return;
      case GOAWAY:
        quit();
        return;
      default:
        // Settings, windows and more headers change nothing here.
        return;
    }
  }

  function frame(head: Buffer, body: Buffer): void {
    const flags = head[4] ?? 0;
    if (((head[0] ?? 0) & 0x80) !== 0) {
      control(head.readUInt16BE(2), flags, body);
      return;
    }
    const id = head.readUInt32BE(0);
    const handler = streams.get(id);
    if (handler === undefined) return;
    if (body.length > 0) handler.data(body);
    if ((flags & FIN) !== 0) finish(id, handler);
  }

  /** Nothing more comes on a stream. */
  function finish(id: number, handler: SpdyHandler | undefined): void {
    streams.delete(id);
    handler?.end();
  }

  return {
    receive(bytes) {
      buffered = buffered.length === 0 ? bytes : Buffer.concat([buffered, bytes]);
      while (!isOver && buffered.length >= 8) {
        const length = buffered.readUIntBE(5, 3);
        if (length > FRAME_MAX) {
          quit();
          return;
        }
        if (buffered.length < 8 + length) return;
        const [head, body] = [buffered.subarray(0, 8), buffered.subarray(8, 8 + length)];
        buffered = buffered.subarray(8 + length);
        frame(head, body);
      }
    },
  };
}

function streamOf(
  id: number,
  headers: ReadonlyMap<string, string>,
  send: (bytes: Buffer) => void,
): SpdyStream {
  let isOpen = true;
  return {
    headers,
    send(data) {
      for (let at = 0; isOpen && at < data.length; at += CHUNK)
        send(dataFrame(id, 0, data.subarray(at, at + CHUNK)));
    },
    end() {
      if (!isOpen) return;
      isOpen = false;
      send(dataFrame(id, FIN, Buffer.alloc(0)));
    },
  };
}

function controlFrame(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x8003);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}

function dataFrame(id: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(id);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(body.length, 5, 3);
  return Buffer.concat([head, body]);
}
