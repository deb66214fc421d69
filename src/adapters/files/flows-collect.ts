import type { Buffer } from 'node:buffer';
import type { ParsedFlow } from '../../core/flow/parse.ts';
import type { Flow } from '../../core/model/flow.ts';

/** Receives what was read of recordings, in their order. */
export interface FlowCollector {
  /** A flow, and the JSON that it was read from: `bytes[start, end)`, which are only there until more is read. */
  flow(flow: Flow, bytes: Buffer, start: number, end: number): void;
  /** A flow, lost events or another event, and the JSON value that it was read from. */
  parsed(parsed: Exclude<ParsedFlow, { readonly kind: 'skipped' }>, value: object): void;
}

/** Keeps flows. */
export class FlowsOnly implements FlowCollector {
  private flows: Flow[] = [];

  flow(flow: Flow): void {
    this.flows.push(flow);
  }

  parsed(parsed: Exclude<ParsedFlow, { readonly kind: 'skipped' }>): void {
    if (parsed.kind === 'flow') this.flows.push(parsed.flow);
  }

  /** The flows since the last time. */
  take(): readonly Flow[] {
    const { flows } = this;
    this.flows = [];
    return flows;
  }
}
