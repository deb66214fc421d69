// How fast recorded flows are read, and with how much memory, against a plain loop of readline and JSON.parse.
//
//   node bench/flows.ts [FLOWS]
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { flowsFromFiles } from '../src/adapters/files/flows.ts';
import { writeFlowFile } from './lib/flow-file.ts';
import { machineLine } from './lib/machine.ts';

const FLOWS = Number(process.argv[2] ?? 1_000_000);
const PLAIN_FLOWS = Math.min(200_000, FLOWS);

const folder = mkdtempSync(join(tmpdir(), 'propolis-bench-'));
try {
  const path = join(folder, 'flows.jsonl');
  const bytes = writeFlowFile(path, { flows: FLOWS });
  console.log(machineLine());
  console.log(`${FLOWS} flows, ${mega(bytes)} MB, ${Math.round(bytes / FLOWS)} bytes each`);

  // Measured before the plain loop, so that its memory does not show in the peak.
  const read = await timed(() => readFile(path));
  const peak = process.resourceUsage().maxRSS / 1024;
  report('read', FLOWS, read.seconds, (bytes / FLOWS) * FLOWS);
  console.log(`  of them dropped ${read.result}   peak memory ${Math.round(peak)} MB`);

  const plain = await timed(() => readPlainly(path));
  report('readline + JSON.parse', PLAIN_FLOWS, plain.seconds, (bytes / FLOWS) * PLAIN_FLOWS);
  console.log(`${(FLOWS / read.seconds / (PLAIN_FLOWS / plain.seconds)).toFixed(1)} × the plain loop`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the flows that were dropped */
async function readFile(path: string): Promise<number> {
  const source = flowsFromFiles([path]);
  let dropped = 0;
  for await (const batch of source.batches()) {
    for (const flow of batch) if (flow.verdict === 'DROPPED') dropped += 1;
  }
  const { flows, skipped } = source.counts();
  if (flows !== FLOWS || skipped.length > 0) throw new Error(`${flows} flows were read of ${FLOWS}.`);
  return dropped;
}

async function readPlainly(path: string): Promise<number> {
  let dropped = 0;
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { flow } = JSON.parse(line) as { readonly flow: { readonly verdict: string } };
    if (flow.verdict === 'DROPPED') dropped += 1;
    count += 1;
    if (count === PLAIN_FLOWS) break;
  }
  return dropped;
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
}

function report(name: string, flows: number, seconds: number, bytes: number): void {
  const rate = Math.round(flows / seconds).toLocaleString('en-US');
  console.log(
    `${name}: ${seconds.toFixed(2)} s   ${rate} flows/s   ${Math.round(bytes / seconds / 1e6)} MB/s`,
  );
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
