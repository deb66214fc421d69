import type { Diagnosis, Finding, Opened, Party } from '../diagnose/index.ts';
import type { Decision, SideDecision } from '../model/decision.ts';
import type { Place } from '../model/place.ts';
import type { PolicyRef } from '../model/policy.ts';
import { isoTime, portTexts } from './units.ts';
import { assumptionText, engineAssumptionText } from './words/assumption.ts';
import { causeText } from './words/cause.ts';
import { fixText, noFixText, warningText } from './words/fix.ts';
import { sideText } from './words/policy.ts';

/** The version of the shape below; it grows by fields, and changes number when a field changes meaning. */
const SHAPE_VERSION = 1;

/** A diagnosis as data for programs: the same and more than the text. */
export function debugJson(diagnosis: Diagnosis): object {
  const { window } = diagnosis;
  return {
    version: SHAPE_VERSION,
    namespace: diagnosis.namespace,
    window: {
      from: timeJson(window.fromMs),
      to: timeJson(window.toMs),
      flows: window.flows,
      dropped: window.dropped,
      lost: window.lost,
      skipped: window.skipped,
    },
    seen: diagnosis.isSeen,
    findings: diagnosis.findings.map(findingJson),
    folded: diagnosis.folded,
    assumptions: diagnosis.assumptions.map((assumption) => ({
      code: assumption.code,
      text: assumptionText(assumption),
    })),
    skipped: diagnosis.counts.skipped,
    unknownValues: diagnosis.counts.unknownValues,
  };
}

function findingJson(finding: Finding): unknown {
  const { cause, fix, noFix, proof, decision } = finding;
  return {
    cause: { ...cause, text: causeText(cause) },
    direction: finding.direction,
    from: finding.from.name,
    to: finding.to.name,
    port: finding.port,
    protocol: finding.protocol,
    count: finding.count,
    firstSeen: timeJson(finding.firstSeenMs),
    lastSeen: timeJson(finding.lastSeenMs),
    dropReason: finding.dropReason,
    parties: { from: partyJson(finding.from), to: partyJson(finding.to) },
    decidedBy: finding.decidedBy.map(({ policy, place, how }) => ({ ...policyJson(policy, place), how })),
    decision: decision === undefined ? null : decisionJson(decision),
    fix:
      fix === undefined
        ? null
        : {
            kind: fix.kind,
            text: fixText(fix),
            edits: fix.edits,
            steps: fix.steps,
            warnings: fix.warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
          },
    noFix: noFix === undefined ? null : { ...noFix, text: noFixText(noFix, cause) },
    proof:
      proof === undefined
        ? null
        : {
            before: proof.before.verdict,
            after: proof.after.verdict,
            opens: proof.opens.map(openedJson),
            closes: proof.closes.map(openedJson),
            ends: { before: decisionJson(proof.before), after: decisionJson(proof.after) },
          },
    assumptions: finding.assumptions.map((assumption) => ({
      code: assumption.code,
      text: engineAssumptionText(assumption),
    })),
  };
}

function timeJson(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : isoTime(milliseconds);
}

function openedJson({ from, to, ports }: Opened): unknown {
  return { from, to, ports: portTexts(ports) };
}

function partyJson({ kind, name, namespace, workload, cluster, seenAs, seenCount }: Party): unknown {
  return { kind, name, namespace, workload, cluster, seenAs, seenCount };
}

/** A decision with its reasons, each side by itself. */
export function decisionJson(decision: Decision): unknown {
  const { verdict, isCertain, from, to, protocol, port } = decision;
  return {
    verdict: isCertain ? verdict : 'undecidable',
    from,
    to,
    protocol,
    port,
    egress: sideJson(decision.egress),
    ingress: sideJson(decision.ingress),
  };
}

function sideJson(side: SideDecision): unknown {
  return {
    verdict: side.verdict,
    reason: side.reason,
    text: sideText(side),
    rules: side.rules.map(({ policy, list, index, place }) => ({
      ...policyJson(policy, place),
      list,
      index,
    })),
    defaultDenyBy: side.defaultDenyBy.map(({ place, ...policy }) => policyJson(policy, place)),
    nearest: side.nearest.map(({ rule, lacking }) => ({
      ...policyJson(rule.policy, rule.place),
      list: rule.list,
      index: rule.index,
      lacking,
    })),
    looksIntoContents: side.l7,
    assumptions: side.assumptions.map((assumption) => ({
      code: assumption.code,
      text: engineAssumptionText(assumption),
    })),
  };
}

function policyJson({ kind, namespace, name }: PolicyRef, { file, line }: Place): Record<string, unknown> {
  return { policy: name, kind, namespace, file, line };
}
