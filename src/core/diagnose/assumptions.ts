import { readAssumptions } from '../manifest/assumptions.ts';
import type { End } from './ends.ts';
import type { Inputs, State } from './state.ts';
import type { FlowSummary } from './summarize.ts';
import type { Assumption, Finding, PassedThoughDenied } from './types.ts';

/** What the answer rests on, each once: versions, what was not built, refused, unknown, lost or skipped. */
export function assumptionsOf({
  inputs,
  state: { read },
  summary,
  ends,
  findings,
  passed,
}: {
  readonly inputs: Inputs;
  readonly state: State;
  readonly summary: FlowSummary;
  readonly ends: readonly End[];
  readonly findings: readonly Finding[];
  readonly passed: { readonly count: number; readonly example: PassedThoughDenied } | undefined;
}): readonly Assumption[] {
  const [version, ...others] = readAssumptions(read, inputs.options.version);
  const found: Assumption[] = version === undefined ? [] : [version];
  if (inputs.isClusterNameAssumed === true && inputs.options.clusterName !== 'default') {
    found.push({ code: 'cluster-name', name: inputs.options.clusterName });
  }
  found.push(...others);
  if (passed !== undefined) found.push({ code: 'passed-though-denied', ...passed });
  if (summary.counts.lost > 0) found.push({ code: 'lost-events', count: summary.counts.lost });
  for (const { count, file, firstLine } of summary.counts.skipped) {
    found.push({ code: 'skipped-lines', count, file, firstLine });
  }
  if (summary.unsummarized > 0) found.push({ code: 'too-many-edges', count: summary.unsummarized });
  const fromFiles = ends.filter(({ labelsFrom }) => labelsFrom === 'files').length;
  if (fromFiles > 0) found.push({ code: 'labels-from-files', count: fromFiles });
  const unknown = ends.filter(({ labelsFrom }) => labelsFrom === 'nowhere');
  const [example] = unknown;
  if (example !== undefined)
    found.push({ code: 'labels-unknown', count: unknown.length, example: example.party.name });
  const engine = new Map<string, Assumption>();
  for (const { assumptions } of findings) {
    for (const assumption of assumptions)
      engine.set(JSON.stringify(assumption), { code: 'engine', assumption });
  }
  return [...found, ...engine.values()];
}
