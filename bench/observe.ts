// How fast recorded flows are filtered, judged by policies, and printed, beside reading them alone.
//
//   node bench/observe.ts [FLOWS]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { observeFiles } from '../src/adapters/files/observer.ts';
import { repositoryFiles } from '../src/adapters/files/repository.ts';
import { DEFAULT_CATALOG } from '../src/core/catalog/index.ts';
import { type FlowJudge, flowJudge } from '../src/core/diagnose/index.ts';
import { filterFlags } from '../src/core/flow/filter/index.ts';
import type { Flow } from '../src/core/model/flow.ts';
import { type FlowFilters, NO_FILTERS } from '../src/core/model/flow-filter.ts';
import { agentOptions } from '../src/core/model/options.ts';
import { compactLine, jsonLine } from '../src/core/report/observe/index.ts';
import { PLAIN } from '../src/core/report/paint.ts';
import { writeFlowFile } from './lib/flow-file.ts';
import { machineLine } from './lib/machine.ts';

const FLOWS = Number(process.argv[2] ?? '300000');
const HOMELAB = fileURLToPath(new URL('../examples/homelab', import.meta.url));
const LINE = {
  hasNodeName: false,
  hasPolicyNames: false,
  timeFormat: 'StampMilli',
  hasNames: true,
  paint: PLAIN,
} as const;

const agent = agentOptions({});
const files = await repositoryFiles(HOMELAB).files();
const inputs = {
  files,
  catalog: DEFAULT_CATALOG,
  options: agent,
  readOptions: { agent },
  isClusterNameAssumed: true,
};
const flags = filterFlags();
flags.add('label', 'app,!canary');
flags.add('not', '');
flags.add('from-ip', '192.0.2.0/24');

const folder = mkdtempSync(join(tmpdir(), 'propolis-bench-'));
try {
  const path = join(folder, 'flows.jsonl');
  writeFlowFile(path, { flows: FLOWS });
  console.log(machineLine());
  console.log(`${FLOWS} flows, ${inputs.files.length} files of policies`);
  await measured(path, 'read', NO_FILTERS, () => 0);
  await measured(path, 'filtered', flags.filters(), () => 0);
  const judge = flowJudge(inputs);
  await measured(path, 'judged, cold', NO_FILTERS, (flows) => judged(judge, flows));
  await judgedAgain(path, judge);
  await measured(path, 'judged and printed, compact', NO_FILTERS, (flows, events) => {
    judge.prepare(flows);
    let length = 0;
    for (const event of events) length += compactLine(event, judge.decisionOf(event.flow), LINE).length;
    return length;
  });
  await measured(path, 'judged and printed, json', NO_FILTERS, (flows, events) => {
    judge.prepare(flows);
    let length = 0;
    for (const event of events) length += jsonLine(event, judge.decisionOf(event.flow)).length;
    return length;
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The same flows again, read before: what a stream is whose ends and ports recur. */
async function judgedAgain(path: string, judge: FlowJudge): Promise<void> {
  const batches: (readonly Flow[])[] = [];
  for await (const events of observeFiles([path]).events({ filters: NO_FILTERS })) {
    batches.push(events.flatMap((event) => (event.kind === 'flow' ? [event.flow] : [])));
  }
  for (const flows of batches) judged(judge, flows);
  const start = performance.now();
  for (const flows of batches) judged(judge, flows);
  const seconds = (performance.now() - start) / 1000;
  const rate = batches.reduce((sum, { length }) => sum + length, 0) / seconds;
  console.log(
    `${'the judgement alone, warm'.padEnd(28)} ${seconds.toFixed(2).padStart(6)} s  ${Math.round(rate).toLocaleString('en').padStart(9)} flows/s`,
  );
}

function judged(judge: FlowJudge, flows: readonly Flow[]): number {
  judge.prepare(flows);
  let denied = 0;
  for (const flow of flows) if (judge.decisionOf(flow)?.verdict === 'denied') denied += 1;
  return denied;
}

/** @returns flows a second */
async function measured(
  path: string,
  name: string,
  filters: FlowFilters,
  work: (
    flows: readonly Flow[],
    events: readonly Extract<Parameters<typeof jsonLine>[0], { kind: 'flow' }>[],
  ) => number,
): Promise<number> {
  const start = performance.now();
  let [kept, sum] = [0, 0];
  const observer = observeFiles([path]);
  for await (const events of observer.events({ filters })) {
    const seen = events.filter((event) => event.kind === 'flow');
    kept += seen.length;
    sum += work(
      seen.map(({ flow }) => flow),
      seen,
    );
  }
  const seconds = (performance.now() - start) / 1000;
  const rate = observer.counts().flows / seconds;
  console.log(
    `${name.padEnd(28)} ${seconds.toFixed(2).padStart(6)} s  ${Math.round(rate).toLocaleString('en').padStart(9)} flows/s  kept ${kept}, ${sum}`,
  );
  return rate;
}
