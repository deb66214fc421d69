import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { contentStart, splitDocuments } from './split.ts';

function texts(stream: string): readonly string[] {
  return splitDocuments(stream).map(({ start, end }) => stream.slice(start, end));
}

describe('splitDocuments()', () => {
  it.each<[name: string, stream: string, want: readonly string[]]>([
    ['one document without a marker', 'a: 1\n', ['a: 1\n']],
    ['one document with a marker', '---\na: 1\n', ['---\na: 1\n']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['a: 1\n', '---\nb: 2\n']],
    ['Windows line ends', 'a: 1\r\n---\r\nb: 2\r\n', ['a: 1\r\n', '---\r\nb: 2\r\n']],
    ['comments before the first marker', '# c\n\n---\na: 1\n', ['---\na: 1\n']],
    ['directives before the first marker', '%YAML 1.2\n---\na: 1\n', ['---\na: 1\n']],
    ['an empty document', '---\n---\na: 1\n', ['---\n', '---\na: 1\n']],
    ['a marker at the end', '---\na: 1\n---\n', ['---\na: 1\n', '---\n']],
    ['an end marker', 'a: 1\n...\n# c\n---\nb: 2\n', ['a: 1\n', '---\nb: 2\n']],
    ['a document behind an end marker', 'a: 1\n...\nb: 2\n', ['a: 1\n', '\nb: 2\n']],
    ['contents on the line of the marker', '--- {a: 1}\n---\tb\n', ['--- {a: 1}\n', '---\tb\n']],
    ['a comment on the line of the marker', '--- # c\na: 1\n', ['--- # c\na: 1\n']],
    ['a marker in a block of text', 'a: |\n  ---\n  x\n', ['a: |\n  ---\n  x\n']],
    ['a longer line of dashes', 'a: 1\n----\n', ['a: 1\n----\n']],
    ['dashes within a line', 'a: 1 ---\n', ['a: 1 ---\n']],
    ['no line end at the end', 'a: 1\n---', ['a: 1\n', '---']],
    ['a byte order mark', '\uFEFF---\na: 1\n', ['---\na: 1\n']],
    ['nothing', '', []],
    ['only comments', '# c\n\n', []],
  ])('reads %s', (_, stream, want) => {
    expect(texts(stream)).toEqual(want);
  });

  it('numbers documents as a YAML parser does', () => {
    const lines = fc.constantFrom(
      '---',
      // On its own, the end of a document is one to the parser, and an empty one.
      'a: 1\n...',
      'a: 1',
      '# c',
      '',
      '--- b',
      '----',
      '%YAML 1.2',
      '  x: y',
      '- z',
    );
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 10 }), (parts) => {
        // A directive may only stand before a marker, and a parser goes other ways where it does not.
        const stream = parts.join('\n').replaceAll(/%YAML 1\.2\n(?!---)/g, '');
        const parsed = parseAllDocuments(stream, { logLevel: 'silent' });
        if (!Array.isArray(parsed) || parsed.some(({ errors }) => errors.length > 0)) return;
        const values = splitDocuments(stream).map(({ start, end }) => {
          const [document] = parseAllDocuments(stream.slice(start, end));
          return document?.toJS() as unknown;
        });
        expect(values).toEqual(parsed.map((document) => document.toJS() as unknown));
      }),
    );
  });

  it('takes time in proportion to the text', () => {
    const stream = '---\na: 1\n'.repeat(100_000);
    expect(splitDocuments(stream)).toHaveLength(100_000);
  });
});

describe('contentStart()', () => {
  it.each([
    ['---\n# c\n\nkind: Pod\n', 'kind: Pod'],
    ['kind: Pod\n', 'kind: Pod'],
    ['--- {kind: Pod}\n', '--- {kind: Pod}'],
    ['---\n', '---'],
  ])('finds the first line of %j', (stream, want) => {
    const [range] = splitDocuments(stream);
    expect(range).toBeDefined();
    if (range !== undefined) expect(stream.slice(contentStart(stream, range)).split('\n')[0]).toBe(want);
  });
});
