import { type Finding, RULES } from '../../lint/index.ts';
import { assumptionText } from '../words/assumption.ts';
import { countBySeverity, docsPage, type LintReport } from './report.ts';
import { fixText, whatText, whyText } from './words/index.ts';

/** The version of the shape below; it grows by fields, and changes number when a field changes meaning. */
const SHAPE_VERSION = 1;

/** A run of lint as data for programs: the same as the text, with the facts behind the words. */
export function lintJson(report: LintReport): unknown {
  return {
    version: SHAPE_VERSION,
    findings: report.findings.map(findingJson),
    suppressed: report.suppressed.map(({ finding, reason, place }) => ({
      ...findingJson(finding),
      suppression: { reason, ...place },
    })),
    baseline: { known: report.baselined.length, stale: report.stale },
    counts: { ...countBySeverity(report.findings), ...report.counts },
    rules: report.rules,
    assumptions: report.approximations.map((approximation) => ({
      ...approximation,
      text: assumptionText({ code: 'approximation', approximation }),
    })),
  };
}

function findingJson(finding: Finding): Readonly<Record<string, unknown>> {
  const { rule, severity, place, object, field, fields, related, fingerprint, fix, also } = finding;
  return {
    rule,
    name: RULES[rule].name,
    severity,
    ...place,
    object: object ?? null,
    field,
    what: whatText(finding),
    why: whyText(rule),
    fix: fixText(finding),
    docs: docsPage(rule),
    fields,
    related,
    fingerprint,
    also,
    edits: fix ?? null,
  };
}
