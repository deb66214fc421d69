import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonText, yamlText } from './data-text.ts';

// oxlint-disable-next-line no-control-regex -- controls are what this is about
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const HOSTILE = 'a\u001b[31m\u009b2J\u202e\u{e0041}\u2028\r\n\u007f';

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constant(HOSTILE),
  fc.constantFrom('\u202e', '\u009b', '- \u2066', '\ufeffx'),
);
const data = fc.dictionary(text, fc.oneof(text, fc.array(text)));

describe('data for programs', () => {
  it('tells a terminal nothing, and is the same data', async () => {
    await fc.assert(
      fc.asyncProperty(data, async (value) => {
        const json = jsonText(value);
        expect(json).not.toMatch(OBEYED);
        expect(JSON.parse(json)).toEqual({ ...value });
        const yaml = await yamlText(value);
        expect(yaml).not.toMatch(OBEYED);
        expect(parse(yaml)).toEqual({ ...value });
      }),
    );
  });

  it('is escaped where it must be, and nowhere else', async () => {
    expect(jsonText({ a: 'Grüße\u009b' })).toBe('{\n  "a": "Grüße\\u009b"\n}\n');
    expect(await yamlText({ a: 'Grüße', b: '\u202e' })).toBe('a: Grüße\nb: "\\U0000202e"\n');
  });
});
