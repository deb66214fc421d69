import type { Buffer } from 'node:buffer';
import { type ShareEndpoint, sharedEndpoints } from '../../core/flow/endpoint.ts';
import { flowFromJson, type ParsedFlow } from '../../core/flow/parse.ts';
import type { FlowCollector } from './flows-collect.ts';
import type { FlowTally } from './flows-counts.ts';
import { FastFlows } from './flows-fast.ts';
import type { RecordSink } from './flows-records.ts';
import { LogWrapping, type Unwrapped } from './flows-unwrap.ts';

/** The two readers of flows, with what they remember; one for all files, whose ends are the same. */
export class FlowReaders {
  readonly share: ShareEndpoint = sharedEndpoints();
  readonly fast: FastFlows = new FastFlows(this.share);
}

/** Turns the records of one file into flows and events for a collector, and counts all that is none. */
export class FlowDecoder implements RecordSink {
  private lines = 0;
  private cutOffs = 0;
  private readonly file: string;
  private readonly tally: FlowTally;
  private readonly wrapping: LogWrapping;
  private readonly readers: FlowReaders;
  private readonly collector: FlowCollector;
  private waitingSince = 0;

  constructor(
    file: string,
    tally: FlowTally,
    readers: FlowReaders,
    { maxLineBytes, collector }: { readonly maxLineBytes: number; readonly collector: FlowCollector },
  ) {
    this.file = file;
    this.tally = tally;
    this.readers = readers;
    this.collector = collector;
    this.wrapping = new LogWrapping(maxLineBytes);
  }

  record(
    bytes: Buffer,
    start: number,
    end: number,
    at: { readonly line: number; readonly isLast: boolean },
  ): void {
    const from = this.jsonStart(bytes, start, end);
    const flow = this.readers.fast.read(bytes, from, end);
    if (flow !== undefined) {
      this.tally.flows += 1;
      this.collector.flow(flow, bytes, from, end);
      return;
    }
    const text = bytes.toString('utf8', start, end).trim();
    if (text !== '') this.text(text, at.line, at.isLast);
  }

  broken(
    bytes: Buffer,
    start: number,
    end: number,
    at: { readonly line: number; readonly isTooLong: boolean },
  ): void {
    const sample = bytes.toString('utf8', start, Math.min(end, start + SAMPLE_BYTES));
    this.skip(at.isTooLong ? 'too-long' : 'cut-off', at.line, sample);
  }

  /** @param lines how many lines of the file have been passed */
  passed(lines: number): void {
    this.tally.lines += lines - this.lines;
    this.lines = lines;
  }

  /**
   * Says that the file is over.
   * @param isCutOff whether the file itself is known to have lost its end, at line `line`
   */
  finish({ isCutOff, line }: { readonly isCutOff: boolean; readonly line: number }): void {
    if (this.wrapping.isWaiting) this.skip('cut-off', this.waitingSince, '');
    if (isCutOff && this.cutOffs === 0) this.skip('cut-off', Math.max(line, 1), '');
  }

  /** Where the JSON of a container's log begins; `start` for all other lines. */
  private jsonStart(bytes: Buffer, start: number, end: number): number {
    if (bytes[start] === OPEN_BRACE) return start;
    const brace = bytes.subarray(start, Math.min(end, start + PREFIX_MAX)).indexOf(OPEN_BRACE);
    if (brace === -1 || !this.wrapping.isWholeAfter(bytes.toString('latin1', start, start + brace)))
      return start;
    return start + brace;
  }

  /** Reads a line that is no plain flow: takes layer after layer off, down to an event of Hubble. */
  private text(line: string, number: number, isLast: boolean): void {
    let text = line;
    let outer: ParsedFlow | undefined;
    let outerValue: object = NOTHING;
    for (let layer = 0; layer < LAYERS_MAX; layer += 1) {
      const value = text.startsWith('{') ? jsonOf(text) : undefined;
      const parsed = value === undefined ? undefined : flowFromJson(value, this.readers.share);
      if (parsed !== undefined && value !== undefined) {
        if (!isNoFlow(parsed)) {
          this.event(parsed, value, { line, number });
          return;
        }
        if (outer === undefined) [outer, outerValue] = [parsed, value];
      }
      const unwrapped = this.unwrapped(text, value, number);
      if (unwrapped.kind === 'partial') return;
      if (unwrapped.kind === 'none') break;
      text = unwrapped.text;
    }
    if (outer !== undefined) this.event(outer, outerValue, { line, number });
    else this.skip(isLast && text.startsWith('{') ? 'cut-off' : 'not-json', number, line);
  }

  private unwrapped(text: string, value: object | undefined, number: number): Unwrapped {
    const { wrapping } = this;
    const wasWaiting = wrapping.isWaiting;
    if (value === undefined && text.startsWith('{')) return { kind: 'none' };
    const unwrapped = value === undefined ? wrapping.line(text) : wrapping.object(value);
    if (unwrapped.kind === 'partial' && !wasWaiting) this.waitingSince = number;
    return unwrapped;
  }

  private event(
    parsed: ParsedFlow,
    value: object,
    { line, number }: { readonly line: string; readonly number: number },
  ): void {
    switch (parsed.kind) {
      case 'flow':
        for (const { field, value } of parsed.unknown) this.tally.unknownValue(field, value);
        this.tally.flows += 1;
        this.collector.parsed(parsed, value);
        return;
      case 'lost':
        this.tally.lost += parsed.count;
        this.collector.parsed(parsed, value);
        return;
      case 'other':
        this.tally.otherEvents += 1;
        this.collector.parsed(parsed, value);
        return;
      case 'skipped':
        this.tally.skip(parsed.reason, { file: this.file, line: number }, line, parsed.field);
        return;
    }
  }

  private skip(reason: 'not-json' | 'cut-off' | 'too-long', line: number, text: string): void {
    if (reason === 'cut-off') this.cutOffs += 1;
    this.tally.skip(reason, { file: this.file, line }, text);
  }
}

function isNoFlow(parsed: ParsedFlow): boolean {
  return parsed.kind === 'skipped' && parsed.reason === 'not-a-flow';
}

function jsonOf(text: string): object | undefined {
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/** A shipper's JSON around a runtime's prefix around logfmt around the flow. */
const LAYERS_MAX = 5;
const SAMPLE_BYTES = 1024;
const NOTHING = {};
const OPEN_BRACE = 123;
/** The longest prefix of a container runtime. */
const PREFIX_MAX = 128;
