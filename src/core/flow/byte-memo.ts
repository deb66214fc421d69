export interface MemoLimits {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Values that were read from bytes before, found again by these bytes without reading them a second time. A hit
 * compares every byte, so two texts never share a value by chance. What is held is bounded: when the bytes or the
 * entries reach their limit, all is forgotten.
 */
export class ByteMemo<T> {
  /** Where the text ended that `startingAt` found. */
  end = 0;
  private readonly limits: MemoLimits;
  private arena = new Uint8Array(4096);
  private arenaView = new DataView(this.arena.buffer);
  private used = 0;
  private count = 0;
  /** By entry; entry 0 stands for none. */
  private values: (T | undefined)[] = [undefined];
  private starts = new Int32Array(256);
  private lengths = new Int32Array(256);
  private hashes = new Int32Array(256);
  /** Open addressing: entries by hash, and the latest entry by the hash of its first bytes. */
  private slots = new Int32Array(1024);
  private heads = new Int32Array(1024);

  constructor(limits: MemoLimits = { bytes: 1 << 22, entries: 1 << 15 }) {
    this.limits = limits;
  }

  /** @returns what was remembered for `view[start, end)` */
  find(view: DataView, start: number, end: number): T | undefined {
    const length = end - start;
    const hash = hashOf(view, start, length);
    const mask = this.slots.length - 1;
    for (let slot = hash & mask, probes = 0; probes < PROBES_MAX; slot = (slot + 1) & mask, probes += 1) {
      const entry = this.slots[slot]!;
      if (entry === 0) return undefined;
      if (this.hashes[entry] === hash && this.lengths[entry] === length && this.isAt(entry, view, start)) {
        if (length >= HEAD) this.placeHead(entry, view, start);
        return this.values[entry];
      }
    }
    return undefined;
  }

  /**
   * Finds a value whose text stands at `start` and ends before `limit`, without knowing its length: for texts that
   * end where they end by their own form, as JSON objects do.
   */
  startingAt(view: DataView, start: number, limit: number): T | undefined {
    if (start + HEAD > limit) return undefined;
    const entry = this.heads[headOf(view, start) & (this.heads.length - 1)]!;
    if (entry === 0) return undefined;
    const end = start + this.lengths[entry]!;
    if (end > limit || !this.isAt(entry, view, start)) return undefined;
    this.end = end;
    return this.values[entry];
  }

  remember(bytes: Uint8Array, view: DataView, start: number, end: number, value: T): void {
    const length = end - start;
    if (length > this.limits.bytes >> 4) return;
    if (this.used + length > this.limits.bytes || this.count >= this.limits.entries) this.forget();
    this.grow(length);
    this.count += 1;
    const entry = this.count;
    const hash = hashOf(view, start, length);
    this.arena.set(bytes.subarray(start, end), this.used);
    this.starts[entry] = this.used;
    this.lengths[entry] = length;
    this.hashes[entry] = hash;
    this.values[entry] = value;
    this.used += length;
    this.place(entry, hash);
    if (length >= HEAD) this.placeHead(entry, view, start);
  }

  private isAt(entry: number, view: DataView, start: number): boolean {
    const from = this.starts[entry]!;
    const length = this.lengths[entry]!;
    const arena = this.arenaView;
    if (length < 4) {
      for (let i = 0; i < length; i += 1)
        if (arena.getUint8(from + i) !== view.getUint8(start + i)) return false;
      return true;
    }
    const last = length - 4;
    for (let i = 0; i < last; i += 4) {
      if (arena.getInt32(from + i, true) !== view.getInt32(start + i, true)) return false;
    }
    return arena.getInt32(from + last, true) === view.getInt32(start + last, true);
  }

  /** An entry that finds no free slot nearby is only remembered by its head. */
  private place(entry: number, hash: number): void {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask, probes = 0; probes < PROBES_MAX; slot = (slot + 1) & mask, probes += 1) {
      if (this.slots[slot] === 0) {
        this.slots[slot] = entry;
        return;
      }
    }
  }

  private placeHead(entry: number, view: DataView, start: number): void {
    this.heads[headOf(view, start) & (this.heads.length - 1)] = entry;
  }

  private grow(length: number): void {
    if (this.used + length > this.arena.length) {
      const larger = new Uint8Array(Math.min(this.limits.bytes, 2 * (this.used + length)));
      larger.set(this.arena.subarray(0, this.used));
      this.arena = larger;
      this.arenaView = new DataView(larger.buffer);
    }
    if (this.count + 1 < this.starts.length) return;
    this.starts = doubled(this.starts);
    this.lengths = doubled(this.lengths);
    this.hashes = doubled(this.hashes);
    this.slots = new Int32Array(4 * this.starts.length);
    this.heads = new Int32Array(4 * this.starts.length);
    for (let entry = 1; entry <= this.count; entry += 1) {
      this.place(entry, this.hashes[entry]!);
      if (this.lengths[entry]! >= HEAD) this.placeHead(entry, this.arenaView, this.starts[entry]!);
    }
  }

  private forget(): void {
    this.used = 0;
    this.count = 0;
    this.values = [undefined];
    this.slots.fill(0);
    this.heads.fill(0);
  }
}

/** All words of a short text; of a long one its length, its beginning and its end, where texts differ. */
function hashOf(view: DataView, start: number, length: number): number {
  let hash = length;
  if (length < 4) {
    for (let i = 0; i < length; i += 1) hash = mixed(hash, view.getUint8(start + i));
    return finished(hash);
  }
  const last = start + length - 4;
  if (length <= 64) {
    for (let at = start; at < last; at += 4) hash = mixed(hash, view.getInt32(at, true));
  } else {
    for (let at = start; at < start + 32; at += 4) hash = mixed(hash, view.getInt32(at, true));
    for (let at = Math.max(start + 32, last - 96); at < last; at += 4)
      hash = mixed(hash, view.getInt32(at, true));
  }
  return finished(mixed(hash, view.getInt32(last, true)));
}

function headOf(view: DataView, start: number): number {
  let hash = 0;
  for (let at = start; at < start + HEAD; at += 4) hash = mixed(hash, view.getInt32(at, true));
  return finished(hash);
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

function finished(hash: number): number {
  const product = Math.imul(hash, 0x85ebca6b);
  return product ^ (product >>> 13);
}

function doubled(list: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * list.length);
  larger.set(list);
  return larger;
}

/** Bytes of the beginning by which `startingAt` guesses. */
const HEAD = 32;
/** Texts made to collide are not remembered, rather than searched for long. */
const PROBES_MAX = 16;
