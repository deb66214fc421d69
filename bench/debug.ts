// The main job whole, as a user runs it: the built command over a file of recorded flows and the example repository.
//
//   node bench/debug.ts [FLOWS]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BIN_PATH, ensureBin } from '../scripts/lib/build-bin.ts';
import { repositoryFiles } from '../src/adapters/files/repository.ts';
import { DEFAULT_CATALOG, readCatalog } from '../src/core/catalog/index.ts';
import { readRepository } from '../src/core/manifest/read.ts';
import { worldOf } from '../src/core/manifest/world.ts';
import { agentOptions } from '../src/core/model/options.ts';
import { writeFlowFile } from './lib/flow-file.ts';
import { machineLine } from './lib/machine.ts';

const FLOWS = Number(process.argv[2] ?? 1_000_000);
const NAMESPACE = 'zipline';
/** What Hubble's own CLI reads from a file, measured elsewhere on two cores (v1.19.4). */
const HUBBLE_FLOWS_PER_SECOND = 28_000;

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'propolis-bench-'));
try {
  await ensureBin(ROOT);
  const path = join(folder, 'flows.jsonl');
  const bytes = writeFlowFile(path, { flows: FLOWS, endpoints: await exampleEndpoints() });
  console.log(machineLine());
  console.log(
    `${FLOWS} flows, ${Math.round(bytes / 1e6)} MB, ${Math.round(bytes / FLOWS)} bytes each, over examples/homelab`,
  );
  const { seconds, findings, dropped, peakMegabytes } = await debug(path);
  const rate = FLOWS / seconds;
  console.log(
    `propolis debug ${NAMESPACE}: ${seconds.toFixed(2)} s   ${Math.round(rate).toLocaleString('en-US')} flows/s   ${Math.round(bytes / seconds / 1e6)} MB/s   peak memory ${peakMegabytes} MB`,
  );
  console.log(`  ${dropped} drops of the namespace, ${findings} findings`);
  console.log(
    `${(rate / HUBBLE_FLOWS_PER_SECOND).toFixed(1)} × what hubble observe --input-file reads (${HUBBLE_FLOWS_PER_SECOND} flows/s)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function exampleEndpoints(): Promise<ReturnType<typeof worldOf>['endpoints']> {
  const files = await repositoryFiles(join(ROOT, 'examples', 'homelab')).files();
  const catalogFile = files.find((file) => file.path === 'propolis.yaml');
  const catalog = catalogFile === undefined ? DEFAULT_CATALOG : readCatalog(catalogFile).catalog;
  const agent = agentOptions(catalog.cilium);
  return worldOf(readRepository(files, { agent }), agent).endpoints.filter(({ id }) => !id.endsWith('/*'));
}

interface Ran {
  readonly seconds: number;
  readonly findings: number;
  readonly dropped: number;
  readonly peakMegabytes: number;
}

function debug(path: string): Promise<Ran> {
  const args = [
    join(ROOT, BIN_PATH),
    'debug',
    NAMESPACE,
    '--repo',
    join(ROOT, 'examples', 'homelab'),
    '--flows',
    path,
    '-o',
    'json',
  ];
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, residentMegabytes(child.pid));
    }, 50);
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      const { findings, window } = JSON.parse(out) as { findings: unknown[]; window: { dropped: number } };
      resolve({
        seconds,
        findings: findings.length,
        dropped: window.dropped,
        peakMegabytes: Math.round(peak),
      });
    });
  });
}

/** The kernel's own high-water mark, where there is one (Linux); else 0. */
function residentMegabytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
