import { ByteMemo, type MemoLimits } from '../../core/flow/byte-memo.ts';
import type { ByteCursor } from './flows-cursor.ts';
import { LOST } from './flows-cursor.ts';

/**
 * Values of one kind that recur from flow to flow: read once by `JSON.parse` and the careful reader's functions, then
 * known by their bytes. Where `make` gives undefined or throws, the cursor is lost.
 */
export class Remembered<T> {
  private readonly at: ByteCursor;
  private readonly make: (value: unknown) => T | undefined;
  private readonly memo: ByteMemo<T>;

  constructor(at: ByteCursor, make: (value: unknown) => T | undefined, limits?: MemoLimits) {
    this.at = at;
    this.make = make;
    this.memo = new ByteMemo(limits);
  }

  /** Reads the string at the cursor. */
  string(): T | undefined {
    const start = this.at.pos;
    this.at.string();
    return this.made(start);
  }

  /** Reads the object or list at the cursor. */
  nested(): T | undefined {
    const { at, memo } = this;
    const start = at.pos;
    const known = memo.startingAt(at.view, start, at.end);
    if (known !== undefined) {
      at.pos = memo.end;
      return known;
    }
    at.skip();
    return this.made(start);
  }

  private made(start: number): T | undefined {
    const { at, memo } = this;
    const end = at.pos;
    if (end === LOST) return undefined;
    const known = memo.find(at.view, start, end);
    if (known !== undefined) return known;
    const made = this.attempt(start, end);
    if (made === undefined) at.pos = LOST;
    else memo.remember(at.bytes, at.view, start, end, made);
    return made;
  }

  private attempt(start: number, end: number): T | undefined {
    try {
      return this.make(JSON.parse(this.at.text(start, end)));
    } catch {
      return undefined;
    }
  }
}
