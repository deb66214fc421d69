import { sampleOf } from '../../core/flow/sample.ts';
import type { FlowReadCounts, SkippedLines, SkipReason } from '../../core/model/flow.ts';

/** Distinct unknown values that are told apart; what comes after is counted under `…`. */
const UNKNOWN_VALUES_MAX = 1000;

/** Counts what was read, and remembers the first line of each kind that was not understood. */
export class FlowTally {
  lines = 0;
  flows = 0;
  lost = 0;
  otherEvents = 0;
  private readonly skipped = new Map<string, { -readonly [K in keyof SkippedLines]: SkippedLines[K] }>();
  private readonly unknown = new Map<string, { field: string; value: string; count: number }>();

  skip(
    reason: SkipReason,
    at: { readonly file: string; readonly line: number },
    text: string,
    field = '',
  ): void {
    const key = `${reason} ${at.file}`;
    const known = this.skipped.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    this.skipped.set(key, {
      reason,
      count: 1,
      file: at.file,
      firstLine: at.line,
      sample: sampleOf(text),
      ...(field === '' ? {} : { field }),
    });
  }

  unknownValue(field: string, value: string): void {
    const sample = sampleOf(value);
    const isFull = this.unknown.size >= UNKNOWN_VALUES_MAX;
    const shown = isFull && !this.unknown.has(`${field} ${sample}`) ? '…' : sample;
    const key = `${field} ${shown}`;
    const known = this.unknown.get(key);
    if (known === undefined) this.unknown.set(key, { field, value: shown, count: 1 });
    else known.count += 1;
  }

  counts(): FlowReadCounts {
    return {
      lines: this.lines,
      flows: this.flows,
      lost: this.lost,
      otherEvents: this.otherEvents,
      skipped: [...this.skipped.values()].map((entry) => ({ ...entry })),
      unknownValues: [...this.unknown.values()].map((entry) => ({ ...entry })),
    };
  }
}
