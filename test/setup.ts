import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, vi } from 'vitest';

// One seed for a whole run, printed when a law fails, so that any failure can be run again:
// PROPOLIS_SEED=… npm test
const seed = Number(process.env['PROPOLIS_SEED'] ?? Math.floor(Date.now() % 0x7fff_ffff));
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  seed,
  ...(process.env['PROPOLIS_RUNS'] === undefined ? {} : { numRuns: Number(process.env['PROPOLIS_RUNS']) }),
});

// Noise is a failure: a test that expects a line on the console says so by itself.
const METHODS = ['log', 'info', 'warn', 'error'] as const;
beforeEach(() => {
  for (const method of METHODS) {
    vi.spyOn(console, method).mockImplementation((...words: unknown[]) => {
      throw new Error(`Unexpected console.${method}: ${words.map(String).join(' ')}`);
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  expect(fc.readConfigureGlobal().seed).toBe(seed);
});
