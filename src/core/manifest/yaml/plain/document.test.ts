import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import type { Path } from '../../../model/place.ts';
import { convertDocument } from '../convert.ts';
import { offsetAt } from '../locate.ts';
import { nestsTooDeep } from '../nesting.ts';
import { readPlainDocument, spotOffset } from './document.ts';

describe('readPlainDocument()', () => {
  it.each<[name: string, text: string]>([
    ['maps and lists', 'a:\n  b: 1\n  c:\n    - d\n    - e: f\n      g: h\n'],
    ['lists in the column of their key', 'a:\n- b\n- c: d\ne: f\n'],
    ['comments and blank lines', '# c\n---\n# d\na: 1 # e\n\n  # f\nb: # g\n  c: 2\n'],
    ['quotes', 'a: "x: y # z"\n"b c": \'{d}\'\n'],
    ['flow style', 'a: {b: [c, "d, e"], f: {}}\ng: [] # h\n'],
    ['literal text', 'a: |\n  b: c\n\n    d\n\ne: |-\n  f\ng: |+\n  h\n\ni: j\n'],
    ['folded text', 'a: >-\n  b\n  c\n\n  d\ne: >\n  f\n'],
    ['types', 'a: yes\nb: 0755\nc: ~\nd:\ne: 1.5\non: x\n1: y\n'],
    ['scalars with anchors', 'a: &x web\nb: *x\n'],
    ['keys with colons', 'k8s:app: web\nio.kubernetes/name: x\n'],
    ['texts of many languages', 'a: ä€漢字😀\n'],
    ['no line break at the end', 'a: 1\nb:\n  - c'],
  ])('reads %s', (_, text) => {
    expect(readPlainDocument(text)).toBeDefined();
    compare(text);
  });

  it.each<[name: string, text: string]>([
    ['several lines of plain text', 'a: b\n  c\n'],
    ['anchors of collections', 'a: &x\n  b: c\n'],
    ['aliases of what is unknown', 'a: *x\n'],
    ['merges', 'a:\n  <<: *x\n'],
    ['tags', 'a: !!str 1\n'],
    ['explicit keys', '? a\n: b\n'],
    ['tabs', 'a:\tb\n'],
    ['carriage returns', 'a: b\r\n'],
    ['escapes', 'a: "b\\n"\n'],
    ['doubled quotes', "a: 'it''s'\n"],
    ['flow style on several lines', 'a: [b,\n  c]\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['templates', 'a: {{ .Values.b }}\n'],
    ['scalars that are no map', 'just text\n'],
    ['text with an indent of its own', 'a: |2\n   b\n'],
    ['wrong indentation', 'a:\n  b: 1\n c: 2\n'],
    ['a list where a key should be', 'a: 1\n- b\n'],
    ['what follows quotes', 'a: "b" c\n'],
    ['a colon in a plain value', 'a: b: c\n'],
    ['nothing', ''],
    ['a byte order mark', '\uFEFFa: 1\n'],
    ['too much depth', `${'- '.repeat(200)}x`],
    ['too much depth in flow style', `a: ${'['.repeat(200)}${']'.repeat(200)}`],
  ])('leaves %s to the full parser', (_, text) => {
    expect(readPlainDocument(text)).toBeUndefined();
  });
});

describe('readPlainDocument() agrees with the full parser, wherever it reads', () => {
  it('on documents that are nearly well-formed', () => {
    let read = 0;
    fc.assert(
      fc.property(nearlyDocuments(), (text) => {
        if (compare(text)) read += 1;
      }),
      { numRuns: 6000 },
    );
    expect(read).toBeGreaterThan(600);
  });

  it('on values of all kinds, printed in block and flow style', () => {
    const text = fc.stringMatching(/^[a-zA-Z0-9 _.:/#{}[\],&*!|>'"%@`$=-]{0,12}$/);
    const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const { tree } = fc.letrec<{ tree: unknown; map: unknown; list: unknown; leaf: unknown }>((tie) => ({
      leaf,
      map: fc.dictionary(fc.stringMatching(/^[a-z./-]{1,6}$/), tie('tree'), { maxKeys: 4 }),
      list: fc.array(tie('tree'), { maxLength: 4 }),
      tree: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('map'), tie('list')),
    }));
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tree, { minKeys: 1, maxKeys: 4 }),
        fc.boolean(),
        (value, isBare) => {
          compare(print(value, '', isBare));
        },
      ),
      { numRuns: 1500 },
    );
  });
});

