import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelled, table, wrap, wrapParts } from './layout.ts';

const words = fc.array(
  fc.string({ minLength: 1, maxLength: 12 }).map((word) => word.replaceAll(' ', '_')),
  {
    maxLength: 30,
  },
);

describe('wrapped text', () => {
  it.each<readonly [string, number, readonly string[]]>([
    ['', 10, ['']],
    ['one', 10, ['one']],
    ['one two three', 7, ['one two', 'three']],
    ['averylongword and more', 8, ['averylongword', 'and more']],
    ['a   b', 10, ['a   b']],
  ])('%j in %d columns is %j', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
  });

  it('keeps every word in order, and no line is wider unless it is one word', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 40 }), (list, width) => {
        const lines = wrap(list.join(' '), width);
        expect(
          lines
            .join(' ')
            .split(' ')
            .filter((word) => word !== ''),
        ).toEqual(list);
        for (const line of lines) expect(line.length <= width || !line.includes(' '), line).toBe(true);
      }),
    );
  });
});

describe('titles', () => {
  it.each<readonly [readonly string[], number, readonly string[]]>([
    [[], 20, []],
    [['a → b', '80/TCP', '3×'], 20, ['a → b   80/TCP   3×']],
    [['a → b', '80/TCP', '22s ago'], 20, ['a → b   80/TCP', '22s ago']],
    [['a long name → another long name', '1×'], 20, ['a long name →', 'another long name', '1×']],
    [['a long name → b', '1×'], 12, ['a long name', '→ b   1×']],
  ])('%j in %d columns are %j', (parts, width, lines) => {
    expect(wrapParts(parts, width)).toEqual(lines);
  });
});

describe('labels', () => {
  it('stand in a column of their own', () => {
    expect(labelled('why', 'no rule admits it at all', { indent: 2, column: 7, width: 29 })).toEqual([
      '  why    no rule admits it at',
      '         all',
    ]);
  });

  it('leave room for words on the narrowest screen', () => {
    for (const line of labelled('why', 'one two three four', { indent: 2, column: 7, width: 1 })) {
      expect(line.length).toBeLessThanOrEqual(29);
    }
  });
});

describe('tables', () => {
  it('have columns as wide as their widest cell', () => {
    expect(
      table([
        ['NAME', 'PROFILE', 'ACCESS'],
        ['zipline', 'standard', 'postgres'],
        ['café', '', ''],
      ]),
    ).toEqual(['NAME      PROFILE    ACCESS', 'zipline   standard   postgres', 'café']);
  });

  it('count characters, not code units', () => {
    expect(
      table([
        ['😀', 'x'],
        ['ab', 'y'],
      ]),
    ).toEqual(['😀    x', 'ab   y']);
  });

  it('are empty without rows', () => {
    expect(table([])).toEqual([]);
  });
});
