import { Buffer } from 'node:buffer';
import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Target } from './dial.ts';

/** What a server speaks that did not understand us. */
export type Spoken =
  | { readonly kind: 'http1' | 'http2' | 'tls' | 'nothing' }
  /** `sample`: its first bytes, as text. */
  | { readonly kind: 'other'; readonly sample: string };

const LIMIT_MS = 1500;

/** Asks a server, over connections of its own and within seconds, what it speaks. Never fails. */
export async function probe(target: Target): Promise<Spoken> {
  const first = await answerTo(target, PREFACE);
  if (first.length > 0) {
    const text = first.toString('latin1');
    if (text.startsWith('HTTP/')) return { kind: 'http1' };
    // An alert or a handshake of TLS 1.x.
    if ((first[0] === 0x15 || first[0] === 0x16) && first[1] === 3) return { kind: 'tls' };
    // A frame of settings on stream 0, which a server of HTTP/2 begins with.
    if (first.length >= 9 && first[3] === 4 && first.readUInt32BE(5) === 0) return { kind: 'http2' };
    return { kind: 'other', sample: text.split(/[\r\n]/, 1)[0]?.slice(0, 40) ?? '' };
  }
  return { kind: (await speaksTls(target)) ? 'tls' : 'nothing' };
}

/** HTTP/2's preface and empty settings: RFC 9113, 3.4. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0', 'latin1');

async function answerTo(target: Target, bytes: Buffer): Promise<Buffer> {
  return withConnection<Buffer>(target, EMPTY, (socket, done) => {
    socket.once('data', (chunk: Buffer) => done(chunk));
    socket.once('end', () => done(EMPTY));
    socket.write(bytes);
  });
}

/** Whether a handshake gets any answer of TLS, be it a refusal. */
async function speaksTls(target: Target): Promise<boolean> {
  return withConnection(target, false, (way, done) => {
    // Nothing is sent over it: only whether it is TLS is of interest.
    const socket = connectTls({ socket: way, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
    socket.once('secureConnect', () => done(true));
    socket.once('error', (error: Error) => done('code' in error && /ALERT/.test(String(error.code))));
  });
}

async function withConnection<T>(
  { address, createConnection }: Target,
  otherwise: T,
  use: (socket: Duplex, done: (value: T) => void) => void,
): Promise<T> {
  let socket: Duplex | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => resolve(otherwise), LIMIT_MS);
      const opened = (way: Duplex): void => {
        socket = way;
        way.on('error', () => resolve(otherwise));
        way.on('close', () => resolve(otherwise));
        use(way, resolve);
      };
      if (createConnection !== undefined) Promise.resolve(createConnection()).then(opened, reject);
      else if (address.kind === 'unix') opened(connectSocket({ path: address.path }));
      else opened(connectSocket({ host: address.host, port: address.port }));
    });
  } catch {
    // The way to the server is gone: what it speaks stays unknown.
    return otherwise;
  } finally {
    clearTimeout(timer);
    socket?.destroy();
  }
}

const EMPTY = Buffer.alloc(0);
