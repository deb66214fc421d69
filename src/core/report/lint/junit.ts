import { type Finding, type RuleId, SEVERITIES, type Severity } from '../../lint/index.ts';
import { printable } from '../printable.ts';
import { placeText } from '../words/policy.ts';
import { docsPage, type LintReport } from './report.ts';
import { fixText, whatText, whyText } from './words/index.ts';

/**
 * A run of lint as JUnit XML: a test for each rule that found nothing, and one for each finding, which failed where it
 * is at least as bad as `failOn`.
 */
export function lintJunit(report: LintReport, failOn: Severity | 'never'): string {
  const byRule = new Map<RuleId, Finding[]>();
  for (const finding of report.findings) {
    byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  }
  const isFailure = ({ severity }: Finding): boolean =>
    failOn !== 'never' && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
  const cases = report.rules.flatMap((rule) => {
    const found = byRule.get(rule) ?? [];
    if (found.length === 0) return [`    <testcase classname="propolis.lint" name="${rule}"/>`];
    return found.map((finding) => testCase(finding, isFailure(finding)));
  });
  const failures = report.findings.filter(isFailure).length;
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" skipped="0"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="propolis lint" ${counts}>`,
    `  <testsuite name="propolis lint" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(finding: Finding, failed: boolean): string {
  const { rule, severity, place } = finding;
  const name = `${rule} ${placeText(place)}`;
  const attributes = `classname="propolis.lint" name="${escapeXml(name)}" file="${escapeXml(place.file)}" line="${place.line}"`;
  const text = `${whatText(finding)}.\n${whyText(rule)}.\nFix: ${fixText(finding)}.\n${docsPage(rule)}`;
  const body = failed
    ? `      <failure type="${severity}" message="${escapeXml(whatText(finding))}">${escapeXml(text)}</failure>`
    : `      <system-out>${escapeXml(`${severity}: ${text}`)}</system-out>`;
  return `    <testcase ${attributes}>\n${body}\n    </testcase>`;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** Line breaks are ours; all other control characters, which XML cannot hold, are written as escapes. */
function escapeXml(text: string): string {
  return text
    .split('\n')
    .map(printable)
    .join('\n')
    .replace(/[&<>"]/g, (character) => ENTITIES.get(character) ?? character);
}
