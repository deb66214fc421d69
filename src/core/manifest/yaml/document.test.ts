import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Path } from '../../model/place.ts';
import { MAX_ALIASED_NODES } from './convert.ts';
import { parseYaml, type YamlDocument } from './document.ts';
import { splitDocuments } from './split.ts';
import { textSource } from './text.ts';

function read(text: string, index = 0): YamlDocument {
  const range = splitDocuments(text)[index];
  if (range === undefined) throw new Error('no such document');
  return parseYaml(textSource('f.yaml', text), range);
}

function at(text: string, path: Path, index = 0): string {
  const { file, line, column } = read(text, index).locate(path);
  expect(file).toBe('f.yaml');
  return `${line}:${column}`;
}

describe('parseYaml() gives values', () => {
  it.each<[name: string, text: string, want: unknown]>([
    ['block style', 'a:\n  - b: 1\n    c: two\n', { a: [{ b: 1, c: 'two' }] }],
    ['flow style', '{a: [{b: 1, c: two}]}', { a: [{ b: 1, c: 'two' }] }],
    ['JSON', '{\n\t"a": [1, true, null, "x"]\n}', { a: [1, true, null, 'x'] }],
    ['quoted scalars as text', `a: "1"\nb: 'yes'\nc: "\\u0041"`, { a: '1', b: 'yes', c: 'A' }],
    ['blocks of text', 'a: |\n  x\n  y\nb: >-\n  x\n  y\n', { a: 'x\ny\n', b: 'x y' }],
    ['missing values as null', 'a:\nb: ~\n', { a: null, b: null }],
    ['tags that name a type', 'a: !!str 1\nb: !!int "1"\nc: !mine x', { a: '1', b: 1, c: 'x' }],
    ['keys as text', '1: a\ntrue: b\n~: c\n"2": d', { '1': 'a', true: 'b', null: 'c', '2': 'd' }],
    ['aliases', 'a: &x {b: 1}\nc: *x\nd: [*x, *x]', { a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }, { b: 1 }] }],
    [
      'an alias of a scalar and of a key',
      'name: &n web\nlabels: {app: *n, *n : 1}',
      {
        name: 'web',
        labels: { app: 'web', web: 1 },
      },
    ],
    [
      'a merge under its own keys',
      'x: &x {a: 1, b: 2}\nv:\n  b: 3\n  <<: *x',
      {
        x: { a: 1, b: 2 },
        v: { a: 1, b: 3 },
      },
    ],
    [
      'several merges, the first first',
      'x: &x {a: 1}\nv: &v {a: 2, b: 2}\nz: {<<: [*x, *v]}',
      {
        x: { a: 1 },
        v: { a: 2, b: 2 },
        z: { a: 1, b: 2 },
      },
    ],
    ['a quoted key that looks like a merge', '"<<": {a: 1}', { '<<': { a: 1 } }],
  ])('for %s', (_, text, want) => {
    const { value, faults, readable } = read(text);
    expect(JSON.parse(JSON.stringify(value))).toEqual(want);
    expect({ faults, readable }).toEqual({ faults: [], readable: true });
  });

  it('in objects that have no prototype to be changed', () => {
    const value = read('__proto__: {polluted: yes}\nconstructor: 1\n').value as Record<string, unknown>;
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect('polluted' in {}).toBe(false);
  });

  it('that are shared, while copies are not', () => {
    const document = read('a: {b: 1}');
    expect(document.value).toBe(document.value);
    expect(document.copy()).toEqual(document.value);
    expect(document.copy()).not.toBe(document.value);
  });
});

describe('parseYaml() gives places', () => {
  const text = [
    '# comment',
    'apiVersion: v1',
    'metadata:',
    '  name:   web # another',
    '  labels: {app: web, "tier":  front}',
    'spec:',
    '  list:',
    '    - a',
    '    - b: 1',
    '      c: [x,  y]',
    '    -   {d: 2}',
    '  text: |',
    '    e: 3',
  ].join('\n');

  it.each<[path: Path, want: string]>([
    [[], '2:1'],
    [['metadata'], '3:1'],
    [['metadata', 'name'], '4:3'],
    [['metadata', 'labels', 'app'], '5:12'],
    [['metadata', 'labels', 'tier'], '5:22'],
    [['spec', 'list', 0], '8:7'],
    [['spec', 'list', 1], '9:7'],
    [['spec', 'list', 1, 'c'], '10:7'],
    [['spec', 'list', 1, 'c', 1], '10:15'],
    [['spec', 'list', 2], '11:9'],
    [['spec', 'list', 2, 'd'], '11:10'],
    [['spec', 'text'], '12:3'],
  ])('of %j', (path, want) => {
    expect(at(text, path)).toBe(want);
  });

  it('of the nearest ancestor, where there is no such field', () => {
    expect(at(text, ['metadata', 'annotations', 'x'])).toBe('3:1');
    expect(at(text, ['spec', 'list', 7])).toBe('7:3');
    expect(at(text, ['spec', 'list', 'x'])).toBe('7:3');
    expect(at(text, ['metadata', 'name', 'deeper'])).toBe('4:3');
  });

  it('of later documents in lines of the file', () => {
    expect(at('a: 1\n---\n# c\nb:\n  c: 1\n', ['b', 'c'], 1)).toBe('5:3');
  });

  it('with Windows line ends', () => {
    expect(at('a: 1\r\nb:\r\n  c: 1\r\n', ['b', 'c'])).toBe('3:3');
  });

  it('without counting a byte order mark', () => {
    expect(at('\uFEFFa: {b: 1}\nc: 1\n', ['a'])).toBe('1:1');
    expect(at('\uFEFFa: {b: 1}\nc: 1\n', ['a', 'b'])).toBe('1:5');
    expect(at('\uFEFFa: {b: 1}\nc: 1\n', ['c'])).toBe('2:1');
  });

  it('of the alias for what is in it, and of the merge for what it brings', () => {
    const aliased = 'x: &x {a: 1}\nv: *x\nz:\n  b: 2\n  <<: *x\n';
    expect(at(aliased, ['v', 'a'])).toBe('2:1');
    expect(at(aliased, ['z', 'a'])).toBe('5:3');
    expect(at(aliased, ['z', 'b'])).toBe('4:3');
    expect(at('n: &n web\nl:\n  *n : 1\n', ['l', 'web'])).toBe('3:3');
  });

  it('of the last of two equal keys, whose value counts', () => {
    expect(at('a: 1\na: 2\n', ['a'])).toBe('2:1');
  });
});

