import type { Buffer } from 'node:buffer';

/** Receives what a scanner cuts out. `line` counts from 1; the bytes are only valid during the call. */
export interface RecordSink {
  /** `isLast`: the input ended here, without the line feed or the bracket that should follow. */
  record(
    bytes: Buffer,
    start: number,
    end: number,
    at: { readonly line: number; readonly isLast: boolean },
  ): void;
  /** The beginning of a value whose end is missing, or of one that is over the limit. */
  broken(
    bytes: Buffer,
    start: number,
    end: number,
    at: { readonly line: number; readonly isTooLong: boolean },
  ): void;
}

/**
 * Cuts a stream of bytes into records: lines, the elements of a JSON array, and objects that a formatter spread
 * over several lines. Which of them it is, is decided anew wherever a record begins, so a file may mix them.
 * No more than one record is ever held.
 */
export class RecordScanner {
  /** Line feeds passed so far. */
  lines = 0;
  private readonly sink: RecordSink;
  private readonly limit: number;
  private inArray = false;
  /** The record at hand: what of it has been looked at, relative to its beginning. */
  private shape: 'none' | 'line' | 'value' = 'none';
  private scanned = 0;
  private newlines = 0;
  private depth = 0;
  private inString = false;
  private isIndented = false;
  /** The rest of a record over the limit is passed over. */
  private isDropping = false;
  /** Whether the last byte so far is no line feed. */
  private endsOpen = false;

  /** @param limit the longest record in bytes */
  constructor(sink: RecordSink, limit: number) {
    this.sink = sink;
    this.limit = limit;
  }

  /**
   * Hands all whole records in `bytes[start, end)` to the sink.
   * @returns where the unfinished one begins; the caller gives it again, with what follows
   */
  consume(bytes: Buffer, start: number, end: number): number {
    const given = bytes.length === end ? bytes : bytes.subarray(0, end);
    if (end > start) this.endsOpen = given[end - 1] !== NEWLINE;
    let at = start;
    while (at < end) {
      if (this.shape === 'none') {
        at = this.skipBetween(given, at);
        if (at >= end) break;
        const shape = this.shapeAt(given, at, false);
        if (shape === 'unclear') break;
        if (shape === 'array') {
          this.inArray = true;
          at += 1;
          continue;
        }
        this.begin(shape);
      }
      const stop = this.shape === 'line' ? this.lineEnd(given, at) : this.valueEnd(given, at);
      if (stop === -1) {
        if (!this.isDropping && end - at <= this.limit) break;
        // Over the limit: nothing of it is kept but where in the value we are.
        if (!this.isDropping) this.reportBroken(given, at, end, true);
        this.isDropping = true;
        const rest = at + this.scanned;
        this.scanned = 0;
        return rest;
      }
      at = this.shape === 'line' ? this.finishLine(given, at, stop) : this.finishValue(given, at, stop);
    }
    return at;
  }

  /** Says that nothing follows `bytes[start, end)`, the rest that `consume` left. */
  finish(bytes: Buffer, start: number, end: number): void {
    const given = bytes.subarray(0, end);
    if (start < end && !this.isDropping) {
      if (this.shape === 'none') this.begin('line');
      if (this.shape === 'line') this.sink.record(given, start, end, { line: this.lines + 1, isLast: true });
      else this.reportBroken(given, start, end, false);
    } else if (this.inArray && !this.isDropping) {
      this.reportBroken(given, end, end, false);
    }
    this.lines += this.isDropping ? this.newlines : newlinesIn(given, start, end);
    if (this.endsOpen) this.lines += 1;
    this.shape = 'none';
    this.inArray = false;
  }

  /** Passes over what stands between the elements of an array. */
  private skipBetween(bytes: Buffer, from: number): number {
    let at = from;
    while (this.inArray && at < bytes.length) {
      const byte = bytes[at]!;
      if (byte === NEWLINE) this.lines += 1;
      else if (byte === CLOSE_BRACKET) this.inArray = false;
      else if (byte !== COMMA && !isSpace(byte)) break;
      at += 1;
    }
    return at;
  }

