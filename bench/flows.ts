// How fast recorded flows are read, and with how much memory, against a plain loop of readline and JSON.parse.
//
//   node bench/flows.ts [FLOWS]
import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { flowsFromFiles } from '../src/adapters/files/flows.ts';
import { writeFlowFile } from './lib/flow-file.ts';
import { machineLine } from './lib/machine.ts';

const PLAIN_FLOWS = 200_000;

interface Measured {
  readonly flows: number;
  readonly dropped: number;
  readonly seconds: number;
  readonly peakMb: number;
}

const [first = '1000000', path = ''] = process.argv.slice(2);
if (first === 'read') console.log(JSON.stringify(await measured(() => readFlows(path))));
else if (first === 'plain') console.log(JSON.stringify(await measured(() => readPlainly(path))));
else compare(Number(first));

function compare(flows: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'propolis-bench-'));
  try {
    const path = join(folder, 'flows.jsonl');
    const bytes = writeFlowFile(path, { flows });
    console.log(machineLine());
    console.log(`${flows} flows, ${Math.round(bytes / 1e6)} MB, ${Math.round(bytes / flows)} bytes each`);
    const plain = inProcess('plain', path);
    const read = inProcess('read', path);
    if (read.flows !== flows) throw new Error(`${read.flows} flows were read of ${flows}.`);
    report('readline + JSON.parse', plain, bytes / flows);
    report('propolis', read, bytes / flows);
    const ratio = read.flows / read.seconds / (plain.flows / plain.seconds);
    console.log(`${ratio.toFixed(1)} × the plain loop; dropped: ${read.dropped}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each reader has a process of its own, so that its peak of memory is its own. */
function inProcess(reader: 'read' | 'plain', path: string): Measured {
  const done = spawnSync(process.execPath, [fileURLToPath(import.meta.url), reader, path], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(done.stderr);
  return JSON.parse(done.stdout) as Measured;
}

async function measured(
  read: () => Promise<{ readonly flows: number; readonly dropped: number }>,
): Promise<Measured> {
  const start = performance.now();
  const counted = await read();
  const seconds = (performance.now() - start) / 1000;
  return { ...counted, seconds, peakMb: process.resourceUsage().maxRSS / 1024 };
}

async function readFlows(path: string): Promise<{ readonly flows: number; readonly dropped: number }> {
  const source = flowsFromFiles([path]);
  let dropped = 0;
  for await (const batch of source.batches()) {
    for (const flow of batch) if (flow.verdict === 'DROPPED') dropped += 1;
  }
  return { flows: source.counts().flows, dropped };
}

async function readPlainly(path: string): Promise<{ readonly flows: number; readonly dropped: number }> {
  let [flows, dropped] = [0, 0];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const { flow } = JSON.parse(line) as { readonly flow: { readonly verdict: string } };
    if (flow.verdict === 'DROPPED') dropped += 1;
    flows += 1;
    if (flows === PLAIN_FLOWS) break;
  }
  return { flows, dropped };
}

function report(name: string, { flows, seconds, peakMb }: Measured, bytesEach: number): void {
  const rate = Math.round(flows / seconds).toLocaleString('en-US');
  const speed = Math.round((flows * bytesEach) / seconds / 1e6);
  console.log(
    `${name.padEnd(22)} ${seconds.toFixed(2)} s   ${rate} flows/s   ${speed} MB/s   peak memory ${Math.round(peakMb)} MB`,
  );
}
