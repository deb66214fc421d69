// How fast flows are received from a relay, decoded and judged, and with how much memory, each in a process of its own:
// against plain connect-es and protobuf-es, and against Hubble's own command where it is on this machine.
//
//   node bench/live.ts [FLOWS]
//   node bench/live.ts for SECONDS    whether memory stays flat, told every ten seconds
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { repositoryFiles } from '../src/adapters/files/repository.ts';
import { openHubble } from '../src/adapters/hubble/client.ts';
import { Verdict } from '../src/adapters/hubble/gen/flow_pb.js';
import { Observer } from '../src/adapters/hubble/gen/observer_pb.js';
import { DEFAULT_CATALOG } from '../src/core/catalog/index.ts';
import { flowJudge } from '../src/core/diagnose/index.ts';
import type { Flow } from '../src/core/model/flow.ts';
import { type FlowQuery, NO_FILTERS } from '../src/core/model/flow-filter.ts';
import { agentOptions } from '../src/core/model/options.ts';
import { encodedFlows, serveFlows } from './lib/flow-server.ts';
import { machineLine } from './lib/machine.ts';

/** What the product promises, in flows a second. */
const GOAL = 60_000;
const DISTINCT = 20_000;
const HOMELAB = fileURLToPath(new URL('../examples/homelab', import.meta.url));

