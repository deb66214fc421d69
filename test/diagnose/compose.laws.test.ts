import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Composed,
  composeFixes,
  type Diagnosis,
  diagnoseSummary,
  type Finding,
  type FlowSummary,
  type Inputs,
  summarizeFlows,
} from '../../src/core/diagnose/index.ts';
import { withFiles } from '../../src/core/diagnose/state.ts';
import { flowsFromArray } from '../../src/core/ports/flow-source.ts';
import { runs } from '../lib/runs.ts';
import { CATALOG, type RandomCluster, randomCluster } from './random-cluster.ts';

interface Asked {
  readonly inputs: Inputs;
  readonly summary: FlowSummary;
  readonly diagnosis: Diagnosis;
}

async function askedOf({ files, options, flows }: RandomCluster): Promise<Asked> {
  const inputs: Inputs = { files, catalog: CATALOG, options, readOptions: { agent: options } };
  const summary = await summarizeFlows(flowsFromArray(flows), 'a');
  return { inputs, summary, diagnosis: diagnoseSummary(summary, { namespace: 'a', inputs }) };
}

/** Clusters with more flows, so that several findings have fixes in one file. */
function busyCluster(): fc.Arbitrary<RandomCluster> {
  return fc
    .tuple(randomCluster(), randomCluster())
    .map(([cluster, { flows }]) => ({ ...cluster, flows: [...cluster.flows, ...flows] }));
}

function fixable({ findings }: Diagnosis): readonly Finding[] {
  return findings.filter(({ fix }) => fix !== undefined);
}

async function eachComposed(
  times: number,
  check: (composed: Composed, asked: Asked, chosen: readonly Finding[]) => void,
): Promise<number> {
  let several = 0;
  await fc.assert(
    fc.asyncProperty(busyCluster(), fc.infiniteStream(fc.boolean()), async (cluster, choose) => {
      const asked = await askedOf(cluster);
      const chosen = fixable(asked.diagnosis).filter(() => choose.next().value !== false);
      if (chosen.length === 0) return;
      const outcome = composeFixes(chosen, asked.summary, { namespace: 'a', inputs: asked.inputs });
      if (outcome.kind === 'refused') return;
      if (outcome.composed.fixed.length > 1) several += 1;
      check(outcome.composed, asked, chosen);
    }),
    runs(times),
  );
  return several;
}

describe('laws of fixes made together', () => {
  it('diagnosed again with all of them, no finding of theirs is left but as a disagreement', async () => {
    const several = await eachComposed(120, ({ files }, { inputs, summary }, chosen) => {
      const again = diagnoseSummary(summary, {
        namespace: 'a',
        inputs: { ...inputs, files: withFiles(inputs.files, files) },
      });
      for (const finding of chosen) {
        const left = again.findings.filter((other) => nameOf(other) === nameOf(finding));
        for (const { cause } of left) expect(cause.code).not.toBe(finding.cause.code);
      }
    });
    expect(several).toBeGreaterThan(5);
  });

  it('every finding is allowed for certain, and is there once', async () => {
    await eachComposed(80, ({ fixed }, _, chosen) => {
      expect(fixed.map(({ finding }) => finding)).toEqual(chosen);
      for (const { after } of fixed) expect([after.verdict, after.isCertain]).toEqual(['allowed', true]);
    });
  });

  it('one by itself is what the diagnosis shows', async () => {
    await fc.assert(
      fc.asyncProperty(randomCluster(), async (cluster) => {
        const { inputs, summary, diagnosis } = await askedOf(cluster);
        for (const finding of fixable(diagnosis)) {
          const outcome = composeFixes([finding], summary, { namespace: 'a', inputs });
          expect(outcome).toMatchObject({
            kind: 'composed',
            composed: { files: finding.fix?.files, edits: finding.fix?.edits, closes: finding.proof?.closes },
          });
        }
      }),
      runs(60),
    );
  });

  it('made again in their own result, they have nothing to add', async () => {
    await eachComposed(60, ({ files }, { inputs, summary }) => {
      const changed = { ...inputs, files: withFiles(inputs.files, files) };
      const again = diagnoseSummary(summary, { namespace: 'a', inputs: changed });
      for (const { fix } of again.findings) {
        for (const file of fix?.files ?? []) {
          expect(files.some(({ path, before }) => path === file.path && before === file.text)).toBe(false);
        }
      }
    });
  });
});

function nameOf({ from, to, port, protocol, direction }: Finding): string {
  return [from.name, to.name, port, protocol, direction].join(' ');
}
