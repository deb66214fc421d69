import type { Diagnosis, Finding, Folded, Opened, Party, Proof } from '../diagnose/index.ts';
import type { SideDecision } from '../model/decision.ts';
import { fixLines } from './fix-lines.ts';
import { labelled, wrapParts } from './layout.ts';
import { type Paint, PLAIN } from './paint.ts';
import { printable, shorten } from './printable.ts';
import { clockTime, count, duration, plural, portText, portTexts } from './units.ts';
import { assumptionText } from './words/assumption.ts';
import { causeText } from './words/cause.ts';
import { noFixText } from './words/fix.ts';
import { commonBase, policyAt, sideText } from './words/policy.ts';

export interface TextOptions {
  /** Columns of the screen; 80 where there is none. */
  readonly width?: number;
  readonly paint?: Paint;
}

/** A diagnosis for people. */
export function debugText(diagnosis: Diagnosis, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const base = baseOf(diagnosis.findings);
  const context = { width, paint, base, endMs: diagnosis.window.toMs ?? 0 };
  const lines = [
    ...wrapParts(headParts(diagnosis), width).map((line, i) => (i === 0 ? paint.strong(line) : line)),
    ...(base === '' ? [] : [paint.faint(`policies in ${printable(base)}`)]),
    ...diagnosis.findings.flatMap((finding) => ['', ...findingLines(finding, context)]),
  ];
  const folded = diagnosis.folded.map(foldedText);
  if (folded.length > 0)
    lines.push('', ...labelled('folded', folded.join(', '), { indent: 0, column: 8, width }));
  if (diagnosis.assumptions.length > 0) {
    lines.push('');
    for (const [i, assumption] of diagnosis.assumptions.entries()) {
      const label = i === 0 ? 'assumed' : '';
      lines.push(
        ...labelled(label, assumptionText(assumption), { indent: 0, column: 9, width }).map(paint.faint),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function headParts({ namespace, window, findings, isSeen }: Diagnosis): readonly string[] {
  const parts = [printable(namespace)];
  if (window.fromMs !== undefined && window.toMs !== undefined) {
    parts.push(`${duration(window.toMs - window.fromMs)} to ${clockTime(window.toMs)}`);
  }
  parts.push(plural(findings.length, 'cause'), plural(window.dropped, 'drop'), `${count(window.lost)} lost`);
  if (window.skipped > 0) parts.push(`${plural(window.skipped, 'line')} skipped`);
  // Without a flow of it, that nothing was dropped says nothing.
  if (!isSeen) parts.push(`no flow of this namespace in ${plural(window.flows, 'flow')}`);
  else if (findings.length === 0) parts.push(`nothing to fix in ${plural(window.flows, 'flow')}`);
  return parts;
}

/** The directory of all policies that the findings name. */
function baseOf(findings: readonly Finding[]): string {
  const decisions = findings.flatMap(({ decision, proof }) => [decision ?? [], proof?.after ?? []].flat());
  const sides = decisions.flatMap(({ egress, ingress }) => [egress, ingress]);
  return commonBase(
    sides.flatMap(({ rules, defaultDenyBy }) => [...rules, ...defaultDenyBy].map(({ place }) => place.file)),
  );
}

interface Context extends Required<TextOptions> {
  readonly base: string;
  readonly endMs: number;
}

function findingLines(finding: Finding, context: Context): readonly string[] {
  const { width, paint, endMs } = context;
  const layout = { indent: 2, column: 7, width };
  const title = [
    `${finding.from.name} → ${finding.to.name}`,
    portText(finding.port, finding.protocol),
    finding.direction === 'unknown' ? 'direction unknown' : finding.direction,
    `${count(finding.count)}×`,
    ...(finding.lastSeenMs === undefined ? [] : [`${duration(endMs - finding.lastSeenMs)} ago`]),
  ].map(printable);
  const lines = wrapParts(title, width - 2).map(
    (line, i) => `${i === 0 ? paint.bad('✗') : ' '} ${paint.strong(line)}`,
  );
  const why = whyText(finding, context.base);
  if (why !== '') lines.push(...labelled('why', why, layout));
  const outside = [finding.to, finding.from].find(({ kind }) => kind === 'outside');
  if (outside !== undefined && outside.seenCount > 0)
    lines.push(...labelled('seen', seenText(outside), layout));
  lines.push(...labelled('cause', `${finding.cause.code}   ${causeText(finding.cause)}`, layout));
  if (finding.fix !== undefined) {
    if (finding.fix !== undefined)
      lines.push(...fixLines(finding.fix, { indent: 2, column: 7, linesMax: EDIT_LINES_MAX, ...context }));
    if (finding.proof !== undefined) lines.push(...proofLines(finding.proof, context));
  } else if (finding.noFix !== undefined) {
    lines.push(...labelled('fix', noFixText(finding.noFix, finding.cause), layout));
  }
  return lines;
}

/** Addresses and names of one outside, the first few. */
function seenText({ seenAs, seenCount }: Party): string {
  const shown = seenAs.slice(0, SEEN_MAX).map(printable).join(', ');
  return seenCount > SEEN_MAX ? `${shown} and ${count(seenCount - SEEN_MAX)} more` : shown;
}

const SEEN_MAX = 3;

/** The side that dropped it; that the other end refuses too is said in short. */
export function whyText({ decision, cause, direction }: Finding, base = ''): string {
  if (decision === undefined || cause.code === 'not-policy') return '';
  const sides = [decision.egress, decision.ingress];
  const refusing = sides.filter(({ verdict }) => verdict === 'denied');
  if (refusing.length === 0) return sides.map((side) => sideText(side, base)).join('; ');
  const first = refusing.find((side) => side.direction === direction) ?? refusing[0];
  const others = refusing.filter((side) => side !== first);
  const also = others.map(
    ({ direction: other, subject }) => `; ${other} of ${printable(subject)} refuses it too`,
  );
  const recorded = sides.find((side) => side.direction === direction);
  const isAdmitted = recorded?.verdict === 'allowed' || recorded?.verdict === 'not-enforced';
  if (isAdmitted) also.push(`; recorded on ${direction}, which the files admit`);
  return first === undefined ? '' : `${sideText(first, base)}${also.join('')}`;
}

const EDIT_LINES_MAX = 12;

const OPENS_MAX = 8;

function proofLines({ after, opens, closes }: Proof, { width, base }: Context): readonly string[] {
  const layout = { indent: 2, column: 7, width };
  const under = { indent: layout.indent + layout.column, column: 12, width };
  const proven = `allowed at both ends: ${provenText(after.egress, base)}, ${provenText(after.ingress, base)}`;
  const pairs = (label: string, texts: readonly string[]): readonly string[] =>
    texts.flatMap((text, i) => labelled(i === 0 ? label : '', text, under));
  return [
    ...labelled('proof', proven, layout),
    ...pairs('opens also:', pairTexts(opens, opens.length === 0 ? 'nothing' : 'nothing else')),
    ...(closes.length === 0 ? [] : pairs('closes:', pairTexts(closes))),
  ];
}

function pairTexts(pairs: readonly Opened[], end?: string): readonly string[] {
  const shown = pairs.slice(0, OPENS_MAX).map(openedText);
  const rest = pairs.length - OPENS_MAX;
  if (rest > 0) shown.push(`and ${count(rest)} more pairs (-o json lists them)`);
  else if (end !== undefined) shown.push(end);
  return shown;
}

function provenText(side: SideDecision, base: string): string {
  const [rule] = side.rules;
  if (rule !== undefined) return `${side.direction} ${policyAt(rule.policy, rule.place, base)}`;
  return sideText(side, base);
}

/** `zipline/* → database/*   5432/TCP`. */
export function openedText({ from, to, ports }: Opened): string {
  return `${printable(from)} → ${printable(to)}  ${shorten(portTexts(ports).join(', '), 60)}`;
}

export function foldedText({ kind, count: times }: Folded): string {
  switch (kind) {
    case 'reply':
      return `${plural(times, 'answer')} of connections`;
    case 'noise':
      return `${plural(times, 'drop')} of background noise`;
    case 'audit':
      return `${plural(times, 'flow')} that audit mode let through`;
  }
}
