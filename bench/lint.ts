// Lint whole, as a user runs it: the built command over a repository of many policy files.
//
//   node bench/lint.ts [POLICIES]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BIN_PATH, ensureBin } from '../scripts/lib/build-bin.ts';
import { machineLine } from './lib/machine.ts';
import { writePolicyRepository } from './lib/policy-repository.ts';

const POLICIES = Number(process.argv[2] ?? 1000);
const ROUNDS = 5;
/** Lint of 1,000 policy files is to take less. */
const LIMIT_SECONDS = 3;

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'propolis-bench-'));
try {
  await ensureBin(ROOT);
  const bytes = writePolicyRepository(folder, POLICIES);
  console.log(machineLine());
  console.log(
    `${POLICIES} policies, each in a file, with as many namespaces, Deployments and Services: ${Math.round(bytes / 1e3)} kB`,
  );
  const empty = median(['-e', '']);
  const reading = median([join(ROOT, BIN_PATH), 'can', 'app-1/web', 'app-7/web', '8080', '--repo', folder]);
  const lint = median([join(ROOT, BIN_PATH), 'lint', '--repo', folder, '-o', 'json']);
  const { findings } = JSON.parse(lint.out) as { findings: readonly unknown[] };
  console.log(`empty Node               ${empty.seconds.toFixed(2)} s`);
  console.log(
    `propolis can             ${reading.seconds.toFixed(2)} s   reads the same and judges one pair`,
  );
  console.log(
    `propolis lint            ${lint.seconds.toFixed(2)} s   ${findings.length} findings   ${(lint.seconds / reading.seconds).toFixed(2)} × propolis can   ${Math.round(POLICIES / lint.seconds).toLocaleString('en-US')} policies/s`,
  );
  if (POLICIES <= 1000 && lint.seconds > LIMIT_SECONDS) {
    console.log(`over the limit of ${LIMIT_SECONDS} s`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

interface Measured {
  readonly seconds: number;
  readonly out: string;
}

function median(args: readonly string[]): Measured {
  const runs = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 0 && status !== 1) throw new Error(`ended with ${status}: ${stderr}`);
    return { seconds: (performance.now() - start) / 1000, out: stdout };
  }).sort((a, b) => a.seconds - b.seconds);
  return runs[Math.floor(ROUNDS / 2)] as Measured;
}
