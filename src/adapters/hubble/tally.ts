import type { UnknownValue } from '../../core/flow/enums.ts';
import type { FlowEvent } from '../../core/flow/event.ts';
import { sampleOf } from '../../core/flow/sample.ts';
import type { FlowReadCounts } from '../../core/model/flow.ts';

/** Distinct unknown values that are told apart; what comes after is counted under `…`. */
const UNKNOWN_VALUES_MAX = 1000;

/** Counts what a server told. A "line" is a message. */
export class Tally {
  private readonly file: string;
  private messages = 0;
  private flows = 0;
  private lost = 0;
  private otherEvents = 0;
  private broken = 0;
  private firstBroken = 0;
  private readonly unknown = new Map<string, { field: string; value: string; count: number }>();

  constructor(file: string) {
    this.file = file;
  }

  /** A message arrived. @param event undefined for one of a kind that is not known */
  message(event: FlowEvent | undefined): void {
    this.messages += 1;
    if (event?.kind === 'lost') this.lost += event.count;
    else if (event?.kind !== 'flow') this.otherEvents += 1;
  }

  /** A message arrived that is no protobuf. */
  brokenMessage(): void {
    this.messages += 1;
    this.broken += 1;
    if (this.broken === 1) this.firstBroken = this.messages;
  }

  told(flows: number): void {
    this.flows += flows;
  }

  unknownValues(values: readonly UnknownValue[]): void {
    for (const { field, value } of values) {
      const sample = sampleOf(value);
      const isFull = this.unknown.size >= UNKNOWN_VALUES_MAX && !this.unknown.has(`${field} ${sample}`);
      const shown = isFull ? '…' : sample;
      const known = this.unknown.get(`${field} ${shown}`);
      if (known === undefined) this.unknown.set(`${field} ${shown}`, { field, value: shown, count: 1 });
      else known.count += 1;
    }
  }

  counts(): FlowReadCounts {
    const { messages: lines, flows, lost, otherEvents, broken: count, file, firstBroken: firstLine } = this;
    return {
      lines,
      flows,
      lost,
      otherEvents,
      skipped: count === 0 ? [] : [{ reason: 'not-a-flow', count, file, firstLine, sample: '' }],
      unknownValues: [...this.unknown.values()].map((entry) => ({ ...entry })),
    };
  }
}
