import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, normalizeEdits } from './apply-edits.ts';
import { diffLines, splitLines } from './diff-lines.ts';
import { lineChanges } from './line-changes.ts';
import { editPieces, editsOf, piecesOf } from './pieces.ts';
import type { TextEdit } from './types.ts';
import { unifiedDiff } from './unified-diff.ts';

describe('applyEdits', () => {
  it('takes edits in any order and keeps the order of those at one place', () => {
    const edits = [
      { start: 4, end: 5, text: 'E' },
      { start: 0, end: 1, text: 'A' },
      { start: 2, end: 2, text: '1' },
      { start: 2, end: 2, text: '2' },
    ];
    expect(applyEdits('abcdef', edits)).toBe('Ab12cdEf');
  });

  it('refuses edits that overlap or lie outside', () => {
    expect(() =>
      applyEdits('abc', [
        { start: 0, end: 2, text: '' },
        { start: 1, end: 3, text: '' },
      ]),
    ).toThrow(RangeError);
    expect(() => applyEdits('abc', [{ start: 2, end: 4, text: '' }])).toThrow(RangeError);
    expect(() => applyEdits('abc', [{ start: 2, end: 1, text: '' }])).toThrow(RangeError);
  });

  it('gives the same for edits that were joined, and for edits of edits taken together', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), editSeed(), editSeed(), (text, first, second) => {
        const one = editsFrom(text, first);
        const middle = applyEdits(text, one);
        expect(applyEdits(text, normalizeEdits(text, one))).toBe(middle);
        const two = editsFrom(middle, second);
        const pieces = editPieces(editPieces(piecesOf(text), one), two);
        expect(applyEdits(text, editsOf(pieces, text))).toBe(applyEdits(middle, two));
      }),
    );
  });
});

describe('lineChanges', () => {
  const cases: readonly (readonly [
    name: string,
    before: string,
    after: string,
    changes: readonly unknown[],
  ])[] = [
    [
      'names an inserted line by the line it takes',
      'a\nb\n',
      'a\nx\nb\n',
      [{ line: 2, before: '', after: 'x' }],
    ],
    ['names a line added at the end', 'a\nb', 'a\nb\nc', [{ line: 3, before: '', after: 'c' }]],
    ['shows a changed line', 'a\nb\nc\n', 'a\nx\nc\n', [{ line: 2, before: 'b', after: 'x' }]],
    ['shows a deleted line', 'a\r\nb\r\n', 'b\r\n', [{ line: 1, before: 'a', after: '' }]],
    [
      'shows each place',
      'a\nb\nc\nd\n',
      'x\nb\nc\ny\nz\n',
      [
        { line: 1, before: 'a', after: 'x' },
        { line: 4, before: 'd', after: 'y\nz' },
      ],
    ],
    ['shows nothing for equal texts', 'a\n', 'a\n', []],
  ];
  it.each(cases)('%s', (_name, before, after, changes) => {
    expect(lineChanges(before, after)).toStrictEqual(changes);
  });
});