describe('parseYaml() names faults', () => {
  it.each<[name: string, text: string, code: string, place: string, value: string]>([
    ['a key twice', 'a: 1\nb: 2\na: 3\n', 'yaml-syntax', '3:1', 'a'],
    ['an alias without its anchor', 'a: *x\n', 'yaml-syntax', '1:4', 'x'],
    ['an alias within itself', 'a: &x\n  b: *x\n', 'yaml-syntax', '2:6', 'x'],
  ])('%s', (_, text, code, place, value) => {
    const [fault] = read(text).faults;
    expect(fault).toMatchObject({ code, value });
    expect(`${fault?.place.line}:${fault?.place.column}`).toBe(place);
    expect(fault?.expected).not.toBe('');
  });

  it('a mistake of syntax, once, where it is', () => {
    const document = read('a: 1\n---\nb: [1, 2\nc: 3\nd: }\n', 1);
    expect(document.readable).toBe(false);
    expect(document.faults).toHaveLength(1);
    expect(document.faults[0]).toMatchObject({ code: 'yaml-syntax', place: { file: 'f.yaml', line: 4 } });
  });

  it('keys that are no text, which only templates have', () => {
    expect(read('a: {{ .Values.name }}\n').hasCollectionKey).toBe(true);
    expect(read('a: {b: c}\n').hasCollectionKey).toBe(false);
  });
});

describe('parseYaml() bounds what a document costs', () => {
  it.each([
    ['flow lists', '['.repeat(200_000)],
    ['closed flow lists', '['.repeat(5000) + ']'.repeat(5000)],
    ['flow maps', '{a: '.repeat(5000)],
    ['compact lists', `${'- '.repeat(5000)}x`],
    ['explicit keys', `${'? '.repeat(5000)}x`],
    ['indentation', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('refuses deep %s', (_, text) => {
    const document = read(text);
    expect(document.readable).toBe(false);
    expect(document.faults[0]?.code).toBe('over-limit');
    expect(document.value).toBeNull();
    expect(document.locate(['a'])).toEqual({ file: 'f.yaml', line: 1, column: 1 });
  });

  it('reads what is deep enough for anybody, and brackets that are only text', () => {
    expect(read('['.repeat(90) + ']'.repeat(90)).readable).toBe(true);
    expect(read(`a: |\n  ${'['.repeat(500)}\n`).readable).toBe(true);
    expect(read(`[${'{}, '.repeat(500)}{}]`).readable).toBe(true);
  });

  it('stops at a billion laughs', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 12; i += 1) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
    }
    const document = read(lines.join('\n'));
    expect(document.faults).toEqual([expect.objectContaining({ code: 'over-limit' })]);
    expect(JSON.stringify(document.value).length).toBeLessThan(MAX_ALIASED_NODES * 20);
  });
});

describe('parseYaml() as a law', () => {
  it('agrees with a plain parser on JSON, and finds every field again', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (json) => {
        const text = JSON.stringify(JSON.parse(json), undefined, 2);
        const document = read(text);
        expect(JSON.stringify(document.value)).toBe(JSON.stringify(JSON.parse(text)));
        for (const path of pathsOf(document.value)) {
          const { line, column } = document.locate(path);
          const rest = text.split('\n')[line - 1]?.slice(column - 1) ?? '';
          const last = path.at(-1);
          if (typeof last === 'string') expect(rest.startsWith(JSON.stringify(last))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, whatever the text', () => {
    const words = [
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '? ',
      '{',
      '}',
      '[',
      ']',
      '&x ',
      '*x',
      '<<',
      '|',
      '>',
      '"',
      "'",
      '#',
      '!t ',
      '---',
      '%',
      '\t',
      '\r',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        for (const range of splitDocuments(text)) {
          const document = parseYaml(textSource('f', text), range);
          expect(document.locate(['a', 0, 'b']).line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('takes scalars as they are, but for their types', () => {
    expect(read('a: 0o17').value).toEqual({ a: 15 });
    expect(parse('a: yes')).toEqual({ a: 'yes' });
    expect(read('a: yes').value).toEqual({ a: true });
  });
});

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, entry]) =>
      pathsOf(entry, [...path, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}
