import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import { observeFiles } from '../../src/adapters/files/observer.ts';
import { openHubble } from '../../src/adapters/hubble/client.ts';
import type { FlowEvent } from '../../src/core/flow/event.ts';
import type { FlowObserver } from '../../src/core/ports/flow-observer.ts';
import { observeEvents } from '../../src/core/ports/flow-observer-memory.ts';
import { type Relay, type RelayFaults, startRelay } from '../../src/demo/relay/index.ts';
import { describeFlowObserver } from './flow-observer.ts';

const folder = await mkdtemp(join(tmpdir(), 'propolis-observer-'));
let files = 0;
const relays: Relay[] = [];
afterAll(async () => {
  await rm(folder, { recursive: true });
  for (const relay of relays) await relay.close();
});

describeFlowObserver('an array', (events) => Promise.resolve(observeEvents(events)));
describeFlowObserver('a file', async (events) => {
  files += 1;
  const path = join(folder, `flows-${files}`);
  await writeFile(path, linesOf(events).join(''));
  return observeFiles([path]);
});
describeFlowObserver('standard input, line by line', (events) =>
  Promise.resolve(observeFiles(['-'], { stdin: Readable.from(linesOf(events)) })),
);
describeFlowObserver('a formatted array', async (events) => {
  files += 1;
  const path = join(folder, `flows-${files}`);
  await writeFile(path, JSON.stringify(events.map(jsonOf), undefined, 2));
  return observeFiles([path]);
});

describeFlowObserver('an agent', (events) => anAgent(events, {}), 'source');
describeFlowObserver(
  'an agent that knows neither masks nor newer filters',
  (events) => anAgent(events, { isOld: true }),
  'source',
);

async function anAgent(events: readonly FlowEvent[], faults: RelayFaults): Promise<FlowObserver> {
  const relay = await startRelay({ ringSize: 8191, isAgent: true });
  relays.push(relay);
  relay.inject(faults);
  for (const event of events) relay.push(jsonOf(event));
  return openHubble({ server: relay.address });
}

function linesOf(events: readonly FlowEvent[]): readonly string[] {
  return events.map((event) => `${JSON.stringify(jsonOf(event))}\n`);
}

function jsonOf(event: FlowEvent): object {
  return event.kind === 'gap' ? {} : event.json();
}
