import { Buffer } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';

/** Bytes to read now: `bytes[start, end)`. They are only valid until the next ones are asked for. */
export interface Chunk {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Why a file could not be read to its end. */
export class FlowFileError extends Error {
  readonly code: 'not-found' | 'is-directory' | 'unreadable' | 'cut-off';
  readonly file: string;

  constructor(code: FlowFileError['code'], file: string, cause: unknown) {
    super(`Cannot read flows from ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'FlowFileError';
    this.code = code;
    this.file = file;
  }
}

/** Bytes that are free before a chunk's start, for what the chunk before left over. */
export const HEADROOM: number = 64 * 1024;
const CHUNK = 512 * 1024;

/**
 * The bytes of a file as they are, or unpacked where its first bytes are gzip's or zstd's, or as UTF-8 where a byte
 * order mark says UTF-16.
 *
 * @param file a path, or a stream with the name to use in errors
 * @throws {FlowFileError} `cut-off` after all bytes that could be unpacked, where packed data ends early
 */
export async function* chunksOf(
  file: string,
  stream?: NodeJS.ReadableStream,
): AsyncGenerator<Chunk, void, void> {
  const raw = stream === undefined ? fileChunks(file) : streamChunks(file, stream);
  try {
    const first = await beginningOf(raw);
    if (first !== undefined) yield* decoderFor(first)(rejoined(first, raw), file);
  } finally {
    await raw.return();
  }
}

/** The first chunk, with as many of the next as it takes to see the bytes that tell formats apart. */
async function beginningOf(raw: Chunks): Promise<Chunk | undefined> {
  let seen: Chunk | undefined;
  while (seen === undefined || seen.end - seen.start < MAGIC_BYTES) {
    const next = await raw.next();
    if (next.done === true) break;
    seen = seen === undefined ? copied(next.value) : joined(seen, next.value);
  }
  return seen;
}

function joined(one: Chunk, two: Chunk): Chunk {
  const both = Buffer.concat([
    one.bytes.subarray(one.start, one.end),
    two.bytes.subarray(two.start, two.end),
  ]);
  return { bytes: both, start: 0, end: both.length };
}

/** A chunk is only valid until the next is asked for; a large one is enough by itself. */
function copied(chunk: Chunk): Chunk {
  const { bytes, start, end } = chunk;
  if (end - start >= MAGIC_BYTES) return chunk;
  return { bytes: Buffer.from(bytes.subarray(start, end)), start: 0, end: end - start };
}

const MAGIC_BYTES = 4;

type Chunks = AsyncGenerator<Chunk, void, void>;
type Decoder = (chunks: Chunks, file: string) => Chunks;

function decoderFor({ bytes, start, end }: Chunk): Decoder {
  const starts = (...magic: readonly number[]): boolean =>
    end - start >= magic.length && magic.every((byte, i) => bytes[start + i] === byte);
  if (starts(0x1f, 0x8b)) return (chunks, file) => unpacked(chunks, file, createGunzip({ chunkSize: CHUNK }));
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) {
    return (chunks, file) => unpacked(chunks, file, createZstdDecompress({ chunkSize: CHUNK }));
  }
  if (starts(0xff, 0xfe)) return (chunks) => transcoded(chunks, 'utf-16le');
  if (starts(0xfe, 0xff)) return (chunks) => transcoded(chunks, 'utf-16be');
  if (starts(0xef, 0xbb, 0xbf)) return withoutMark;
  return (chunks) => chunks;
}

async function* rejoined(first: Chunk, rest: Chunks): Chunks {
  yield first;
  yield* rest;
}

/** Reads ahead: while one chunk is worked on, the system fills the other. */
async function* fileChunks(file: string): Chunks {
  const handle = await opened(file);
  try {
    let [next, spare] = [Buffer.allocUnsafeSlow(HEADROOM + CHUNK), Buffer.allocUnsafeSlow(HEADROOM + CHUNK)];
    let pending = filled(handle, next, file);
    try {
      for (;;) {
        const end = HEADROOM + (await pending);
        if (end === HEADROOM) return;
        const bytes = next;
        [next, spare] = [spare, next];
        pending = filled(handle, next, file);
        yield { bytes, start: HEADROOM, end };
      }
    } finally {
      // The buffer and the handle are the system's until then.
      await pending.catch(() => 0);
    }
  } finally {
    await handle.close();
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (error) {
    throw new FlowFileError(codeOf(error) === 'ENOENT' ? 'not-found' : 'unreadable', file, error);
  }
}

async function filled(handle: FileHandle, bytes: Buffer, file: string): Promise<number> {
  try {
    const { bytesRead } = await handle.read(bytes, HEADROOM, CHUNK, null);
    return bytesRead;
  } catch (error) {
    throw new FlowFileError(codeOf(error) === 'EISDIR' ? 'is-directory' : 'unreadable', file, error);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

async function* streamChunks(file: string, stream: NodeJS.ReadableStream): Chunks {
  const window = new Window();
  try {
    for await (const piece of stream) yield* window.over(Buffer.from(piece));
  } catch (error) {
    throw new FlowFileError('unreadable', file, error);
  }
}

/** Puts bytes that come from elsewhere behind a headroom, piece by piece. */
class Window {
  private readonly bytes = Buffer.allocUnsafeSlow(HEADROOM + CHUNK);

  *over(piece: Uint8Array): Generator<Chunk, void, void> {
    for (let from = 0; from < piece.length; from += CHUNK) {
      const part = piece.subarray(from, from + CHUNK);
      this.bytes.set(part, HEADROOM);
      yield { bytes: this.bytes, start: HEADROOM, end: HEADROOM + part.length };
    }
  }
}

/**
 * Feeds the unpacker piece by piece and takes all it gives before the next: when it finds at the end that something
 * is missing, everything before has been handed on.
 */
async function* unpacked(chunks: Chunks, file: string, engine: Gunzip | ZstdDecompress): Chunks {
  const window = new Window();
  const out: Buffer[] = [];
  let failure: unknown;
  engine.on('data', (piece: Buffer) => out.push(piece));
  engine.on('error', (error: unknown) => {
    failure ??= error;
  });
  try {
    for await (const { bytes, start, end } of chunks) {
      for (let from = start; from < end && failure === undefined; from += PACKED_STEP) {
        await written(engine, bytes.subarray(from, Math.min(from + PACKED_STEP, end)));
        for (const piece of out.splice(0)) yield* window.over(piece);
      }
      if (failure !== undefined) break;
    }
    if (failure === undefined) await ended(engine);
    for (const piece of out.splice(0)) yield* window.over(piece);
    if (failure !== undefined) throw new FlowFileError('cut-off', file, failure);
  } finally {
    engine.destroy();
  }
}

/** Small, since what is packed well comes out a thousand times as large. */
const PACKED_STEP = 16 * 1024;

function written(engine: Gunzip | ZstdDecompress, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    engine.once('close', resolve);
    engine.write(piece, () => {
      engine.off('close', resolve);
      // What was pushed is handed over on the next turn at the latest.
      setImmediate(resolve);
    });
  });
}

function ended(engine: Gunzip | ZstdDecompress): Promise<void> {
  return new Promise((resolve) => {
    engine.once('close', resolve);
    engine.once('end', resolve);
    engine.end();
  });
}

async function* transcoded(chunks: Chunks, encoding: 'utf-16le' | 'utf-16be'): Chunks {
  const window = new Window();
  const decoder = new TextDecoder(encoding);
  for await (const { bytes, start, end } of chunks) {
    yield* window.over(Buffer.from(decoder.decode(bytes.subarray(start, end), { stream: true })));
  }
  yield* window.over(Buffer.from(decoder.decode()));
}

async function* withoutMark(chunks: Chunks): Chunks {
  let isFirst = true;
  for await (const { bytes, start, end } of chunks) {
    yield { bytes, start: isFirst ? start + 3 : start, end };
    isFirst = false;
  }
}
