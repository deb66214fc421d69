import type { CheckResult, Evidence, Outcome, Verification } from './types.ts';

/** When the flows that decide an outcome were last seen; 0 where none has a time. */
export function decidedAt(outcome: Outcome, evidence: Evidence): number {
  const { left, arrived, answered, dropped, audited } = evidence;
  switch (outcome) {
    case 'pass':
    case 'half':
      return Math.max(left.lastMs, arrived.lastMs, answered.lastMs);
    case 'fail':
      return dropped.lastMs;
    case 'audit':
      return audited.lastMs;
    case 'no-traffic':
      return 0;
  }
}

/** Whether the outcome rests on nothing newer than a point in time. */
export function isBefore(timeMs: number, outcome: Outcome, evidence: Evidence): boolean {
  const at = decidedAt(outcome, evidence);
  return outcome !== 'no-traffic' && at > 0 && at <= timeMs;
}

/**
 * Whether more flows could still change what is said of the checks that must work: each has passed, or failed, when
 * enforcement had followed the last change.
 */
export function isFinal({ results, change, graceMs }: Verification): boolean {
  const settledMs = change === undefined ? 0 : change.timeMs + graceMs;
  return results
    .filter(({ check }) => check.promised !== undefined)
    .every(({ outcome, evidence }) => {
      if (outcome !== 'pass' && outcome !== 'fail') return false;
      return decidedAt(outcome, evidence) > settledMs;
    });
}

/** Whether a check that must work does not. @param needsTraffic whether it must have been seen to work */
export function isFailing({ check, outcome, isBeforeChange }: CheckResult, needsTraffic: boolean): boolean {
  if (check.promised === undefined) return false;
  if (outcome === 'fail') return true;
  return needsTraffic && (outcome !== 'pass' || isBeforeChange);
}