  /** An object is a value of its own extent where its first line ends behind the bracket. */
  private shapeAt(bytes: Buffer, at: number, isLast: boolean): 'line' | 'value' | 'array' | 'unclear' {
    const first = bytes[at];
    if (this.inArray) return 'value';
    if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return 'line';
    if (first === OPEN_BRACE && bytes[at + 1] === QUOTE) return 'line';
    let next = at + 1;
    let hasNewline = false;
    while (next < bytes.length && isSpace(bytes[next]!)) {
      hasNewline ||= bytes[next] === NEWLINE;
      next += 1;
    }
    if (next >= bytes.length && !isLast && next - at <= LOOK_AHEAD) return 'unclear';
    if (first === OPEN_BRACKET) {
      return bytes[next] === OPEN_BRACE || bytes[next] === CLOSE_BRACKET ? 'array' : 'line';
    }
    return hasNewline ? 'value' : 'line';
  }

  private begin(shape: 'line' | 'value'): void {
    this.shape = shape;
    this.scanned = 0;
    this.newlines = 0;
    this.depth = 0;
    this.inString = false;
    this.isIndented = false;
  }

  private lineEnd(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(NEWLINE, at + this.scanned);
    if (found === -1) this.scanned = bytes.length - at;
    return found;
  }

  private finishLine(bytes: Buffer, at: number, stop: number): number {
    if (!this.isDropping) this.sink.record(bytes, at, stop, { line: this.lines + 1, isLast: false });
    this.isDropping = false;
    this.lines += 1;
    this.shape = 'none';
    return stop + 1;
  }

  /** @returns the index behind the value, or -1; `depth` is not 0 where the value is broken off there */
  private valueEnd(bytes: Buffer, from: number): number {
    let at = from + this.scanned;
    const end = bytes.length;
    while (at < end) {
      const byte = bytes[at]!;
      if (this.inString) {
        if (byte === QUOTE) this.inString = false;
        else if (byte === NEWLINE) return at;
        else if (byte === BACKSLASH) {
          if (at + 1 >= end) break;
          at += 1;
        }
      } else if (byte === QUOTE) {
        this.inString = true;
      } else if (byte === NEWLINE) {
        if (this.depth === 0) return at;
        // What follows the line feed may say that another record begins.
        if (at + 1 >= end || (at + 2 >= end && bytes[at + 1] === OPEN_BRACE)) break;
        if (this.isNewRecord(bytes, at + 1)) return at;
        this.newlines += 1;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.depth += 1;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.depth === 0) return at;
        this.depth -= 1;
        if (this.depth === 0) return at + 1;
      } else if (byte === COMMA && this.depth === 0) {
        return at;
      }
      at += 1;
    }
    this.scanned = at - from;
    return -1;
  }

  /** Formatters indent what is inside, so a bracket in the first column is the next record's. */
  private isNewRecord(bytes: Buffer, at: number): boolean {
    if (this.newlines === 0) this.isIndented = isSpace(bytes[at]!);
    if (bytes[at] !== OPEN_BRACE) return false;
    return this.isIndented || bytes[at + 1] === QUOTE;
  }

  private finishValue(bytes: Buffer, at: number, stop: number): number {
    const isBroken = this.depth > 0 || this.inString;
    // A bracket that closes nothing is a record of its own, so that each step gets on.
    const next = stop === at && !this.isDropping ? at + 1 : stop;
    if (!this.isDropping) {
      if (isBroken) this.reportBroken(bytes, at, stop, false);
      else this.sink.record(bytes, at, next, { line: this.lines + 1, isLast: false });
    }
    this.isDropping = false;
    this.lines += isBroken ? this.newlines + 1 : this.newlines;
    this.newlines = 0;
    this.shape = 'none';
    return isBroken ? stop + 1 : next;
  }

  private reportBroken(bytes: Buffer, start: number, end: number, isTooLong: boolean): void {
    this.sink.broken(bytes, start, end, { line: this.lines + 1, isTooLong });
  }
}

function newlinesIn(bytes: Buffer, start: number, end: number): number {
  let newlines = 0;
  for (let at = start; at < end; at += 1) if (bytes[at] === NEWLINE) newlines += 1;
  return newlines;
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
/** White space that is looked through to tell what a bracket begins. */
const LOOK_AHEAD = 4096;
