import { Buffer } from 'node:buffer';

/**
 * A place in bytes of JSON. Each step moves `pos` behind what it read; a step that meets something it does not expect
 * sets `pos` to -1 (`LOST`), after which nothing that was read may be used.
 */
export class ByteCursor {
  bytes: Buffer = NO_BYTES;
  view: DataView = NO_VIEW;
  pos: number = LOST;
  end = 0;

  aim(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    this.pos = start;
    this.end = end;
  }

  /** Whether `text` stands at `pos`; moves behind it if so, and stays if not. */
  take(text: DataView): boolean {
    const { view, pos } = this;
    const length = text.byteLength;
    if (pos + length > this.end) return false;
    if (length < 4) {
      for (let i = 0; i < length; i += 1) if (view.getUint8(pos + i) !== text.getUint8(i)) return false;
    } else {
      const last = length - 4;
      for (let i = 0; i < last; i += 4)
        if (view.getInt32(pos + i, true) !== text.getInt32(i, true)) return false;
      if (view.getInt32(pos + last, true) !== text.getInt32(last, true)) return false;
    }
    this.pos = pos + length;
    return true;
  }

  /** Moves behind a string, its opening quote being at `pos`. @returns whether it has neither escapes nor non-ASCII */
  string(): boolean {
    const { bytes, end } = this;
    let at = this.pos + 1;
    let isPlain = true;
    if (this.pos >= end || bytes[this.pos] !== QUOTE) {
      this.pos = LOST;
      return false;
    }
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        this.pos = at + 1;
        return isPlain;
      }
      if (byte < 32) break;
      if (byte === BACKSLASH) {
        isPlain = false;
        at += 1;
      } else if (byte > 126) {
        isPlain = false;
      }
      at += 1;
    }
    this.pos = LOST;
    return false;
  }

  /** Moves behind the whole number at `pos` and gives it; anything else in a number is unexpected. */
  number(): number {
    const { bytes, end, pos } = this;
    let at = pos;
    let value = 0;
    while (at < end) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      at += 1;
    }
    const digits = at - pos;
    const after = at < end ? bytes[at] : undefined;
    const isWhole = after === COMMA || after === CLOSE_BRACE;
    const isPlain = digits > 0 && digits < 16 && (digits === 1 || bytes[pos] !== ZERO);
    this.pos = isWhole && isPlain ? at : LOST;
    return value;
  }

  boolean(): boolean {
    if (this.take(TRUE)) return true;
    if (!this.take(FALSE)) this.pos = LOST;
    return false;
  }

  /** Moves behind any value without looking at what is in it. */
  skip(): void {
    const { bytes, end } = this;
    const first = this.pos < end ? bytes[this.pos]! : 0;
    if (first === QUOTE) {
      this.string();
    } else if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      this.skipNested();
    } else if (first === 0x74 || first === 0x66) {
      this.boolean();
    } else {
      this.number();
    }
  }

  private skipNested(): void {
    const { bytes, end } = this;
    let depth = 0;
    let at = this.pos;
    while (at < end) {
      const byte = bytes[at]!;
      if (byte === QUOTE) {
        at += 1;
        for (; at < end; at += 1) {
          const inside = bytes[at]!;
          if (inside === QUOTE) break;
          if (inside === BACKSLASH) at += 1;
        }
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        depth += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        depth -= 1;
        if (depth === 0) {
          this.pos = at + 1;
          return;
        }
      }
      at += 1;
    }
    this.pos = LOST;
  }

  /** The text between two places. */
  text(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end);
  }
}

/** An ASCII text that `take` compares with. */
export function literal(text: string): DataView {
  const view = new DataView(new ArrayBuffer(text.length));
  for (let i = 0; i < text.length; i += 1) view.setUint8(i, text.charCodeAt(i));
  return view;
}

/** What `pos` is once something unexpected was met. */
export const LOST = -1;

const NO_BYTES = Buffer.alloc(0);
const NO_VIEW = new DataView(new ArrayBuffer(0));

const TRUE = literal('true');
const FALSE = literal('false');
const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
