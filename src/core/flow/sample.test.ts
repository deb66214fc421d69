import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLE_LENGTH, sampleOf } from './sample.ts';

describe('a sample of a line', () => {
  it.each([
    ['plain words', 'plain words'],
    ['  trimmed \r', 'trimmed'],
    ['{\n  "flow":\t{', '{ "flow": {'],
    ['red \u001b[31m', 'red \\u001b[31m'],
    ['turned \u202e about', 'turned \\u202e about'],
    ['naïve ☺ text', 'naïve ☺ text'],
    ['x'.repeat(80), `${'x'.repeat(79)}…`],
    ['x'.repeat(79), 'x'.repeat(79)],
    ['\u0000'.repeat(40), `${'\\u0000'.repeat(13)}…`],
    [`x${' '.repeat(200)}y`, 'x…'],
  ])('shows %j as %j', (line, sample) => {
    expect(sampleOf(line)).toBe(sample);
  });

  it('is short and free of control characters, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (line) => {
        const sample = sampleOf(line);
        expect(sample.length).toBeLessThanOrEqual(SAMPLE_LENGTH);
        expect(sample).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
