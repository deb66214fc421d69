import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { substitute, variablesIn } from './substitute.ts';

function replace(text: string, values: Record<string, string> = {}): string {
  return substitute(text, new Map(Object.entries(values))).text;
}

describe('substitute() agrees with Flux', () => {
  const word = 'abcdEFGH28ij';
  const path = '/srv/www/site/index.en.html';
  it.each<[name: string, text: string, values: Record<string, string>, want: string]>([
    ['leaves text without variables', 'abcd EFGH', {}, 'abcd EFGH'],
    ['replaces a variable', 'a-${x}-b', { x: '1' }, 'a-1-b'],
    ['replaces two that touch', '${x}${y}', { x: '1', y: '2' }, '12'],
    ['makes an unknown variable empty', 'a-${x}-b', {}, 'a--b'],
    ['leaves a name without braces', '$x and $', { x: '1' }, '$x and $'],
    ['leaves braces without a dollar', '{x} }', { x: '1' }, '{x} }'],
    ['leaves the end of a regular expression', '^/api/.*$', { x: '1' }, '^/api/.*$'],
    ['reads two dollars as an escaped one', '$${x}', { x: '1' }, '${x}'],
    ['reads three dollars as an escaped one and a variable', '$$${x}', { x: '1' }, '$1'],
    ['takes two dollars for one anywhere', 'a $$b $$', {}, 'a $b $'],
    ['escapes and replaces side by side', '${x}$${y$${x}$x${x}', { x: '1' }, '1${y${x}$x1'],
    ['replaces within an escaped expression', '$${y=${x}}', { x: '1' }, '${y=1}'],
    ['gives the length', '${#x}', { x: word }, '12'],
    ['counts bytes, not characters', '${#x}', { x: 'ä€😀' }, '9'],
    ['raises the first letter', '${x^}', { x: word }, 'AbcdEFGH28ij'],
    ['raises all letters', '${x^^}', { x: word }, 'ABCDEFGH28IJ'],
    ['lowers the first letter', '${x,}', { x: 'ABC' }, 'aBC'],
    ['lowers all letters', '${x,,}', { x: 'ABC' }, 'abc'],
    ['cuts from a position', '${x:4}', { x: word }, 'EFGH28ij'],
    ['cuts from a position counted from the end', '${x:${n}}', { x: word, n: '-2' }, 'ij'],
    ['begins at the beginning where that is too far', '${x:${n}}', { x: word, n: '-99' }, word],
    ['cuts a length', '${x:4:2}', { x: word }, 'EF'],
    ['cuts no more than there is', '${x:10:9}', { x: word }, 'ij'],
    ['cuts nothing beyond the end', '${x:40}', { x: word }, ''],
    ['keeps the value where the position is no number', '${x:abc}', { x: word }, word],
    ['takes a position from a variable', '${x:${n}}', { x: word, n: '10' }, 'ij'],
    ['keeps a value before its default', '${x=y}', { x: 'a' }, 'a'],
    ['takes the default of an unknown variable', '${x=y}', {}, 'y'],
    ['takes := as a default', '${x:=y}', {}, 'y'],
    ['takes :- as a default', '${x:-y}', {}, 'y'],
    ['takes a default for an empty value too', '${x:=y}', { x: '' }, 'y'],
    ['reads :+ as a default, unlike a shell', '${x:+y}', {}, 'y'],
    ['reads :? as a default, unlike a shell', '${x:?y}', {}, 'y'],
    ['takes a default that is a variable', '${x=${y}}', { y: '2' }, '2'],
    ['takes a default around a variable', '${x:=a${y}-b}', { y: '2' }, 'a2-b'],
    ['takes a default with blanks and slashes', '${x:=http://a b/c}', {}, 'http://a b/c'],
    ['takes an operator within a default', '${x:=${y^^}}', { y: 'a' }, 'A'],
    ['takes an empty default', 'a${x:=}b', {}, 'ab'],
    ['replaces the first match', '${x/a/Z}', { x: 'banana' }, 'bZnana'],
    ['replaces all matches', '${x//a/Z}', { x: 'banana' }, 'bZnZnZ'],
    ['replaces at the beginning', '${x/#ba/Z}', { x: 'baba' }, 'Zba'],
    ['replaces at the end', '${x/%ba/Z}', { x: 'baba' }, 'baZ'],
    ['does not replace elsewhere', '${x/#na/Z}', { x: 'banana' }, 'banana'],
    ['replaces by nothing', '${x/./}', { x: 'a.b' }, 'ab'],
    ['replaces an escaped slash', '${x/\\//-}', { x: 'a/b/c' }, 'a-b/c'],
    ['replaces all escaped slashes', '${x//\\//-}', { x: 'a/b/c' }, 'a-b-c'],
    ['does not read a replacement as a pattern', '${x/a/$&}', { x: 'a' }, '$&'],
    ['leaves backslashes outside of expressions', '\\\\a ${x}', { x: '1' }, '\\\\a 1'],
    ['cuts the shortest beginning', '${x#*.}', { x: path }, 'en.html'],
    ['cuts the longest beginning', '${x##*.}', { x: path }, 'html'],
    ['matches slashes by a star', '${x##*/}', { x: path }, 'index.en.html'],
    ['cuts the shortest end', '${x%.*}', { x: path }, '/srv/www/site/index.en'],
    ['cuts the longest end', '${x%%.*}', { x: path }, '/srv/www/site/index'],
    ['cuts a class of characters', '${x#[a-c]?}', { x: 'bxz' }, 'z'],
    ['cuts a negated class', '${x#[^a-c]}', { x: 'xz' }, 'z'],
    ['keeps the value where the pattern is malformed', '${x#[a}', { x: 'abc' }, 'abc'],
  ])('%s', (_, text, values, want) => {
    expect(replace(text, values)).toBe(want);
  });

  it.each([
    ['${x', 'no brace'],
    ['${}', 'no name'],
    ['${ x }', 'blanks'],
    ['${x-y}', 'a default without a colon'],
    ['${x+y}', 'an alternative'],
    ['${n,m}', 'a quantifier'],
    ['${x#}', 'an empty pattern'],
    ['${x/a}', 'a replacement without its slash'],
    ['${x:}', 'an empty position'],
    ['a${', 'nothing after the brace'],
  ])('refuses %s (%s) and returns the text', (text) => {
    expect(substitute(text, new Map([['x', '1']]))).toEqual({ text, unresolved: [], refused: true });
  });
});

