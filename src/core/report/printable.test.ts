import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, shorten } from './printable.ts';

describe('text of strangers', () => {
  it.each([
    ['plain', 'zipline/api', 'zipline/api'],
    ['a colour', '\u001b[31mred', '\\x1b[31mred'],
    ['a title of the window', '\u001b]0;x\u0007', '\\x1b]0;x\\x07'],
    ['C1 controls, which some terminals obey', '\u009b31m', '\\x9b31m'],
    ['line breaks', 'a\r\nb', 'a\\x0d\\x0ab'],
    ['a tab', 'a\tb', 'a\\x09b'],
    ['delete', 'a\u007fb', 'a\\x7fb'],
    ['separators of lines and paragraphs', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
    ['an override of direction', 'a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
    ['isolates of direction', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['the Arabic letter mark', '\u061ca', '\\u{61c}a'],
    ['zero width', 'a\u200bb\u200d\ufeff', 'a\\u{200b}b\\u{200d}\\u{feff}'],
    ['tags', 'a\u{e0041}', 'a\\u{e0041}'],
    ['half of a character', 'a\ud800b\udc00', 'a\\u{d800}b\\u{dc00}'],
    ['what is read from right to left', 'שלום مرحبا', 'שלום مرحبا'],
    ['other scripts and signs', 'Größe 日本語 😀 → ×', 'Größe 日本語 😀 → ×'],
    ['a backslash, which is no escape', 'a\\x1b', 'a\\x1b'],
  ])('%s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('never holds what a terminal obeys or what turns text around', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex -- controls are what this is about
        expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        expect(printable(text)).not.toMatch(/\p{Surrogate}/u);
      }),
      { numRuns: 1000 },
    );
  });

  it('stays as it is when it is safe', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(printable(text)).toBe(text);
        expect(printable(printable(text))).toBe(text);
      }),
    );
  });
});

describe('shortened text', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['', 3, ''],
    ['😀😀😀😀', 3, '😀😀…'],
  ])('%s at most %d is %s', (text, max, expected) => {
    expect(shorten(text, max)).toBe(expected);
  });
});