interface Measured {
  readonly flows: number;
  readonly dropped: number;
  /** Decisions that say the same as the verdict that the flow came with: of no meaning here, but all were made. */
  readonly agreed: number;
  readonly seconds: number;
  /** Of all its threads: what is left to compare where others use the machine, too. */
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

type Counted = Pick<Measured, 'flows' | 'dropped' | 'agreed'>;

const [first = '1000000', second = '', third = ''] = process.argv.slice(2);
switch (first) {
  case 'serve':
    console.log(await serveFlows(encodedFlows(DISTINCT)));
    // Ends with whoever started it.
    process.stdin.on('close', () => process.exit(0)).resume();
    break;
  case 'judge':
    console.log(
      JSON.stringify(await measured(() => judging().then((judge) => receive(second, queryOf(third), judge)))),
    );
    break;
  case 'receive':
    console.log(JSON.stringify(await measured(() => receive(second, queryOf(third), () => 0))));
    break;
  case 'plain':
    console.log(JSON.stringify(await measured(() => receivePlainly(second, BigInt(third)))));
    break;
  case 'watch':
    await watch(second, Number(third));
    break;
  case 'for':
    await withServer((address) => inProcess(['watch', address, second], true));
    break;
  default:
    await withServer((address) => compare(address, Number(first)));
}

async function compare(address: string, flows: number): Promise<void> {
  console.log(machineLine());
  const few = Math.min(flows, 200_000);
  const judged = JSON.parse(await inProcess(['judge', address, String(flows)])) as Measured;
  const received = JSON.parse(await inProcess(['receive', address, String(flows)])) as Measured;
  const plain = JSON.parse(await inProcess(['plain', address, String(few)])) as Measured;
  report('received, decoded, judged', judged);
  report('received and decoded', received);
  report('connect-es, protobuf-es', plain);
  const hubble = observedByHubble(address, few);
  if (hubble === undefined) console.log('hubble is not on this machine');
  else report('hubble observe -o json', hubble);
  const rate = judged.flows / judged.seconds;
  const others = [
    `${(rate / GOAL).toFixed(1)} × the goal of ${GOAL.toLocaleString('en-US')} flows/s`,
    `${(rate / (plain.flows / plain.seconds)).toFixed(1)} × plain connect-es without a judgement`,
    ...(hubble === undefined ? [] : [`${(rate / (hubble.flows / hubble.seconds)).toFixed(1)} × hubble`]),
  ];
  console.log(others.join('; '));
}

function report(name: string, { flows, seconds, cpuSeconds, peakMb }: Measured): void {
  const rate = Math.round(flows / seconds).toLocaleString('en-US');
  const cpu = Math.round(flows / cpuSeconds).toLocaleString('en-US');
  const peak = peakMb === 0 ? '' : `   ${cpu} per CPU second   peak memory ${Math.round(peakMb)} MB`;
  console.log(`${name.padEnd(26)} ${seconds.toFixed(2)} s   ${rate} flows/s${peak}`);
}

async function measured(work: () => Promise<Counted>): Promise<Measured> {
  const start = performance.now();
  const counted = await work();
  const seconds = (performance.now() - start) / 1000;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { ...counted, seconds, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 };
}

function queryOf(number: string): FlowQuery {
  return { filters: NO_FILTERS, number: BigInt(number), isFirst: true };
}

/** Judges a batch. @returns how many of its decisions say the same as the verdict that the flow came with */
type Judge = (flows: readonly Flow[]) => number;

async function receive(server: string, query: FlowQuery, judge: Judge): Promise<Counted> {
  let [flows, dropped, agreed] = [0, 0, 0];
  for await (const events of openHubble({ server }).events(query)) {
    const batch = events.flatMap((event) => (event.kind === 'flow' ? [event.flow] : []));
    flows += batch.length;
    for (const { verdict } of batch) if (verdict === 'DROPPED') dropped += 1;
    agreed += judge(batch);
  }
  return { flows, dropped, agreed };
}

async function receivePlainly(server: string, number: bigint): Promise<Counted> {
  const transport = createGrpcTransport({ baseUrl: `http://${server}` });
  let [flows, dropped] = [0, 0];
  for await (const { responseTypes } of createClient(Observer, transport).getFlows({ number, first: true })) {
    if (responseTypes.case !== 'flow') continue;
    flows += 1;
    if (responseTypes.value.verdict === Verdict.DROPPED) dropped += 1;
  }
  return { flows, dropped, agreed: 0 };
}

/** What `propolis observe` does: each flow by the policies of a repository, with the rules that decide. */
async function judging(): Promise<Judge> {
  const files = await repositoryFiles(HOMELAB).files();
  const agent = agentOptions({});
  const judge = flowJudge({
    files,
    catalog: DEFAULT_CATALOG,
    options: agent,
    readOptions: { agent },
    isClusterNameAssumed: true,
  });
  return (flows) => {
    judge.prepare(flows);
    let agreed = 0;
    for (const flow of flows) if (judge.decisionOf(flow)?.isAsRecorded === true) agreed += 1;
    return agreed;
  };
}

/** Follows for so long, and tells every ten seconds how it goes. */
async function watch(server: string, seconds: number): Promise<void> {
  console.log(`${machineLine()}; following for ${seconds} s`);
  const controller = new AbortController();
  const judge = await judging();
  let [flows, before] = [0, 0];
  const sizes: number[] = [];
  const tell = setInterval(() => {
    const { rss, heapUsed } = process.memoryUsage();
    sizes.push(rss / 1e6);
    const rate = Math.round((flows - before) / 10).toLocaleString('en-US');
    console.log(
      `${String(sizes.length * 10).padStart(5)} s   ${rate} flows/s   RSS ${Math.round(rss / 1e6)} MB   heap ${Math.round(heapUsed / 1e6)} MB`,
    );
    before = flows;
  }, 10_000);
  const stop = setTimeout(() => controller.abort(), seconds * 1000 + 500);
  const query: FlowQuery = { filters: NO_FILTERS, isFollowed: true };
  for await (const events of openHubble({ server }).events(query, controller.signal)) {
    const batch = events.flatMap((event) => (event.kind === 'flow' ? [event.flow] : []));
    flows += batch.length;
    judge(batch);
  }
  clearInterval(tell);
  clearTimeout(stop);
  const warm = sizes.slice(Math.min(3, sizes.length - 1));
  console.log(
    `${flows.toLocaleString('en-US')} flows, ${Math.round(flows / seconds).toLocaleString('en-US')} a second; ` +
      `RSS after ${warm.length < sizes.length ? 40 : 10} s: ${Math.round(Math.min(...warm))} to ${Math.round(Math.max(...warm))} MB`,
  );
}

/** @returns undefined where there is no such command */
function observedByHubble(address: string, flows: number): Measured | undefined {
  const nothing = openSync(devNull, 'w');
  const start = performance.now();
  const args = ['observe', '--server', address, '--first', String(flows), '-o', 'json'];
  const done = spawnSync('hubble', args, { stdio: ['ignore', nothing, 'ignore'], timeout: 300_000 });
  closeSync(nothing);
  if (done.error !== undefined || done.status !== 0) return undefined;
  return {
    flows,
    dropped: 0,
    agreed: 0,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: 0,
    peakMb: 0,
  };
}

async function withServer(use: (address: string) => Promise<unknown>): Promise<void> {
  const server = spawn(process.execPath, [fileURLToPath(import.meta.url), 'serve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      server.stdout.once('data', (text: Buffer) => resolve(text.toString('utf8').trim()));
      server.once('error', reject);
      server.once('close', () => reject(new Error('The server ended.')));
    });
    await use(address);
  } finally {
    server.stdin.end();
    server.kill();
  }
}

/** Runs this file again, so that its peak of memory is its own. @returns what it printed */
function inProcess(args: readonly string[], isShown = false): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
    stdio: ['ignore', isShown ? 'inherit' : 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else reject(new Error(`${args[0]} ended with ${code}`));
    });
  });
}
