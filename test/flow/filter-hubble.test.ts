import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilters } from '../../src/core/flow/filter/index.ts';
import { filterFromJson, filterToJson } from '../../src/core/flow/filter/json.ts';
import { flowFromJson } from '../../src/core/flow/parse.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import type { FlowFilter } from '../../src/core/model/flow-filter.ts';
import { flowToJson } from '../contracts/flow-json.ts';
import { FILTER_FIELDS, sampleFilter, sampleFlow } from '../lib/filter-samples.ts';
import { HAS_HUBBLE, hubble, NO_HUBBLE } from '../lib/hubble.ts';

/** As Hubble wrote it and we read it, numbered. */
function recorded(flows: readonly Flow[]): { readonly text: string; readonly flows: readonly Flow[] } {
  const events = flows.map((flow, i) => flowToJson({ ...flow, summary: `#${i}` }));
  return {
    text: events.map((event) => `${JSON.stringify(event)}\n`).join(''),
    flows: events.map((event) => {
      const parsed = flowFromJson(event);
      if (parsed.kind !== 'flow') throw new Error(`no flow: ${JSON.stringify(event)}`);
      return parsed.flow;
    }),
  };
}

function numbersOf(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { readonly flow: { readonly Summary: string } }).flow.Summary);
}

function keptBy(
  filters: { readonly allow: readonly FlowFilter[]; readonly deny: readonly FlowFilter[] },
  flows: readonly Flow[],
): readonly string[] | undefined {
  try {
    return flows.filter(compileFilters(filters)).map(({ summary }) => summary);
  } catch {
    return undefined;
  }
}

describe('filters', () => {
  it('keep the flows that Hubble keeps, and refuse what it refuses', (context) => {
    if (!HAS_HUBBLE) context.skip(NO_HUBBLE);
    const flows = fc.array(sampleFlow, { minLength: 150, maxLength: 150 });
    const filters = fc.array(sampleFilter, { minLength: 1, maxLength: 2 });
    let kept = 0;
    fc.assert(
      fc.property(flows, filters, fc.array(sampleFilter, { maxLength: 1 }), (given, allow, deny) => {
        const { text, flows } = recorded(given);
        const args = [
          ...allow.flatMap((filter) => ['--allowlist', JSON.stringify(filterToJson(filter))]),
          ...deny.flatMap((filter) => ['--denylist', JSON.stringify(filterToJson(filter))]),
        ];
        const { code, out } = hubble(['observe', '--input-file', '-', '-o', 'jsonpb', ...args], text);
        const ours = keptBy({ allow, deny }, flows);
        expect(ours, args.join(' ')).toEqual(code === 0 ? numbersOf(out) : undefined);
        kept += ours?.length ?? 0;
      }),
      { numRuns: Number(process.env['PROPOLIS_RUNS'] ?? 40) },
    );
    expect(kept).toBeGreaterThan(0);
  });

  it.for(FILTER_FIELDS)('keep the flows that Hubble keeps by %s', (field, context) => {
    if (!HAS_HUBBLE) context.skip(NO_HUBBLE);
    const { text, flows } = recorded(fc.sample(sampleFlow, { numRuns: 400, seed: 1 }));
    const filters = fc
      .sample(sampleFilter, { numRuns: 4000, seed: 1 })
      .filter((filter) => Object.keys(filter).join() === field);
    for (const filter of filters.slice(0, 6)) {
      const json = JSON.stringify(filterToJson(filter));
      const { code, out } = hubble(
        ['observe', '--input-file', '-', '-o', 'jsonpb', '--allowlist', json],
        text,
      );
      expect(keptBy({ allow: [filter], deny: [] }, flows), json).toEqual(
        code === 0 ? numbersOf(out) : undefined,
      );
    }
    expect(filters.length).toBeGreaterThan(0);
  });

  it('are read back from the JSON that they are written as', () => {
    fc.assert(
      fc.property(sampleFilter, (filter) => {
        expect(filterFromJson(filterToJson(filter))).toEqual(filter);
      }),
    );
  });
});
