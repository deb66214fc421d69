import { expect, it } from 'vitest';
import { errorLines } from './message.ts';

it.each([
  { remedy: 'Do that.', lines: 'propolis: It broke.\n  Do that.\n' },
  { remedy: '', lines: 'propolis: It broke.\n' },
])('an error has no empty line where its remedy is "$remedy"', ({ remedy, lines }) => {
  expect(errorLines({ message: 'It broke.', remedy })).toBe(lines);
});
