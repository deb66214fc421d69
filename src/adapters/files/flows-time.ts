import { parseInstant } from '../../core/flow/time.ts';
import { type ByteCursor, LOST } from './flows-cursor.ts';

/** Reads timestamps as Go writes them in UTC; the date and the minute are only worked out when they change. */
export class TimeReader {
  ms = 0;
  /** Nanoseconds behind `ms`. */
  ns = 0;
  private readonly at: ByteCursor;
  private readonly known = new Int32Array(4);
  private minuteMs = 0;

  constructor(at: ByteCursor) {
    this.at = at;
  }

  /** Moves the cursor behind the string `"2026-03-01T10:00:00.000000123Z"`, with 0 to 9 digits of fraction. */
  read(): void {
    const { at } = this;
    const { bytes, pos, end } = at;
    at.pos = LOST;
    if (pos + SHORTEST > end || bytes[pos] !== QUOTE || bytes[pos + 17] !== COLON) return;
    if (!this.isKnownMinute(pos + 1) && !this.learnMinute(pos + 1)) return;
    const tens = bytes[pos + 18]! - ZERO;
    const ones = bytes[pos + 19]! - ZERO;
    if (tens < 0 || tens > 5 || ones < 0 || ones > 9) return;
    let after = pos + 20;
    let fraction = 0;
    if (bytes[after] === DOT) {
      const from = after + 1;
      after = from;
      for (; after < end; after += 1) {
        const digit = bytes[after]! - ZERO;
        if (digit < 0 || digit > 9) break;
        fraction = fraction * 10 + digit;
      }
      const digits = after - from;
      if (digits < 1 || digits > 9) return;
      fraction *= SCALE[digits]!;
    }
    if (after + 2 > end || bytes[after] !== ZULU || bytes[after + 1] !== QUOTE) return;
    const milliseconds = Math.floor(fraction / 1e6);
    this.ms = this.minuteMs + (tens * 10 + ones) * 1000 + milliseconds;
    this.ns = fraction - milliseconds * 1e6;
    at.pos = after + 2;
  }

  private isKnownMinute(start: number): boolean {
    const { view } = this.at;
    const { known } = this;
    return (
      known[3] === view.getInt32(start + 12, true) &&
      known[2] === view.getInt32(start + 8, true) &&
      known[1] === view.getInt32(start + 4, true) &&
      known[0] === view.getInt32(start, true)
    );
  }

  private learnMinute(start: number): boolean {
    const { view } = this.at;
    const instant = parseInstant(`${this.at.text(start, start + 16)}:00Z`);
    if (instant === undefined) return false;
    this.minuteMs = instant.ms;
    for (let i = 0; i < 4; i += 1) this.known[i] = view.getInt32(start + 4 * i, true);
    return true;
  }
}

/** `"2026-03-01T10:00:00Z"`. */
const SHORTEST = 22;
const QUOTE = 34;
const DOT = 46;
const ZERO = 48;
const COLON = 58;
const ZULU = 90;
/** By the number of fraction digits: what makes them nanoseconds. */
const SCALE = [0, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1] as const;
