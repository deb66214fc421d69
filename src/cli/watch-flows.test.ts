import { describe, expect, it } from 'vitest';
import { API, COREDNS, event, passes, udp } from '../../test/diagnose/tools.ts';
import { Summarizer } from '../core/diagnose/summarize.ts';
import type { FlowEvent } from '../core/flow/event.ts';
import { NO_FILTERS } from '../core/model/flow-filter.ts';
import type { FlowObserver } from '../core/ports/flow-observer.ts';
import { sumFlows, type Timers, waitForFlows } from './watch-flows.ts';

const QUERY = { filters: NO_FILTERS, isFollowed: true };
const FLOW: FlowEvent = {
  kind: 'flow',
  flow: event(API, COREDNS, 53, passes(udp(53))),
  json: () => ({}),
};
const GAP: FlowEvent = { kind: 'gap', fromMs: 0, toMs: 1, because: 'disconnected', detail: '' };
const NO_COUNTS = { lines: 0, flows: 0, lost: 0, otherEvents: 0, skipped: [], unknownValues: [] };

/** Time that passes when a test says so. */
class TestTimers implements Timers {
  #now = 0;
  readonly #calls: { readonly at: number; readonly call: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  readonly after = (milliseconds: number, call: () => void): (() => void) => {
    const planned = { at: this.#now + milliseconds, call };
    this.#calls.push(planned);
    return () => {
      const index = this.#calls.indexOf(planned);
      if (index >= 0) this.#calls.splice(index, 1);
    };
  };
  get planned(): number {
    return this.#calls.length;
  }
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    const due = this.#calls.filter(({ at }) => at <= this.#now);
    for (const planned of due) {
      this.#calls.splice(this.#calls.indexOf(planned), 1);
      planned.call();
    }
  }
}

/** A server that tells one batch, lets time pass, and the next; then it goes on until it is cancelled. */
function server(
  batches: readonly (readonly FlowEvent[])[],
  timers: TestTimers,
  stepMs: number,
): FlowObserver {
  return {
    async *events(_, until) {
      for (const batch of batches) {
        if (until?.aborted === true) return;
        yield batch;
        timers.pass(stepMs);
      }
      while (until?.aborted !== true) {
        await Promise.resolve();
        timers.pass(stepMs);
      }
    },
    counts: () => NO_COUNTS,
  };
}

describe('waiting for flows', () => {
  it('ends when nothing more is to be learnt, judging once a second at most', async () => {
    const timers = new TestTimers();
    const summarizer = new Summarizer('shop');
    let judged = 0;
    const observer = server(
      Array.from({ length: 50 }, () => [FLOW]),
      timers,
      100,
    );
    await waitForFlows({
      observer,
      query: QUERY,
      summarizer,
      timers,
      waitMs: 60_000,
      telling: (flow) => flow,
      isFinal: () => Promise.resolve((judged += 1) === 3),
    });
    expect(judged).toBe(3);
    expect(timers.now()).toBeLessThan(5000);
    expect(timers.planned).toBe(0);
    expect(summarizer.summary(NO_COUNTS).flows).toBeGreaterThan(10);
  });

  it('ends when the time is over, though nothing comes', async () => {
    const timers = new TestTimers();
    const gaps = await waitForFlows({
      observer: server([[GAP]], timers, 500),
      query: QUERY,
      summarizer: new Summarizer('shop'),
      timers,
      waitMs: 10_000,
      telling: (flow) => flow,
      isFinal: () => Promise.resolve(false),
    });
    expect(gaps).toBe(1);
    expect(timers.now()).toBe(10_000);
    expect(timers.planned).toBe(0);
  });

  it('ends when somebody interrupts', async () => {
    const timers = new TestTimers();
    const interruption = new AbortController();
    timers.after(2000, () => interruption.abort());
    await waitForFlows({
      observer: server([], timers, 500),
      query: QUERY,
      summarizer: new Summarizer('shop'),
      timers,
      waitMs: 10_000,
      interruption: interruption.signal,
      telling: (flow) => flow,
      isFinal: () => Promise.resolve(false),
    });
    expect(timers.now()).toBe(2000);
  });

  it('fails when judging does', async () => {
    const timers = new TestTimers();
    const waiting = waitForFlows({
      observer: server([[FLOW], [FLOW], [FLOW]], timers, 600),
      query: QUERY,
      summarizer: new Summarizer('shop'),
      timers,
      waitMs: 60_000,
      telling: (flow) => flow,
      isFinal: () => Promise.reject(new Error('no answer')),
    });
    await expect(waiting).rejects.toThrow('no answer');
    expect(timers.now()).toBeLessThan(5000);
  });

  it('takes back its timers when the source fails', async () => {
    const timers = new TestTimers();
    const observer: FlowObserver = {
      // oxlint-disable-next-line require-yield -- it fails before it tells anything
      async *events() {
        await Promise.resolve();
        throw new Error('gone');
      },
      counts: () => NO_COUNTS,
    };
    const waiting = waitForFlows({
      observer,
      query: QUERY,
      summarizer: new Summarizer('shop'),
      timers,
      waitMs: 1000,
      telling: (flow) => flow,
      isFinal: () => Promise.resolve(false),
    });
    await expect(waiting).rejects.toThrow('gone');
    expect(timers.planned).toBe(0);
  });
});

describe('summing up flows', () => {
  it('leaves out what tells nothing', async () => {
    const summarizer = new Summarizer('shop');
    const observer: FlowObserver = {
      async *events() {
        await Promise.resolve();
        yield [FLOW, GAP, FLOW];
      },
      counts: () => NO_COUNTS,
    };
    const gaps = await sumFlows({ observer, query: QUERY, summarizer, telling: () => undefined });
    expect([gaps, summarizer.summary(NO_COUNTS).flows]).toEqual([1, 0]);
  });
});
