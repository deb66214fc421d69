import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError, FrameSplitter, framed, MESSAGE_MAX } from './frames.ts';

function split(chunks: readonly Buffer[]): {
  readonly messages: readonly string[];
  readonly isWithin: boolean;
} {
  const messages: string[] = [];
  let at = Buffer.alloc(0);
  const splitter = new FrameSplitter(
    (bytes) => {
      at = Buffer.from(bytes);
    },
    (start, end) => messages.push(at.toString('latin1', start, end)),
  );
  for (const chunk of chunks) splitter.push(chunk);
  return { messages, isWithin: splitter.isWithin };
}

describe('messages on a stream', () => {
  it('are the same however the stream is cut', () => {
    const message = fc.string({ unit: 'binary-ascii', maxLength: 40 });
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat(60)), (messages, cuts) => {
        const all = Buffer.concat(messages.map((text) => framed(Buffer.from(text, 'latin1'))));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(all.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(all.subarray(at));
        expect(split(chunks)).toEqual({ messages, isWithin: false });
      }),
    );
  });

  it('may end in the middle', () => {
    const whole = framed(Buffer.from('hello'));
    for (let length = 1; length < whole.length; length += 1) {
      expect(split([whole.subarray(0, length)])).toEqual({ messages: [], isWithin: true });
    }
  });

  it('are refused when they are packed, or longer than gRPC takes', () => {
    const packed = framed(Buffer.from('x'));
    packed[0] = 1;
    expect(() => split([packed])).toThrow(FrameError);
    const long = Buffer.alloc(5);
    long.writeUInt32BE(MESSAGE_MAX + 1, 1);
    expect(() => split([long])).toThrow(FrameError);
  });
});
