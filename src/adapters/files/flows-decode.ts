import type { Buffer } from 'node:buffer';
import { type ShareEndpoint, sharedEndpoints } from '../../core/flow/endpoint.ts';
import { flowFromJson, type ParsedFlow } from '../../core/flow/parse.ts';
import type { Flow } from '../../core/model/flow.ts';
import type { FlowTally } from './flows-counts.ts';
import { FastFlows } from './flows-fast.ts';
import type { RecordSink } from './flows-records.ts';
import { LogWrapping } from './flows-unwrap.ts';

/** Turns the records of one file into flows, and counts all that is none. */
export class FlowDecoder implements RecordSink {
  private flows: Flow[] = [];
  private cutOffs = 0;
  private readonly file: string;
  private readonly tally: FlowTally;
  private readonly wrapping: LogWrapping;
  private readonly share: ShareEndpoint = sharedEndpoints();
  private readonly fast = new FastFlows(this.share);
  private waitingSince = 0;

  constructor(file: string, tally: FlowTally, maxRecordBytes: number) {
    this.file = file;
    this.tally = tally;
    this.wrapping = new LogWrapping(maxRecordBytes);
  }

  record(
    bytes: Buffer,
    start: number,
    end: number,
    at: { readonly line: number; readonly isLast: boolean },
  ): void {
    const flow = this.fast.read(bytes, start, end);
    if (flow !== undefined) {
      this.flow(flow);
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

  /** The flows since the last time. */
  take(): readonly Flow[] {
    const flows = this.flows;
    this.flows = [];
    return flows;
  }

  /**
   * Says that the file is over.
   * @param isCutOff whether the file itself is known to have lost its end, at line `line`
   */
  finish({ isCutOff, line }: { readonly isCutOff: boolean; readonly line: number }): void {
    if (this.wrapping.isWaiting) this.skip('cut-off', this.waitingSince, '');
    if (isCutOff && this.cutOffs === 0) this.skip('cut-off', Math.max(line, 1), '');
  }

  private text(line: string, number: number, isLast: boolean): void {
    let text = line;
    for (let layer = 0; layer < LAYERS_MAX; layer += 1) {
      const value = text.startsWith('{') ? jsonOf(text) : undefined;
      if (text.startsWith('{') && value === undefined) break;
      const parsed = value === undefined ? undefined : flowFromJson(value, this.share);
      if (parsed !== undefined && !isNoFlow(parsed)) {
        this.parsed(parsed, line, number);
        return;
      }
      const unwrapped = value === undefined ? this.wrapping.line(text) : this.wrapping.object(value);
      if (unwrapped.kind === 'partial') {
        this.waitingSince = number;
        return;
      }
      if (unwrapped.kind === 'none') {
        if (parsed === undefined) break;
        this.parsed(parsed, line, number);
        return;
      }
      text = unwrapped.text;
    }
    this.skip(isLast && text.startsWith('{') ? 'cut-off' : 'not-json', number, line);
  }

  private parsed(parsed: ParsedFlow, line: string, number: number): void {
    switch (parsed.kind) {
      case 'flow':
        for (const { field, value } of parsed.unknown) this.tally.unknownValue(field, value);
        this.flow(parsed.flow);
        return;
      case 'lost':
        this.tally.lost += parsed.count;
        return;
      case 'other':
        this.tally.otherEvents += 1;
        return;
      case 'skipped':
        this.tally.skip(parsed.reason, { file: this.file, line: number }, line, parsed.field);
        return;
    }
  }

  private flow(flow: Flow): void {
    this.tally.flows += 1;
    this.flows.push(flow);
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
