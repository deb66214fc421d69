import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll } from 'vitest';
import { flowsFromFiles } from '../../src/adapters/files/flows.ts';
import { flowsFromArray } from '../../src/core/ports/flow-source.ts';
import { flowToJson } from './flow-json.ts';
import { describeFlowSource, type OpenFlows } from './flow-source.ts';

const folder = await mkdtemp(join(tmpdir(), 'propolis-flows-'));
let files = 0;
afterAll(() => rm(folder, { recursive: true }));

describeFlowSource('an array', (flows, lost) => Promise.resolve(flowsFromArray(flows, lost)));
describeFlowSource(
  'a file of JSON lines',
  inFile((events) => events.map((event) => `${JSON.stringify(event)}\n`).join('')),
);
describeFlowSource(
  'a formatted JSON array',
  inFile((events) => JSON.stringify(events, undefined, 2)),
);
describeFlowSource(
  'a packed file',
  inFile((events) => gzipSync(events.map((event) => `${JSON.stringify(event)}\n`).join(''))),
);

function inFile(print: (events: readonly object[]) => string | Uint8Array): OpenFlows {
  return async (flows, lost = 0) => {
    const events: object[] = flows.map(flowToJson);
    if (lost > 0) {
      events.push({ lost_events: { source: 'PERF_EVENT_RING_BUFFER', num_events_lost: String(lost) } });
    }
    files += 1;
    const path = join(folder, `flows-${files}`);
    await writeFile(path, print(events));
    return flowsFromFiles([path]);
  };
}
