import type { Buffer } from 'node:buffer';

/** Bytes that are no protobuf message. */
export class WireError extends Error {
  constructor(what: string) {
    super(`Not a protobuf message: ${what}`);
    this.name = 'WireError';
  }
}

/**
 * Reads protobuf's wire format without making an object for each field. Every read stays within the message that was
 * entered last, so that a stranger's lengths cannot lead out of it.
 * Source: protobuf.dev/programming-guides/encoding.
 */
export class WireReader {
  bytes: Buffer;
  view: DataView;
  pos = 0;
  end = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  /** Goes on with other bytes. */
  read(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.pos = 0;
    this.end = bytes.length;
  }

  /** The next field's number and wire type as one number; 0 at the message's end. */
  tag(): number {
    if (this.pos >= this.end) return 0;
    const tag = this.uint32();
    if (tag >>> 3 === 0) throw new WireError('field 0');
    return tag;
  }

  /** A varint's lower 32 bits, without a sign. */
  uint32(): number {
    const { bytes } = this;
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let shift = 7; shift < 70; shift += 7) {
      if (this.pos >= this.end) break;
      byte = bytes[this.pos]!;
      this.pos += 1;
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError('a number without an end');
  }

  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    return this.varint() !== 0n;
  }

  /** A varint of up to 2^53 as a number; larger ones lose their last digits. Negative ones are negative. */
  int64(): number {
    return Number(BigInt.asIntN(64, this.varint()));
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError('a number without an end');
  }

  /** Seconds of a timestamp: positive ones of up to 35 bits without a BigInt. */
  seconds(): number {
    let value = 0;
    let factor = 1;
    const start = this.pos;
    for (let i = 0; i < 5; i += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    this.pos = start;
    return this.int64();
  }

  /** Enters a message within this one. @returns the outer message's end, to be given to `leave` */
  enter(): number {
    const outer = this.end;
    this.end = this.endOfValue();
    return outer;
  }

  leave(outer: number): void {
    this.pos = this.end;
    this.end = outer;
  }

  /** Reads a length. @returns where the value ends; it begins at `pos` */
  endOfValue(): number {
    const length = this.uint32();
    const end = this.pos + length;
    if (end > this.end) throw new WireError('a value longer than its message');
    return end;
  }

  string(): string {
    const end = this.endOfValue();
    const text = this.bytes.toString('utf8', this.pos, end);
    this.pos = end;
    return text;
  }

  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.uint32();
        return;
      case 1:
        this.jump(8);
        return;
      case 2:
        this.pos = this.endOfValue();
        return;
      case 5:
        this.jump(4);
        return;
      default:
        // Groups (3, 4) are of proto2, and Hubble has none.
        throw new WireError(`wire type ${tag & 7}`);
    }
  }

  private jump(length: number): void {
    if (this.pos + length > this.end) throw new WireError('a value longer than its message');
    this.pos += length;
  }

  private byte(): number {
    if (this.pos >= this.end) throw new WireError('an end within a value');
    const byte = this.bytes[this.pos]!;
    this.pos += 1;
    return byte;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
