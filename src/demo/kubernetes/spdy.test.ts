import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { constants, createDeflate, createInflate } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serveSpdy } from './spdy.ts';
import { forwardSpdy } from './spdy-forward.ts';
import { DICTIONARY, emptyHeaders, headerReader } from './spdy-headers.ts';

/** Compresses blocks as a client does: one stream, flushed after each. */
async function compress(blocks: readonly Buffer[]): Promise<readonly Buffer[]> {
  const deflate = createDeflate({ dictionary: DICTIONARY });
  let chunks: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
  const made: Buffer[] = [];
  for (const block of blocks) {
    chunks = [];
    deflate.write(block);
    await new Promise<void>((resolve) => {
      deflate.flush(constants.Z_SYNC_FLUSH, resolve);
    });
    made.push(Buffer.concat(chunks));
  }
  deflate.destroy();
  return made;
}

function block(headers: Readonly<Record<string, string>>): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const text = (value: string): Buffer =>
    Buffer.concat([number(Buffer.byteLength(value)), Buffer.from(value)]);
  const entries = Object.entries(headers);
  return Buffer.concat([
    number(entries.length),
    ...entries.flatMap(([key, value]) => [text(key), text(value)]),
  ]);
}

function control(type: number, body: Buffer, flags = 0): Buffer {
  return Buffer.concat([
    Buffer.from([0x80, 3, 0, type, flags, 0, body.length >> 8, body.length & 0xff]),
    body,
  ]);
}

function data(id: number, body: string, flags = 0): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, id, flags, 0, 0, body.length]), Buffer.from(body)]);
}

const ERROR = { streamtype: 'error', port: '80', requestid: '0' };
const DATA = { streamtype: 'data', port: '80', requestid: '0' };

/** A connection of two streams that says a word and is done. */
async function conversation(): Promise<Buffer> {
  const [first = Buffer.of(), second = Buffer.of()] = await compress([block(ERROR), block(DATA)]);
  const syn = (id: number, headers: Buffer): Buffer =>
    control(1, Buffer.concat([Buffer.from([0, 0, 0, id, 0, 0, 0, 0, 0, 0]), headers]));
  return Buffer.concat([
    syn(1, first),
    data(1, '', 1),
    syn(3, second),
    control(6, Buffer.from([0, 0, 0, 7])),
    data(3, 'hello'),
    data(3, '', 1),
  ]);
}

describe('headers of SPDY', () => {
  it('are read block by block', async () => {
    const { read } = headerReader();
    const [first = Buffer.of(), second = Buffer.of()] = await compress([block(ERROR), block(DATA)]);
    expect(Object.fromEntries(read(first) ?? [])).toEqual(ERROR);
    expect(Object.fromEntries(read(second) ?? [])).toEqual(DATA);
    expect(read(Buffer.from('no headers at all'))).toBeUndefined();
  });

  it('are written as any zlib reads them', async () => {
    const inflate = createInflate({ dictionary: DICTIONARY });
    const chunks: Buffer[] = [];
    inflate.on('data', (chunk: Buffer) => chunks.push(chunk));
    inflate.write(emptyHeaders(true));
    await new Promise<void>((resolve, reject) => {
      inflate.on('error', reject);
      inflate.write(emptyHeaders(false), () => resolve());
    });
    expect(Buffer.concat(chunks)).toEqual(Buffer.alloc(8));
  });
});

describe('a session of SPDY', () => {
  it('hears the same however the bytes are cut', async () => {
    const bytes = await conversation();
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        const heard: string[] = [];
        const { receive } = serveSpdy({
          send: (frame) => heard.push(`sent ${frame.readUInt16BE(2)}`),
          open({ headers }) {
            const type = headers.get('streamtype') ?? '';
            heard.push(`opened ${type}`);
            return {
              data: (part) => heard.push(`${type} ${part.toString()}`),
              end: () => heard.push(`ended ${type}`),
            };
          },
          end: () => heard.push('gone'),
        });
        const edges = [0, ...cuts, bytes.length].sort((a, b) => a - b);
        for (const [i, edge] of edges.entries()) receive(bytes.subarray(edge, edges[i + 1] ?? bytes.length));
        expect(heard).toEqual([
          'sent 2',
          'opened error',
          'ended error',
          'sent 2',
          'opened data',
          'sent 6',
          'data hello',
          'ended data',
        ]);
      }),
    );
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 10 }), (parts) => {
        const session = serveSpdy({
          send() {},
          open: () => ({ data() {}, end() {} }),
          end() {},
        });
        for (const part of parts) session.receive(Buffer.concat([Buffer.from([0x80, 3, 0, 1]), part]));
      }),
    );
  });
});

describe('a forwarding over SPDY', () => {
  it('waits once for a slow target, however much comes meanwhile', async () => {
    const target = createServer((socket) => void socket.on('error', () => {}).resume());
    target.listen(0, '127.0.0.1');
    await once(target, 'listening');
    const warnings: string[] = [];
    const warn = ({ message }: Error): number => warnings.push(message);
    process.on('warning', warn);
    let resume = (): void => {};
    const resumed = new Promise<void>((resolve) => {
      resume = resolve;
    });
    const { port } = target.address() as AddressInfo;
    const carrier = { send() {}, waiting: () => 0, pause() {}, resume: () => resume(), close() {} };
    const session = forwardSpdy(carrier, () => ({ host: '127.0.0.1', port }));
    const [headers = Buffer.of()] = await compress([block(DATA)]);
    session.receive(control(1, Buffer.concat([Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]), headers])));
    const frame = Buffer.alloc(8 + 0xffff);
    frame.set([0, 0, 0, 1, 0, 0, 0xff, 0xff]);
    for (let i = 0; i < 20; i += 1) session.receive(frame);
    await resumed;
    session.closed();
    process.off('warning', warn);
    target.close();
    expect(warnings).toEqual([]);
  });
});
