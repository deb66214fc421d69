import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant } from './time.ts';

describe('reading a timestamp', () => {
  it.each([
    ['1970-01-01T00:00:00Z', { ms: 0, ns: 0 }],
    ['2026-03-01T10:00:00.000000123Z', { ms: 1_772_359_200_000, ns: 123 }],
    ['2026-03-01T10:00:00.5Z', { ms: 1_772_359_200_500, ns: 0 }],
    ['2026-03-01T10:00:00.999999999Z', { ms: 1_772_359_200_999, ns: 999_999 }],
    ['2026-03-01T12:00:00+02:00', { ms: 1_772_359_200_000, ns: 0 }],
    ['2024-02-29T00:00:00Z', { ms: 1_709_164_800_000, ns: 0 }],
    ['1969-12-31T23:59:59.000000001Z', { ms: -1000, ns: 1 }],
  ])('reads %s', (text, instant) => {
    expect(parseInstant(text)).toEqual(instant);
  });

  it.each([
    '',
    '2026-03-01',
    '2026-03-01T10:00:00',
    '2026-13-01T10:00:00Z',
    '2026-02-29T10:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T10:00:60Z',
    '2026-03-01T10:00:00.Z',
    '2026-03-01T10:00:00.1234567890Z',
    '2026-03-01 10:00:00Z',
    ' 2026-03-01T10:00:00Z',
  ])('refuses "%s"', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('agrees with the calendar of the language', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (date) => {
        expect(parseInstant(date.toISOString())).toEqual({ ms: date.getTime(), ns: 0 });
      }),
      { numRuns: 500 },
    );
  });
});
