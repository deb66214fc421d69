import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { can } from '../../src/core/ask/index.ts';
import { diagnose } from '../../src/core/diagnose/index.ts';
import { summarizeFlows } from '../../src/core/diagnose/summarize.ts';
import { readRepository } from '../../src/core/manifest/read.ts';
import type { SourceFile } from '../../src/core/model/repository.ts';
import { flowsFromArray } from '../../src/core/ports/flow-source.ts';
import { canJson, canText, debugDiff, debugJson, debugText, printable } from '../../src/core/report/index.ts';
import { runs } from '../lib/runs.ts';
import { anyFlow, CATALOG, randomCluster } from './random-cluster.ts';
import { API, drop, event, world } from './tools.ts';

const EVIL = 'a\u001b[31m\u202e\u0007';

/** Files below a directory that somebody named to be obeyed by a terminal. */
function evilPaths(files: readonly SourceFile[]): readonly SourceFile[] {
  return files.map(({ path, text }) => ({ path: `${EVIL}/${EVIL}${path}`, text }));
}

function expectSafe(text: string): void {
  for (const line of text.split('\n')) expect(line).toBe(printable(line));
}

describe('what strangers wrote into flows and file names', () => {
  it('never reaches a terminal as it is', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), fc.array(anyFlow(), { maxLength: 6 }), async (cluster, flows) => {
        const { options } = cluster;
        const diagnosis = await diagnose({
          namespace: 'a',
          inputs: {
            files: evilPaths(cluster.files),
            catalog: CATALOG,
            options,
            readOptions: { agent: options },
            isClusterNameAssumed: true,
          },
          flows: flowsFromArray([...cluster.flows, ...flows]),
        });
        expectSafe(debugText(diagnosis));
        expectSafe(debugText({ ...diagnosis, namespace: EVIL }));
        expect(typeof debugDiff(diagnosis)).toBe('string');
        expect(JSON.parse(JSON.stringify(debugJson(diagnosis)))).toMatchObject({ version: 1 });
      }),
      runs(80),
    );
  });

  it('nor do names and files in a question', () => {
    const name = fc.constantFrom(
      'a',
      'a/x',
      'b',
      'world',
      `a/${EVIL}`,
      `fqdn:${EVIL}`,
      '1.2.3.4',
      `gateway:${EVIL}`,
    );
    fc.assert(
      fc.property(randomCluster(), name, name, ({ files, options }, from, to) => {
        const read = readRepository(evilPaths(files), { agent: options });
        const answer = can({ from, to, port: 80, protocol: 'TCP' }, { read, catalog: CATALOG, options });
        if (answer.kind !== 'answer') return;
        expectSafe(canText(answer));
        expect(JSON.parse(JSON.stringify(canJson(answer)))).toMatchObject({ version: 1 });
      }),
      runs(80),
    );
  });
});

describe('more than is kept', () => {
  it('edges beyond the limit are counted', async () => {
    const flows = Array.from({ length: 100_500 }, (_, i) =>
      event(API, world(`1.${i >> 16}.${(i >> 8) & 255}.${i & 255}`), 443),
    );
    const { edges, unsummarized } = await summarizeFlows(flowsFromArray(flows), 'shop');
    expect([edges.length, unsummarized]).toEqual([100_000, 500]);
  });

  it('names of an edge are the same handful in whatever order they come', async () => {
    const flows = Array.from({ length: 30 }, (_, i) =>
      drop(API, world('1.2.3.4', `n${i}.example.com`), 443),
    ).flat();
    const namesOf = async (list: typeof flows): Promise<readonly string[] | undefined> =>
      (await summarizeFlows(flowsFromArray(list), 'shop')).edges[0]?.names;
    expect(await namesOf(flows)).toEqual(await namesOf(flows.toReversed()));
    expect((await namesOf(flows))?.length).toBe(8);
  });
});
