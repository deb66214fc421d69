import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';

// One seed for a whole run (vitest.config.ts makes it). fast-check prints it when a law fails, so that any failure
// can be run again: PROPOLIS_SEED=… npm test. PROPOLIS_RUNS=10000 looks further.
const seed = Number(process.env['PROPOLIS_SEED']);
const runs = process.env['PROPOLIS_RUNS'];
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed,
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
});

// Noise is a failure. The call throws, so that the stack shows where it is; and it is counted, in case the throw
// is caught. Warnings of the process arrive late, and then count against the next test, or the file.
const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const;
const noise: string[] = [];
function recordWarning({ name, message }: Error): void {
  if (name !== 'ExperimentalWarning') noise.push(`${name}: ${message}`);
}
beforeAll(() => void process.on('warning', recordWarning));
afterAll(() => {
  process.off('warning', recordWarning);
  expect(noise.splice(0), 'unexpected output after the last test').toEqual([]);
});

beforeEach(() => {
  for (const method of METHODS) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => {
      const line = words.map((word) => (typeof word === 'string' ? word : inspect(word))).join(' ');
      noise.push(`console.${method}: ${line}`);
      throw new Error(`Unexpected console.${method}: ${line}`);
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(noise.splice(0), 'unexpected output').toEqual([]);
  // Files share a process (vitest.config.ts), so what one leaves behind would reach the next.
  expect(fc.readConfigureGlobal().seed, 'the seed was changed').toBe(seed);
  expect(Object.keys(Object.prototype), 'Object.prototype was polluted').toEqual([]);
});
