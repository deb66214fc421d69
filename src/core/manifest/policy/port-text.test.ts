import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isServiceName, readPortText } from './port-text.ts';

/** RFC 6335 as one expression, as the agent has it. */
const SERVICE_NAME = /^([a-zA-Z0-9]-?)*[a-zA-Z](-?[a-zA-Z0-9])*$/;

describe('the text of a port', () => {
  it.each([
    ['80', 80],
    ['0', 0],
    ['00', 0],
    ['010', 8],
    ['1_000', 1000],
    ['0_7', 7],
    ['65535', 65_535],
    ['0x000000000000050', 80],
    ['0b000000000000011', 3],
    ['0o000000000000_17', 15],
  ])('%s is a number as Go reads it', (text, port) => {
    expect(readPortText(text)).toEqual({ kind: 'number', port });
  });

  it.each([
    ['http', 'http'],
    ['HTTP-alt', 'http-alt'],
    ['0x10', '0x10'],
    ['8080a', '8080a'],
    ['1e3', '1e3'],
    ['a', 'a'],
    ['exactly-15-chars', undefined],
    ['exactly-15-char', 'exactly-15-char'],
  ])('%s as a name is %s', (text, name) => {
    expect(readPortText(text)).toEqual(name === undefined ? undefined : { kind: 'named', name });
  });

  it.each([
    '',
    '65536',
    '-1',
    '+1',
    '1 ',
    '08',
    '1__0',
    '_1',
    '1_',
    '80/tcp',
    'a--b',
    '-a',
    'a-',
    'ä',
    '0x'.padEnd(20, 'g'),
  ])('%j is neither', (text) => {
    expect(readPortText(text)).toBeUndefined();
  });

  it('is a name exactly where the agent thinks so', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'Z', '7', '-', '_', '.'), maxLength: 17 });
    fc.assert(
      fc.property(text, (name) => {
        expect(isServiceName(name)).toBe(name.length <= 15 && SERVICE_NAME.test(name));
      }),
    );
  });
});