describe('substitute() names what it misses', () => {
  it('lists each name without a value once', () => {
    expect(substitute('${b}${a}${b}', new Map()).unresolved).toEqual(['b', 'a']);
  });

  it('does not miss what has a default, or only a default would need', () => {
    expect(substitute('${a:=x} ${b:=${c}}', new Map([['b', '1']])).unresolved).toEqual([]);
  });

  it('can leave an unknown variable as it is written', () => {
    expect(substitute('${a^^}-${b}-${c:=d}', new Map([['b', '1']]), 'keep')).toEqual({
      text: '${a^^}-1-d',
      unresolved: ['a'],
      refused: false,
    });
  });

  it('tells the variables of a text', () => {
    expect(variablesIn('${a}-$${b}-${c:-1}')).toEqual(['a']);
    expect(variablesIn('${broken')).toEqual([]);
  });
});

describe('substitute() as a law', () => {
  it('returns what it was given where no dollar is in it', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const plain = text.replaceAll('$', '');
        expect(replace(plain)).toBe(plain);
      }),
    );
  });

  it('never throws, and ends soon, on any text', () => {
    const pieces = fc.constantFrom(
      '${',
      '}',
      '$',
      'x',
      ':',
      '=',
      '/',
      '#',
      '%',
      '^',
      ',',
      '*',
      '[',
      '\\',
      '-',
      '1',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const result = substitute(parts.join(''), new Map([['x', 'value']]));
        expect(typeof result.text).toBe('string');
      }),
    );
  });

  it('gives back an escaped text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(replace(text.replaceAll('$', '$$$$'))).toBe(text);
      }),
    );
  });

  it('does not take long for deep nesting or a long value', () => {
    expect(substitute('${x:='.repeat(5000), new Map()).refused).toBe(true);
    const big = new Map([['x', 'a'.repeat(50_000)]]);
    expect(substitute('${x}'.repeat(1000), big).refused).toBe(true);
    expect(substitute(`${'${y:='.repeat(20)}${'${x}'.repeat(100)}${'}'.repeat(20)}`, big).refused).toBe(true);
    expect(substitute('${x//a/${x}}', big)).toMatchObject({ text: big.get('x'), refused: false });
    const long = 'a'.repeat(100_000);
    expect(replace('${x%%*b*b*b*b*b}', { x: long })).toBe(long);
  });
});
