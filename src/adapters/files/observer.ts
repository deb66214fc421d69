import { Buffer } from 'node:buffer';
import type { FlowEvent } from '../../core/flow/event.ts';
import { eventFromJson, wrapped } from '../../core/flow/event-from-json.ts';
import type { JsonObject } from '../../core/flow/fields.ts';
import {
  type CompileCel,
  compileFilters,
  FilterError,
  type FlowPredicate,
} from '../../core/flow/filter/index.ts';
import type { ParsedFlow } from '../../core/flow/parse.ts';
import { ALL_FLOWS, isWithin } from '../../core/flow/window.ts';
import type { Flow } from '../../core/model/flow.ts';
import type { FlowQuery } from '../../core/model/flow-filter.ts';
import type { FlowObserver } from '../../core/ports/flow-observer.ts';
import type { FlowFileOptions } from './flows.ts';
import { readFiles } from './flows.ts';
import type { FlowCollector } from './flows-collect.ts';
import { FlowTally } from './flows-counts.ts';

export interface FileObserverOptions extends FlowFileOptions {
  /** Makes predicates of CEL expressions; without it they are refused. */
  readonly compileCel?: CompileCel;
}

/** The most that the last flows of a recording may be: they are held until its end. The same as Hubble's. */
export const LAST_MAX = 1_000_000;

/**
 * Recorded flows as a source that can be asked, with Hubble's rules for `hubble observe --input-file`: files and
 * lines in their order, all that match, the first or the last of them. What Hubble lost and what it said of nodes
 * passes every filter, as it does on a server. Following is for servers: a recording ends.
 *
 * @param paths as for `flowsFromFiles`; an observer is asked once
 */
export function observeFiles(paths: readonly string[], options: FileObserverOptions = {}): FlowObserver {
  const tally = new FlowTally();
  return {
    async *events(query, until) {
      const selection = selectionOf(query, options.compileCel);
      for await (const _ of readFiles(paths, { ...options, tally, collector: selection, until })) {
        const batch = selection.take();
        if (batch.length > 0) yield batch;
        if (selection.isFull) return;
      }
      const rest = selection.rest();
      if (rest.length > 0) yield rest;
    },
    counts: () => tally.counts(),
  };
}

function selectionOf(query: FlowQuery, compileCel: CompileCel | undefined): Selection {
  const number = query.number === undefined || query.number === ALL_FLOWS ? 0n : query.number;
  if (number === 0n) return new Selection(query, compileCel, Number.POSITIVE_INFINITY);
  if (query.isFirst === true) return new Selection(query, compileCel, Number(number));
  if (number > BigInt(LAST_MAX)) {
    throw new FilterError('--last', String(number), `at most ${LAST_MAX} for recorded flows`);
  }
  return new LastOnly(query, compileCel, Number(number));
}

/** Keeps the first flows that match, and what stands between them. */
class Selection implements FlowCollector {
  protected readonly number: number;
  protected kept: FlowEvent[] = [];
  private readonly query: FlowQuery;
  private readonly matches: FlowPredicate;
  private left: number;

  constructor(query: FlowQuery, compileCel: CompileCel | undefined, number: number) {
    this.query = query;
    this.matches = compileFilters(query.filters, compileCel);
    this.number = number;
    this.left = number;
  }

  get isFull(): boolean {
    return this.left <= 0;
  }

  flow(flow: Flow, bytes: Buffer, start: number, end: number): void {
    if (this.isWanted(flow)) {
      this.keep({ kind: 'flow', flow, json: () => wrapped(objectIn(bytes.toString('utf8', start, end))) });
    }
  }

  parsed(parsed: Exclude<ParsedFlow, { readonly kind: 'skipped' }>, value: object): void {
    if (parsed.kind === 'flow' && !this.isWanted(parsed.flow)) return;
    const event = eventFromJson(parsed, value as JsonObject);
    if (event === undefined) return;
    const timeMs = event.kind === 'lost' || event.kind === 'nodes' ? event.timeMs : 0;
    if (timeMs === 0 || isWithin(this.query, timeMs, 0)) this.keep(event);
  }

  /** The events since the last time. */
  take(): readonly FlowEvent[] {
    const { kept } = this;
    this.kept = [];
    return kept;
  }

  /** The events that only the end shows to be wanted. */
  rest(): readonly FlowEvent[] {
    return this.take();
  }

  protected isWanted(flow: Flow): boolean {
    return isWithin(this.query, flow.timeMs, flow.timeNs) && this.matches(flow);
  }

  protected keep(event: FlowEvent): void {
    if (this.left <= 0) return;
    if (event.kind === 'flow') this.left -= 1;
    this.kept.push(event);
  }
}

/** Keeps the last flows, and what stands between and behind them, until the end. */
class LastOnly extends Selection {
  private flows = 0;

  override get isFull(): boolean {
    return false;
  }

  /** Bytes are only there until more is read, so they are copied. */
  override flow(flow: Flow, bytes: Buffer, start: number, end: number): void {
    if (!this.isWanted(flow)) return;
    const copy = Buffer.from(bytes.subarray(start, end));
    this.keep({ kind: 'flow', flow, json: () => wrapped(objectIn(copy.toString('utf8'))) });
  }

  override take(): readonly FlowEvent[] {
    return [];
  }

  override rest(): readonly FlowEvent[] {
    this.trim();
    return super.take();
  }

  protected override keep(event: FlowEvent): void {
    if (event.kind === 'flow') this.flows += 1;
    this.kept.push(event);
    if (this.kept.length > 2 * (this.number + OTHERS_MAX)) this.trim();
  }

  /** Forgets all before the last flows. */
  private trim(): void {
    let flows = 0;
    let from = this.kept.length;
    while (from > 0 && flows < this.number) {
      from -= 1;
      if (this.kept[from]!.kind === 'flow') flows += 1;
    }
    if (this.flows > flows) this.kept.splice(0, from);
    this.flows = flows;
    // A flood of other events must not fill memory either; they are counted in any case.
    const others = this.kept.length - flows;
    if (others > OTHERS_MAX) {
      let left = others - OTHERS_MAX;
      this.kept = this.kept.filter(({ kind }) => kind === 'flow' || --left < 0);
    }
  }
}

const OTHERS_MAX = 1000;

function objectIn(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}
