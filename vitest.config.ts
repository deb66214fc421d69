import { defineConfig } from 'vitest/config';

const seed = process.env['PROPOLIS_SEED'] ?? String(Date.now() % 0x7fff_ffff);

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    env: { PROPOLIS_SEED: seed },
    // A process for each file costs 90 ms a file, ten times what most tests take. The core keeps no state between
    // calls, and test/setup.ts looks for what a test leaves behind.
    pool: 'forks',
    isolate: false,
    // The default leaves a core free, which on two cores means one worker.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
