import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLines } from './diff-lines.ts';
import { lineChanges } from './line-changes.ts';
import { slideHunks } from './slide-hunks.ts';

describe('slideHunks', () => {
  it('shows a list item whole, from its dash', () => {
    const before = 'egress:\n  - a:\n      port: 53\n      protocol: TCP\n';
    const after = `${before}  - b:\n      port: 80\n      protocol: TCP\n`;
    expect(lineChanges(before, after)).toEqual([
      { line: 5, before: '', after: '  - b:\n      port: 80\n      protocol: TCP' },
    ]);
  });

  it('shows an item between others whole', () => {
    const before = 'a:\n  - x:\n      p: T\n  - z:\n      p: T\n';
    const after = 'a:\n  - x:\n      p: T\n  - y:\n      p: T\n  - z:\n      p: T\n';
    expect(lineChanges(before, after)).toEqual([{ line: 4, before: '', after: '  - y:\n      p: T' }]);
    expect(lineChanges(after, before)).toEqual([{ line: 4, before: '  - y:\n      p: T', after: '' }]);
  });

  it('gives hunks that still turn one text into the other', () => {
    const line = fc.constantFrom('a', ' b', '  c', '');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.array(line, { maxLength: 12 }), (before, after) => {
        const hunks = slideHunks(diffLines(before, after), before, after);
        const made: string[] = [];
        let at = 0;
        for (const { beforeStart, beforeEnd, afterStart, afterEnd } of hunks) {
          expect(beforeStart).toBeGreaterThanOrEqual(at);
          made.push(...before.slice(at, beforeStart), ...after.slice(afterStart, afterEnd));
          at = beforeEnd;
        }
        expect([...made, ...before.slice(at)]).toEqual(after);
      }),
    );
  });
});
