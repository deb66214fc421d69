import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowDecision } from '../../src/core/diagnose/index.ts';
import { EdgeTable } from '../../src/core/report/observe/edge-table.ts';
import { PLAIN } from '../../src/core/report/paint.ts';
import { API, event, PG } from '../diagnose/tools.ts';
import { runs } from '../lib/runs.ts';

const DECISION: FlowDecision = {
  verdict: 'denied',
  direction: 'egress',
  reason: 'default-deny',
  by: [],
  isAsRecorded: true,
};

function tableOf(ports: readonly number[], decision?: FlowDecision): EdgeTable {
  const table = new EdgeTable();
  for (const port of ports) table.add(event(API, PG, port), decision);
  return table;
}

describe('the table of edges', () => {
  it('says how many flows it leaves out where it may not have all lines', () => {
    const lines = tableOf([1, 1, 2, 3, 3, 3]).lines({ width: 80, paint: PLAIN, linesMax: 4 });
    expect(lines).toEqual([
      '  COUNT  LAST      VERDICT     EDGE',
      '      3  10:00:00  DROPPED     shop/api -> database/pg 3/TCP',
      '      2  10:00:00  DROPPED     shop/api -> database/pg 1/TCP',
      '1 more flow on other edges',
    ]);
  });

  it('never has more lines than the screen, and tells of every flow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60_000 }), { maxLength: 40 }),
        fc.integer({ min: 4, max: 30 }),
        fc.integer({ min: 60, max: 200 }),
        fc.boolean(),
        (ports, linesMax, width, isDecided) => {
          const lines = tableOf(ports, isDecided ? DECISION : undefined).lines({
            width,
            paint: PLAIN,
            linesMax,
          });
          expect(lines.length).toBeLessThanOrEqual(linesMax);
          const counts = lines.map((line) => Number(/^ *(\d+) (?: \S|more)/.exec(line)?.[1] ?? 0));
          expect(counts.reduce((sum, n) => sum + n, 0)).toBe(ports.length);
        },
      ),
      runs(200),
    );
  });
});
