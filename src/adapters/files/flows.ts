import { Buffer } from 'node:buffer';
import process from 'node:process';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { FlowSource } from '../../core/ports/flow-source.ts';
import { type FlowCollector, FlowsOnly } from './flows-collect.ts';
import { FlowTally } from './flows-counts.ts';
import { FlowDecoder, FlowReaders } from './flows-decode.ts';
import { type Chunk, chunksOf, FlowFileError, HEADROOM } from './flows-input.ts';
import { RecordScanner } from './flows-records.ts';

export { FlowFileError } from './flows-input.ts';

export interface FlowFileOptions {
  /** What `-` reads. Defaults to the process's own. */
  readonly stdin?: NodeJS.ReadableStream;
  /** The longest record in bytes; a longer one is counted as `too-long`. Defaults to 16 MiB. */
  readonly maxLineBytes?: number;
}

/** The name of standard input in counts and errors. */
export const STDIN_NAME = '<stdin>';

const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Recorded flows from files, in the order of the files and of their lines. Each file's shape is found by looking at
 * it: JSON lines, a JSON array, objects over several lines, a container's log, any of them packed with gzip or zstd.
 * Memory does not grow with the files. A source is read once.
 *
 * @param paths `-` is standard input
 * @throws {FlowFileError} from the iteration, for a file that cannot be opened or read. Packed data that ends early
 * is no error: it is counted as `cut-off`.
 */
export function flowsFromFiles(paths: readonly string[], options: FlowFileOptions = {}): FlowSource {
  const tally = new FlowTally();
  return {
    async *batches(until) {
      const collector = new FlowsOnly();
      for await (const _ of readFiles(paths, { ...options, tally, collector, until })) {
        const batch = collector.take();
        if (batch.length > 0) yield batch;
      }
    },
    counts: () => tally.counts(),
  };
}

/** Reads files piece by piece; yields after each, while the bytes that the collector got are still there. */
export async function* readFiles(
  paths: readonly string[],
  {
    tally,
    collector,
    until,
    ...options
  }: FlowFileOptions & {
    readonly tally: FlowTally;
    readonly collector: FlowCollector;
    readonly until: Cancellation | undefined;
  },
): AsyncGenerator<void, void, void> {
  const readers = new FlowReaders();
  const maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES;
  for (const path of paths) {
    if (until?.aborted === true) return;
    const file = path === '-' ? STDIN_NAME : path;
    const decoder = new FlowDecoder(file, tally, readers, { maxLineBytes, collector });
    const scanner = new RecordScanner(decoder, maxLineBytes);
    // Naming the process's own stream opens it, so that is left to the last moment.
    const input = chunksOf(file, path === '-' ? (options.stdin ?? process.stdin) : undefined);
    yield* piecesOf(input, scanner, decoder, until);
  }
}

async function* piecesOf(
  input: AsyncIterable<Chunk>,
  scanner: RecordScanner,
  decoder: FlowDecoder,
  until: Cancellation | undefined,
): AsyncGenerator<void, void, void> {
  const rest = new Rest();
  let isCutOff = false;
  try {
    for await (const chunk of input) {
      const { bytes, start, end } = rest.before(chunk);
      rest.keep(bytes, scanner.consume(bytes, start, end), end);
      decoder.passed(scanner.lines);
      yield;
      if (until?.aborted === true) return;
    }
  } catch (error) {
    if (!(error instanceof FlowFileError && error.code === 'cut-off')) throw error;
    isCutOff = true;
  }
  const { bytes, start, end } = rest.alone();
  scanner.finish(bytes, start, end);
  decoder.finish({ isCutOff, line: scanner.lines });
  decoder.passed(scanner.lines);
  yield;
}

/** What a chunk left over, to be read again in front of the next. */
class Rest {
  private bytes = Buffer.allocUnsafeSlow(HEADROOM);
  private length = 0;

  before({ bytes, start, end }: Chunk): Chunk {
    if (this.length === 0) return { bytes, start, end };
    if (this.length <= start) {
      this.bytes.copy(bytes, start - this.length, 0, this.length);
      return { bytes, start: start - this.length, end };
    }
    const joined = Buffer.concat([this.bytes.subarray(0, this.length), bytes.subarray(start, end)]);
    return { bytes: joined, start: 0, end: joined.length };
  }

  keep(bytes: Buffer, start: number, end: number): void {
    this.length = end - start;
    if (this.length > this.bytes.length) this.bytes = Buffer.allocUnsafeSlow(2 * this.length);
    bytes.copy(this.bytes, 0, start, end);
  }

  alone(): Chunk {
    return { bytes: this.bytes, start: 0, end: this.length };
  }
}