const SCALARS: readonly string[] = [
  'x',
  'x y',
  '"q"',
  "'q'",
  '1',
  '-1',
  'yes',
  '~',
  '',
  '[]',
  '{}',
  '[a, b]',
  '{a: b, c: [d]}',
  '[a, ]',
  '{a: 1, }',
  '|\n        t\n\n        u',
  '|-\n        t',
  '|+\n        t\n',
  '>\n        t\n        u',
  '>-\n        t\n\n        u',
  '|\n        t\n          u',
  '>\n        t\n          u',
  '|\n    t',
  '|\n',
  '|2\n        t',
  '| # c\n        t',
  '&n x',
  '*n',
  '&n "x"',
  '&n',
  '&n [a]',
  '&m *n',
  '!t x',
  'x # c',
  '"q" # c',
  '[a] # c',
  '# c',
  'x#y',
  '"q"#c',
  'a: b',
  'x:',
  '${v}',
  '{{ v }}',
  '[a: b]',
  '{a}',
  '[[a]]',
  '-',
  '- x',
  '-x',
  '"open',
  "it's",
  "'it''s'",
  '{"a":1}',
  'a,b',
  '[a, "b, c"]',
  '{a: }',
  '---',
  '%x',
  '@x',
  ':x',
  '?x',
  '? x',
  'a:b',
  '[a:b]',
  '{a:b: c}',
  '[#]',
  '[a #b]',
  '"a": b',
  '!',
  '\u00a0',
  '😀',
  '"\\n"',
  '{ a : b }',
  '[ a , b ]',
  '{a: [b, {c: d}]}',
  '{a: b} c',
  'x\n          more',
  '\n          x',
];

/** Block style with scalars of all kinds, in which sometimes a blank or a line is too much or too little. */
function nearlyDocuments(): fc.Arbitrary<string> {
  const scalar = fc.constantFrom(...SCALARS);
  const key = fc.constantFrom(
    'a',
    'b',
    'c',
    '"d"',
    "'e'",
    'k8s:f',
    '1',
    'on',
    'g h',
    '<<',
    '-i',
    'j.k/l',
    '"m n"',
    '"o: p"',
  );
  const { block } = fc.letrec<{ block: string; map: string; list: string; entry: string; item: string }>(
    (tie) => ({
      entry: fc.oneof(
        { weight: 4, arbitrary: fc.tuple(key, scalar).map(([name, value]) => `${name}: ${value}\n`) },
        {
          weight: 1,
          arbitrary: fc.tuple(key, tie('block')).map(([name, inner]) => `${name}:\n${indented(inner, '  ')}`),
        },
        { weight: 1, arbitrary: fc.tuple(key, tie('list')).map(([name, inner]) => `${name}:\n${inner}`) },
      ),
      item: fc.oneof(
        { weight: 2, arbitrary: scalar.map((value) => `- ${value}\n`) },
        { weight: 2, arbitrary: tie('map').map((inner) => `- ${indented(inner, '  ').slice(2)}`) },
      ),
      map: fc.array(tie('entry'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
      list: fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
      block: fc.oneof({ maxDepth: 3 }, tie('map'), tie('list')),
    }),
  );
  const change = fc.constantFrom(
    'none',
    'none',
    'none',
    'indent',
    'outdent',
    'blank',
    'comment',
    'drop',
    'end',
  );
  return fc.tuple(block, change, fc.nat(20)).map(([text, kind, where]) => changed(text, kind, where));
}

function indented(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by);
}

function changed(text: string, kind: string, where: number): string {
  const lines = text.split('\n');
  const at = where % lines.length;
  const line = lines[at] ?? '';
  if (kind === 'indent') lines[at] = ` ${line}`;
  else if (kind === 'outdent') lines[at] = line.slice(1);
  else if (kind === 'blank') lines.splice(at, 0, where % 2 === 0 ? '' : '   ');
  else if (kind === 'comment') lines.splice(at, 0, `${' '.repeat(where % 5)}# comment`);
  else if (kind === 'drop') lines.splice(at, 1);
  return kind === 'end' ? lines.join('\n').trimEnd() : lines.join('\n');
}

/** @returns whether the fast reader could read it */
function compare(text: string): boolean {
  const plain = readPlainDocument(text);
  if (plain === undefined || nestsTooDeep(text)) return false;
  const full = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const { value, oddities } = convertDocument(full);
  expect({ text, errors: full.errors.map(({ code }) => code), oddities }).toEqual({
    text,
    errors: [],
    oddities: [],
  });
  expect({ text, value: JSON.stringify(plain.value) }).toEqual({ text, value: JSON.stringify(value) });
  for (const path of pathsOf(value)) {
    expect({ text, path, at: spotOffset(plain.root, path) }).toEqual({
      text,
      path,
      at: offsetAt(full.contents, path),
    });
  }
  return true;
}

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path, [...path, 'none'], [...path, 7]];
  const inside = Object.entries(value).flatMap(([key, entry]) =>
    pathsOf(entry, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [path, [...path, 'none'], [...path, 7], ...inside];
}

/** Prints block style, with scalars in quotes or bare, so that what is printed need not mean the value. */
function print(value: unknown, indent: string, isBare: boolean): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}[]\n`;
    return value.map((item) => `${indent}- ${print(item, `${indent}  `, isBare).trimStart()}`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Record<string, unknown>);
    if (entries.length === 0) return `${indent}{}\n`;
    return entries
      .map(([key, entry]) => {
        const isBlock = typeof entry === 'object' && entry !== null && Object.keys(entry).length > 0;
        return `${indent}${key}:${isBlock ? '\n' : ' '}${isBlock ? print(entry, `${indent}  `, isBare) : print(entry, '', isBare)}`;
      })
      .join('');
  }
  return `${indent}${isBare && typeof value === 'string' ? value : JSON.stringify(value)}\n`;
}
