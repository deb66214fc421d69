import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import { observeFiles } from '../../src/adapters/files/observer.ts';
import type { FlowEvent } from '../../src/core/flow/event.ts';
import { observeEvents } from '../../src/core/ports/flow-observer-memory.ts';
import { describeFlowObserver } from './flow-observer.ts';

const folder = await mkdtemp(join(tmpdir(), 'propolis-observer-'));
let files = 0;
afterAll(() => rm(folder, { recursive: true }));

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

function linesOf(events: readonly FlowEvent[]): readonly string[] {
  return events.map((event) => `${JSON.stringify(jsonOf(event))}\n`);
}

function jsonOf(event: FlowEvent): object {
  return event.kind === 'gap' ? {} : event.json();
}
