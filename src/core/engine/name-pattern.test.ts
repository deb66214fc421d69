import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/lib/runs.ts';
import { isNamedBy } from '../../../test/lib/slow-labels.ts';
import { CILIUM_VERSIONS } from '../model/options.ts';
import { matchesName } from './name-pattern.ts';

describe('names', () => {
  it.each([
    ['api.example.com', 'api.example.com', true],
    ['API.example.com.', 'api.EXAMPLE.com', true],
    ['api.example.com', 'xapi.example.com', false],
    ['api.example.com', 'apixexample.com', false],
    ['api.example.com', 'api.example.com.cluster.local', false],
  ])('%s against %s: %s', (matchName, name, expected) => {
    expect(matchesName({ matchName }, name, '1.20')).toBe(expected);
  });
});

describe('patterns', () => {
  it.each([
    ['*', 'a.b.c', true],
    ['**', 'a.b.c', true],
    ['*.', 'a.b.c', true],
    ['*.example.com', 'www.example.com', true],
    ['*.example.com', '.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['*example.com', 'example.com', true],
    ['*example.com', 'subexample.com', true],
    ['*example.com', 'www.example.com', false],
    ['sub*.example.*', 'sub-domain.example.org', true],
    ['a*b*c.io', 'aXXbYYc.io', true],
    ['a*b*c.io', 'acb.io', false],
    ['**.example.com', 'a.b.example.com', true],
    ['**.example.com', 'a.example.com', true],
    ['**.example.com', 'example.com', false],
    ['a.**.example.com', 'a.b.c.example.com', false],
    ['***.example.com', 'a.b.example.com', false],
    ['*.example.com', 'é.example.com', false],
    ['*.example.com', 'a b.example.com', false],
  ])('%s against %s: %s', (matchPattern, name, expected) => {
    expect(matchesName({ matchPattern }, name, '1.20')).toBe(expected);
  });

  it('two stars at the front are one label in 1.18', () => {
    expect(matchesName({ matchPattern: '**.example.com' }, 'a.b.example.com', '1.18')).toBe(false);
    expect(matchesName({ matchPattern: '**.example.com' }, 'b.example.com', '1.18')).toBe(true);
    expect(matchesName({ matchPattern: '**.example.com' }, 'a.b.example.com', '1.19')).toBe(true);
  });

  it('without a name and a pattern it is the root alone', () => {
    expect(matchesName({}, '.', '1.20')).toBe(true);
    expect(matchesName({}, 'example.com', '1.20')).toBe(false);
  });

  it.each(CILIUM_VERSIONS)('match what their regular expression matches (%s)', (version) => {
    const written = (...parts: readonly string[]): fc.Arbitrary<string> =>
      fc.array(fc.constantFrom(...parts), { minLength: 1, maxLength: 8 }).map((list) => list.join(''));
    fc.assert(
      fc.property(
        written('a', 'b', '*', '**', '.', '.', 'A'),
        written('a', 'b', 'c', '.', '.', '-', '!'),
        (matchPattern, name) => {
          expect(matchesName({ matchPattern }, name, version)).toBe(
            isNamedBy({ matchPattern }, name, version),
          );
        },
      ),
      runs(2000),
    );
  });

  it('a pattern made to explode takes no long time', () => {
    const label = `${'a'.repeat(60)}!`;
    expect(matchesName({ matchPattern: `${'*a'.repeat(100)}.com` }, `${label}.com`, '1.20')).toBe(false);
    expect(
      matchesName({ matchPattern: `**.${'*a.'.repeat(80)}com` }, `${'a.'.repeat(10_000)}com`, '1.20'),
    ).toBe(true);
  });
});
