import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aFlow } from '../../../test/contracts/flow-json.ts';
import type { FlowEvent } from '../../core/flow/event.ts';
import { type FlowQuery, NO_FILTERS } from '../../core/model/flow-filter.ts';
import { Resume } from './resume.ts';

const FOLLOW: FlowQuery = { filters: NO_FILTERS, isFollowed: true };
const T = 1_772_359_200_000;

/** Flow number `i`, 100 ms after the one before it. */
function flow(i: number, changes: Parameters<typeof aFlow>[0] = {}): FlowEvent {
  const made = aFlow({ uuid: `u${i}`, timeMs: T + i * 100, timeNs: i, nodeName: 'n1', ...changes });
  return { kind: 'flow', flow: made, json: () => ({}) };
}

function flows(from: number, to: number): readonly FlowEvent[] {
  return Array.from({ length: to - from }, (_, i) => flow(from + i));
}

function namesOf(events: readonly FlowEvent[]): readonly string[] {
  return events.map((event) => (event.kind === 'flow' ? event.flow.uuid : event.kind));
}

describe('what is asked after an interruption', () => {
  it('is the same, where nothing was seen', () => {
    const query = { ...FOLLOW, number: 3n };
    expect(new Resume(query).next()).toBe(query);
  });

  it('is all since shortly before the last flow, and no number any more', () => {
    const resume = new Resume({ ...FOLLOW, number: 3n });
    resume.fresh(flows(0, 100));
    expect(resume.next()).toEqual({ ...FOLLOW, since: { ms: T + 9900 - 5000, ns: 99 } });
  });

  it('is never before what was asked at first, nor before what is remembered', () => {
    const since = { ms: T + 9800, ns: 0 };
    const resume = new Resume({ ...FOLLOW, since });
    resume.fresh(flows(98, 100));
    expect(resume.next().since).toEqual(since);
    const small = new Resume(FOLLOW, 4);
    small.fresh(flows(0, 100));
    expect(small.next().since).toEqual({ ms: T + 9500, ns: 96 });
  });
});

describe('what is told after an interruption', () => {
  it('is each flow once and no gap, wherever it happens, from a server that kept all', () => {
    fc.assert(
      fc.property(
        fc.nat(199),
        fc.array(fc.nat(40), { maxLength: 5 }),
        fc.integer({ min: 1, max: 300 }),
        (start, lengths, capacity) => {
          const resume = new Resume({ ...FOLLOW, since: { ms: T, ns: 0 } }, capacity);
          const told: FlowEvent[] = [...resume.fresh(flows(0, start + 1))];
          for (const length of [...lengths, 200]) {
            resume.interrupted(0, 'cut');
            const { since } = resume.next();
            const first = Math.max(0, Math.ceil(((since?.ms ?? T) - T) / 100));
            const again = flows(first, 200).filter(
              (event) => event.kind === 'flow' && !isBefore(event.flow, since),
            );
            told.push(...resume.fresh(again.slice(0, length)));
          }
          expect(namesOf(told)).toEqual(namesOf(flows(0, 200)));
        },
      ),
    );
  });

  it('is a gap where the server lost what was seen before', () => {
    const resume = new Resume(FOLLOW);
    resume.fresh(flows(0, 10));
    resume.interrupted(0, 'ECONNRESET');
    const gap = {
      kind: 'gap',
      fromMs: T + 900,
      toMs: T + 5000,
      because: 'overtaken',
      detail: 'ECONNRESET',
    };
    expect(resume.fresh(flows(50, 52))).toMatchObject([gap, { kind: 'flow' }, { kind: 'flow' }]);
    expect(namesOf(resume.fresh(flows(52, 53)))).toEqual(['u52']);
  });

  it('is a gap where one node lost it, and none for the others', () => {
    const resume = new Resume(FOLLOW);
    resume.fresh([flow(1, { nodeName: 'n1' }), flow(2, { nodeName: 'n2' })]);
    resume.interrupted(0, 'cut');
    const again = [flow(1, { nodeName: 'n1' }), flow(3, { nodeName: 'n1' }), flow(4, { nodeName: 'n2' })];
    expect(namesOf(resume.fresh(again))).toEqual(['u3', 'gap', 'u4']);
  });

  it('is a gap where nothing was seen before, since nothing shows that nothing came', () => {
    const resume = new Resume(FOLLOW);
    resume.interrupted(T - 500, 'cut');
    resume.interrupted(T - 100, 'refused');
    expect(resume.fresh(flows(0, 1))).toMatchObject([
      { kind: 'gap', fromMs: T - 500, toMs: T, because: 'disconnected', detail: 'cut' },
      { kind: 'flow' },
    ]);
  });

  it('knows flows without a number by what they are', () => {
    const resume = new Resume(FOLLOW);
    const old = [flow(1, { uuid: '' }), flow(2, { uuid: '' })];
    resume.fresh(old);
    resume.interrupted(0, 'cut');
    expect(resume.fresh([...old, flow(3, { uuid: '' })])).toHaveLength(1);
  });

  it('is nothing that was told before, when a relay asks a node that was lost once more', () => {
    const resume = new Resume({ ...FOLLOW, number: 20n });
    resume.fresh(flows(0, 20));
    expect(namesOf(resume.fresh([...flows(5, 20), ...flows(20, 22)]))).toEqual(['u20', 'u21']);
    expect(namesOf(resume.fresh(flows(0, 23)))).toEqual(['u22']);
  });

  it('hands on what is no flow', () => {
    const resume = new Resume(FOLLOW);
    resume.fresh(flows(0, 1));
    resume.interrupted(0, 'cut');
    const nodes: FlowEvent = {
      kind: 'nodes',
      state: 'NODE_CONNECTED',
      nodes: ['n1'],
      message: '',
      nodeName: 'relay',
      timeMs: T,
      json: () => ({}),
    };
    expect(namesOf(resume.fresh([nodes, ...flows(0, 2)]))).toEqual(['nodes', 'u1']);
  });
});

function isBefore(
  { timeMs, timeNs }: { readonly timeMs: number; readonly timeNs: number },
  since: FlowQuery['since'],
): boolean {
  if (since === undefined) return false;
  return timeMs < since.ms || (timeMs === since.ms && timeNs < since.ns);
}
