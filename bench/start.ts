// How long the command takes to start, against a Node that has nothing to do. Build first: npm run build
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { machineLine } from './lib/machine.ts';

const BIN = fileURLToPath(new URL('../dist/bin/propolis.js', import.meta.url));
const ROUNDS = 40;

console.log(machineLine());
const empty = measure(['-e', '']);
const rows = [
  { name: 'empty Node', ...empty },
  { name: 'propolis --version', ...measure([BIN, '--version']) },
  { name: 'propolis --help', ...measure([BIN, '--help']) },
];
for (const { name, fastest, median } of rows) {
  const ratio = (median / empty.median).toFixed(2);
  console.log(
    `${name.padEnd(20)} fastest ${fastest.toFixed(1)} ms   median ${median.toFixed(1)} ms   ${ratio} × empty`,
  );
}

/** @returns milliseconds from start to end of a process */
function measure(args: readonly string[]): { readonly fastest: number; readonly median: number } {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`);
    return performance.now() - start;
  }).sort((a, b) => a - b);
  return { fastest: times[0] ?? 0, median: times[ROUNDS / 2] ?? 0 };
}
