import { Buffer } from 'node:buffer';

/** The longest message that is taken: what gRPC takes by default. */
export const MESSAGE_MAX: number = 4 * 1024 * 1024;

const PREFIX = 5;

/**
 * Splits gRPC's length-prefixed messages out of what arrives. Messages that came whole are handed on where they stand,
 * without a copy.
 * Source: github.com/grpc/grpc doc/PROTOCOL-HTTP2.md.
 */
export class FrameSplitter {
  private readonly rest: Buffer[] = [];
  private held = 0;
  /** Bytes that must be there before anything can be told. */
  private needed = PREFIX;
  private readonly onBytes: (bytes: Buffer) => void;
  private readonly onMessage: (start: number, end: number) => void;

  /**
   * @param onBytes called with bytes before messages that stand in them
   * @param onMessage called with where each message stands in these bytes
   */
  constructor(onBytes: (bytes: Buffer) => void, onMessage: (start: number, end: number) => void) {
    this.onBytes = onBytes;
    this.onMessage = onMessage;
  }

  /** Whether a message has begun and not ended. */
  get isWithin(): boolean {
    return this.held > 0;
  }

  /** @throws {FrameError} for what no server of gRPC sends that was not asked to compress */
  push(chunk: Buffer): void {
    if (this.held + chunk.length < this.needed) {
      this.keep(chunk, this.needed);
      return;
    }
    const bytes = this.held === 0 ? chunk : Buffer.concat([...this.rest, chunk]);
    this.rest.length = 0;
    this.held = 0;
    this.needed = PREFIX;
    let needed = PREFIX;
    let at = 0;
    let isTold = false;
    while (at + PREFIX <= bytes.length) {
      if (bytes[at] !== 0) throw new FrameError('a message that is packed, or none');
      const length = bytes.readUInt32BE(at + 1);
      if (length > MESSAGE_MAX) throw new FrameError(`a message of ${length} bytes`);
      const end = at + PREFIX + length;
      needed = PREFIX + length;
      if (end > bytes.length) break;
      needed = PREFIX;
      if (!isTold) this.onBytes(bytes);
      isTold = true;
      this.onMessage(at + PREFIX, end);
      at = end;
    }
    if (at < bytes.length) this.keep(bytes.subarray(at), needed);
  }

  /** A copy, so that a few bytes do not hold all of a large chunk. */
  private keep(bytes: Buffer, needed: number): void {
    this.rest.push(Buffer.from(bytes));
    this.held += bytes.length;
    this.needed = needed;
  }
}

export class FrameError extends Error {
  constructor(what: string) {
    super(`Not gRPC: ${what}`);
    this.name = 'FrameError';
  }
}

/** A message as gRPC sends it. */
export function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(PREFIX + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, PREFIX);
  return bytes;
}
