import type { FixChange, FixRefusal } from '../change/index.ts';
import type { Finding, Fixed } from '../diagnose/index.ts';
import { effectJson, effectLines, fileJson, fileLines } from './change.ts';
import { commitMessage } from './change-message.ts';
import type { RefusalText } from './change-words.ts';
import type { TextOptions } from './debug.ts';
import { decisionJson } from './debug-json.ts';
import { labelled } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { count, plural, portText } from './units.ts';
import { causeText } from './words/cause.ts';
import { fixText, noFixText, warningText } from './words/fix.ts';
import { policyText } from './words/policy.ts';

/** Fixes as one change, for people: what each takes, the lines, and what all of it opens and closes. */
export function applyText(change: FixChange, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const { fixed, files, warnings, left } = change;
  const layout = { indent: 2, column: 8, width };
  const lines = ['', paint.strong(`together   ${plural(fixed.length, 'cause')} fixed${leftText(left)}`)];
  for (const [i, one] of fixed.entries()) {
    const text = `${pairText(one.finding)}: ${stepsText(one)}; allowed at both ends`;
    lines.push(...labelled(i === 0 ? 'proof' : '', text, layout));
  }
  for (const file of files) lines.push(...fileLines(file, paint));
  for (const warning of warnings) lines.push(...labelled('mind', warningText(warning), layout));
  lines.push(...effectLines(effectsOf(change), { width, paint }));
  return `${lines.join('\n')}\n`;
}

function leftText(left: readonly Finding[]): string {
  return left.length === 0 ? '' : `, ${count(left.length)} left`;
}

function effectsOf({ cluster, opens, closes, elsewhere }: FixChange) {
  return [{ cluster, opens, closes }, ...elsewhere];
}

function pairText({ from, to, port, protocol }: Finding): string {
  return `${printable(from.name)} → ${printable(to.name)} ${printable(portText(port, protocol))}`;
}

function stepsText({ finding: { fix }, steps }: Fixed): string {
  if (fix === undefined || steps.length === 0) return 'the others admit it already';
  return fixText({ ...fix, steps });
}

/** The same for programs. */
export function applyJson(change: FixChange, findings: readonly Finding[]): object {
  const { fixed, files, edits, warnings, left } = change;
  const numberOf = (finding: Finding): number => findings.indexOf(finding) + 1;
  return {
    fixed: fixed.map(({ finding, steps, after }) => ({
      finding: numberOf(finding),
      steps,
      after: decisionJson(after),
    })),
    left: left.map(numberOf),
    edits,
    files: files.map(fileJson),
    warnings: warnings.map((warning) => ({ ...warning, text: warningText(warning) })),
    effects: effectsOf(change).map(effectJson),
  };
}

/** What a commit says of fixes: what, why, the proof, and what it opens. */
export function fixCommitMessage(change: FixChange, reason = ''): string {
  const { fixed, namespace } = change;
  const [first] = fixed;
  const steps = [...new Set(fixed.filter((one) => one.steps.length > 0).map(stepsText))];
  const [only] = steps;
  const subject =
    steps.length === 1 && only !== undefined
      ? only
      : `Fix ${plural(fixed.length, 'cause')} of drops in ${printable(namespace)}`;
  const list = fixed
    .slice(0, LIST_MAX)
    .flatMap((one) => [
      `- ${pairText(one.finding)}, ${count(one.finding.count)} dropped`,
      ...wrapped(`cause: ${one.finding.cause.code}, ${causeText(one.finding.cause)}`),
      ...(steps.length === 1 ? [] : wrapped(`fix: ${stepsText(one)}`)),
      ...wrapped(`proof: ${proofText(one)}`),
    ]);
  const rest = fixed.length - LIST_MAX;
  if (rest > 0) list.push(`- and ${count(rest)} more`);
  const message = commitMessage({
    subject: capital(first === undefined ? '' : subject),
    list: list.join('\n'),
    reason,
    effects: effectsOf(change),
  });
  return withoutReferences(message);
}

const LIST_MAX = 20;
const WIDTH = 72;

function wrapped(text: string): readonly string[] {
  return labelled('', text, { indent: 2, column: 0, width: WIDTH });
}

function proofText({ after: { egress, ingress } }: Fixed): string {
  const sides = [egress, ingress].map(({ direction, rules: [rule] }) =>
    rule === undefined
      ? `${direction} not enforced`
      : `${direction} ${policyText(rule.policy)} (${printable(rule.place.file)}:${rule.place.line})`,
  );
  return `allowed at both ends: ${sides.join(', ')}`;
}

/** Forges read messages too: `@name` calls somebody, `fixes #1` closes an issue. */
function withoutReferences(message: string): string {
  return message.replaceAll(/([@#!])(?=[\p{L}\p{N}])/gu, '$1 ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why fixes are not made, and what to do. */
export function fixRefusalText(refusal: FixRefusal): RefusalText {
  switch (refusal.code) {
    case 'no-such-finding':
      return {
        message: `There is no cause ${count(refusal.number)}: the diagnosis has ${count(refusal.count)}.`,
        remedy: ['Count from the top of what propolis debug prints.'],
      };
    case 'finding-without-fix': {
      const { noFix, cause } = refusal.finding;
      const why = noFix === undefined ? '' : ` ${capital(noFixText(noFix, cause))}.`;
      return {
        message: `Cause ${count(refusal.number)}, ${pairText(refusal.finding)}, has no fix.`,
        remedy: [`Choose another one.${why}`],
      };
    }
    case 'none-chosen':
      return {
        message: `No cause with a fix is of ${refusal.only.map(printable).join(', ')}.`,
        remedy: [`Those with a fix: ${refusal.kinds.map(printable).join(', ')}.`],
      };
    case 'no-fix-left':
      return {
        message: `With the others made, nothing was found that admits ${pairText(refusal.finding)}.`,
        remedy: ONE_BY_ONE,
      };
    case 'other-fix':
      return {
        message: `With the others made, ${pairText(refusal.finding)} would take another fix than the one shown.`,
        remedy: ONE_BY_ONE,
      };
    case 'undone':
      return {
        message: `The other fixes take away again what admits ${pairText(refusal.finding)}.`,
        remedy: ONE_BY_ONE,
      };
    case 'breaks-elsewhere':
      return {
        message:
          refusal.policy === undefined
            ? `Cluster ${printable(refusal.cluster)}, which reads the same files, could not be read any more.`
            : `Cluster ${printable(refusal.cluster)}, which reads the same files, would refuse ${policyText(refusal.policy)}.`,
        remedy: ['Nothing was changed. Make the change by hand, for each cluster.'],
      };
  }
}

const ONE_BY_ONE = [
  'Nothing was changed. Make them one by one: --fix N, then diagnose again on the new branch.',
];
