import { Summarizer } from '../../src/core/diagnose/summarize.ts';
import {
  type CheckResult,
  type LastChange,
  telling,
  type Verification,
  verify,
} from '../../src/core/diagnose/verify/index.ts';
import type { Flow } from '../../src/core/model/flow.ts';
import { type DiagnosisGiven, inputsOf, START } from './tools.ts';

export interface VerifyGiven extends DiagnosisGiven {
  readonly change?: LastChange;
  readonly graceMs?: number;
  readonly lost?: number;
}

/** What `propolis verify` would say of these flows over these files, a minute after they began. */
export function verified(flows: readonly Flow[], given: VerifyGiven = {}): Verification {
  const { namespace = 'shop', change, graceMs, lost = 0 } = given;
  const summarizer = new Summarizer(namespace);
  for (const flow of flows) {
    const told = telling(flow);
    if (told !== undefined) summarizer.add(told);
  }
  const counts = {
    lines: flows.length,
    flows: flows.length,
    lost,
    otherEvents: 0,
    skipped: [],
    unknownValues: [],
  };
  return verify(summarizer.summary(counts), {
    namespace,
    inputs: inputsOf(given),
    nowMs: START + 60_000,
    ...(change === undefined ? {} : { change }),
    ...(graceMs === undefined ? {} : { graceMs }),
  });
}

export function resultOf({ results }: Verification, id: string): CheckResult {
  const found = results.find(({ check }) => check.id === id);
  if (found === undefined) throw new Error(`no check ${id}`);
  return found;
}