describe('unifiedDiff', () => {
  it('shows three lines of context and joins hunks that are near', () => {
    const before = Array.from({ length: 30 }, (_, index) => `${index + 1}\n`).join('');
    const after = before
      .replace('\n5\n', '\nfive\n')
      .replace('\n12\n', '\n')
      .replace('\n25\n', '\n25\nmore\n');
    expect(unifiedDiff('dir/a.yaml', before, after)).toBe(
      `--- a/dir/a.yaml
+++ b/dir/a.yaml
@@ -2,14 +2,13 @@
 2
 3
 4
-5
+five
 6
 7
 8
 9
 10
 11
-12
 13
 14
 15
@@ -23,6 +22,7 @@
 23
 24
 25
+more
 26
 27
 28
`,
    );
  });

  it('says where the last line end is missing', () => {
    expect(unifiedDiff('a', 'x', 'x\ny')).toBe(
      '--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n-x\n\\ No newline at end of file\n+x\n+y\n\\ No newline at end of file\n',
    );
  });

  it('keeps carriage returns in the lines', () => {
    expect(unifiedDiff('a', 'x\r\n', 'x\r\ny\r\n')).toBe('--- a/a\n+++ b/a\n@@ -1 +1,2 @@\n x\r\n+y\r\n');
  });

  it('takes an empty side for no file', () => {
    expect(unifiedDiff('a', '', 'x\n')).toBe('--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n');
    expect(unifiedDiff('a', 'x\n', '')).toBe('--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n');
  });

  it('quotes names that would break the header', () => {
    expect(unifiedDiff('a\n"b', 'x\n', 'y\n')).toMatch(/^--- "a\/a\\012\\"b"\n/);
    expect(unifiedDiff('a b', 'x\n', 'y\n')).toMatch(/^--- a\/a b\t\n/);
  });

  it('is empty for equal texts', () => {
    expect(unifiedDiff('a', 'x', 'x')).toBe('');
  });

  it('makes the text after out of the text before', () => {
    fc.assert(
      fc.property(lines(), lines(), (before, after) => {
        expect(patched(before, unifiedDiff('a', before, after))).toBe(after);
      }),
    );
  });
});

describe('diffLines', () => {
  it('is as short as the longest common subsequence allows', () => {
    const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        const hunks = diffLines(before, after);
        const touched = hunks.reduce(
          (sum, hunk) => sum + hunk.beforeEnd - hunk.beforeStart + hunk.afterEnd - hunk.afterStart,
          0,
        );
        expect(touched).toBe(before.length + after.length - 2 * commonLength(before, after));
      }),
    );
  });

  it('stays fast and right for texts with nothing in common', () => {
    const before = Array.from({ length: 20_000 }, (_, index) => `a${index}`);
    const after = Array.from({ length: 20_000 }, (_, index) => `b${index}`);
    expect(diffLines(before, after)).toStrictEqual([
      { beforeStart: 0, beforeEnd: 20_000, afterStart: 0, afterEnd: 20_000 },
    ]);
  });
});

type EditSeed = readonly (readonly [gap: number, length: number, text: string])[];

function editSeed(): fc.Arbitrary<EditSeed> {
  return fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.string({ maxLength: 3 })), { maxLength: 4 });
}

function editsFrom(text: string, seed: EditSeed): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  let at = 0;
  for (const [gap, length, fresh] of seed) {
    const start = Math.min(text.length, at + gap);
    const end = Math.min(text.length, start + length);
    edits.push({ start, end, text: fresh });
    at = end;
  }
  return edits;
}

function lines(): fc.Arbitrary<string> {
  const line = fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', '- d\n', '+\n');
  return fc
    .tuple(fc.array(line, { maxLength: 25 }), fc.constantFrom('', 'end'))
    .map(([all, end]) => all.join('') + end);
}

/** What `patch` does, by the letter of the format. */
function patched(before: string, diff: string): string {
  if (diff === '') return before;
  const old = splitLines(before);
  let out = '';
  let at = 0;
  for (const line of diff
    .replaceAll('\n\\ No newline at end of file\n', '\0\n')
    .split(/(?<=\n)/)
    .slice(2)) {
    const text = line.slice(1).replace('\0\n', '');
    const hunk = /^@@ -(\d+)(?:,(\d+))? /.exec(line);
    if (hunk !== null) {
      const start = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1);
      out += old.slice(at, start).join('');
      at = start;
    } else if (line.startsWith('+')) {
      out += text;
    } else {
      expect(old[at]).toBe(text);
      if (line.startsWith(' ')) out += text;
      at += 1;
    }
  }
  return out + old.slice(at).join('');
}

function commonLength(before: readonly string[], after: readonly string[]): number {
  const row = Array.from({ length: after.length + 1 }, () => 0);
  for (const left of before) {
    let diagonal = 0;
    for (const [index, right] of after.entries()) {
      const above = row[index + 1] ?? 0;
      row[index + 1] = left === right ? diagonal + 1 : Math.max(above, row[index] ?? 0);
      diagonal = above;
    }
  }
  return row[after.length] ?? 0;
}
