import type { CheckResult, Span, Verification } from '../diagnose/verify/index.ts';
import { decisionJson } from './debug-json.ts';
import { isoTime } from './units.ts';
import { assumptionText } from './words/assumption.ts';
import { causeText } from './words/cause.ts';
import { fixText, noFixText } from './words/fix.ts';
import { changeText, expectedText, promisedText, unpromisedText } from './words/verify.ts';

/** The version of the shape below; it grows by fields, and changes number when a field changes meaning. */
const SHAPE_VERSION = 1;

/** A verification as data for programs. */
export function verifyJson(verification: Verification): unknown {
  const { namespace, labels, window, change, graceMs, results, otherDrops, assumptions } = verification;
  return {
    version: SHAPE_VERSION,
    namespace,
    labels: {
      profile: labels.profile,
      access: labels.access,
      platform: labels.isPlatform,
      hatchOpen: labels.isHatchOpen,
      from: labels.from,
    },
    window: {
      from: timeJson(window.fromMs ?? 0),
      to: timeJson(window.toMs ?? 0),
      flows: window.flows,
      lost: window.lost,
      skipped: window.skipped,
      gaps: window.gaps,
    },
    seen: verification.isSeen,
    lastChange:
      change === undefined
        ? null
        : {
            time: isoTime(change.timeMs),
            what: change.what,
            name: change.name,
            graceSeconds: graceMs / 1000,
            text: changeText(change, verification),
          },
    checks: results.map(checkJson),
    otherDrops,
    assumptions: assumptions.map((assumption) => ({
      code: assumption.code,
      text: assumptionText(assumption),
    })),
    skipped: verification.counts.skipped,
  };
}

function checkJson({ check, outcome, evidence, expected, findings, isBeforeChange }: CheckResult): unknown {
  const { promised, unpromised } = check;
  return {
    id: check.id,
    direction: check.direction,
    peers: check.peers,
    ports: check.ports,
    promised: promised !== undefined,
    because:
      promised !== undefined
        ? { ...promised, text: promisedText(promised) }
        : unpromised === undefined
          ? null
          : { ...unpromised, text: unpromisedText(unpromised) },
    outcome,
    beforeLastChange: isBeforeChange,
    seen: {
      left: spanJson(evidence.left),
      arrived: spanJson(evidence.arrived),
      answered: spanJson(evidence.answered),
      dropped: spanJson(evidence.dropped),
      droppedBefore: spanJson(evidence.outdated),
      audited: spanJson(evidence.audited),
      peers: evidence.peers,
      peerCount: evidence.peerCount,
      ports: evidence.ports,
    },
    expected: {
      verdict: expected.verdict,
      text: expectedText(expected, ''),
      peerAssumed: expected.isPeerAssumed,
      decision: expected.decision === undefined ? null : decisionJson(expected.decision),
    },
    findings: findings.map(({ cause, from, to, port, protocol, direction, count, fix, noFix }) => ({
      cause: { ...cause, text: causeText(cause) },
      from: from.name,
      to: to.name,
      port,
      protocol,
      direction,
      count,
      fix: fix === undefined ? null : { kind: fix.kind, text: fixText(fix), edits: fix.edits },
      noFix: noFix === undefined ? null : { ...noFix, text: noFixText(noFix, cause) },
    })),
  };
}

function spanJson({ count, firstMs, lastMs }: Span): unknown {
  return { count, first: timeJson(firstMs), last: timeJson(lastMs) };
}

function timeJson(milliseconds: number): string | null {
  return milliseconds === 0 ? null : isoTime(milliseconds);
}
