import type { Finding } from '../diagnose/index.ts';
import type { Check, CheckResult, Span, Verification } from '../diagnose/verify/index.ts';
import { isFailing } from '../diagnose/verify/index.ts';
import type { TextOptions } from './debug.ts';
import { fixLines } from './fix-lines.ts';
import { labelled, wrapParts } from './layout.ts';
import { type Paint, PLAIN } from './paint.ts';
import { printable, shorten } from './printable.ts';
import { clockTime, count, duration, plural } from './units.ts';
import { assumptionText } from './words/assumption.ts';
import { causeText } from './words/cause.ts';
import { noFixText } from './words/fix.ts';
import { commonBase } from './words/policy.ts';
import {
  changeText,
  checkName,
  expectedText,
  isTold,
  OUTCOME_WORDS,
  peerText,
  portsText,
  promisedText,
  seenText,
  unpromisedText,
} from './words/verify.ts';

/** What was verified, for people: a table, and below each line what explains it. */
export function verifyText(
  verification: Verification,
  { width = 80, paint = PLAIN }: TextOptions = {},
): string {
  const told = verification.results.filter(isTold);
  const base = baseOf(told);
  const rows = told.map((result) => rowOf(result, verification));
  const widths = columns(rows, width);
  const context = { width, paint, base, verification };
  const lines = [
    ...wrapParts(headParts(verification), width).map((line, i) => (i === 0 ? paint.strong(line) : line)),
    ...(base === '' ? [] : [paint.faint(`policies in ${printable(base)}`)]),
    '',
    ...told.flatMap((result, i) => [
      ...rowLine(rows[i] ?? EMPTY_ROW, widths, context),
      ...detailLines(result, context),
    ]),
    ...footLines(verification, { width, paint }),
  ];
  return `${lines.join('\n')}\n`;
}

function headParts({ namespace, labels, window, results }: Verification): readonly string[] {
  const parts = [printable(namespace)];
  if (labels.isPlatform) parts.push('platform namespace');
  else if (labels.from === 'nowhere') parts.push('labels unknown');
  else parts.push(labels.profile === '' ? 'no profile' : `profile ${printable(labels.profile)}`);
  if (labels.access.length > 0) parts.push(`access ${labels.access.map(printable).join(', ')}`);
  if (window.fromMs !== undefined && window.toMs !== undefined)
    parts.push(`${duration(window.toMs - window.fromMs)} to ${clockTime(window.toMs)}`);
  parts.push(`${count(window.lost)} lost`);
  if (window.skipped > 0) parts.push(`${plural(window.skipped, 'line')} skipped`);
  const must = results.filter(({ check }) => check.promised !== undefined);
  const good = must.filter(({ outcome }) => outcome === 'pass').length;
  parts.push(`${good} of ${plural(must.length, 'check')} passed`);
  const failed = must.filter((result) => isFailing(result, false)).length;
  if (failed > 0) parts.push(`${count(failed)} failed`);
  return parts;
}

/** The directory of all policies that are named. */
function baseOf(results: readonly CheckResult[]): string {
  const decisions = results.flatMap(({ expected }) => expected.decision ?? []);
  const sides = decisions.flatMap(({ egress, ingress }) => [egress, ingress]);
  return commonBase(
    sides.flatMap(({ rules, defaultDenyBy }) => [...rules, ...defaultDenyBy].map(({ place }) => place.file)),
  );
}

interface Row {
  readonly mark: string;
  readonly kind: 'good' | 'bad' | 'plain' | 'faint';
  /** Name, peer, port, outcome, what was seen. */
  readonly cells: readonly [string, string, string, string, string];
}

const EMPTY_ROW: Row = { mark: ' ', kind: 'plain', cells: ['', '', '', '', ''] };

function rowOf(result: CheckResult, { nowMs, window }: Verification): Row {
  const isIncomplete = window.lost + window.gaps + window.skipped > 0;
  const { check, outcome } = result;
  const isPromised = check.promised !== undefined;
  return {
    ...markOf(result),
    cells: [
      printable(checkName(check)),
      printable(peerText(result)),
      printable(portsText(result)),
      isPromised ? OUTCOME_WORDS[outcome] : 'not promised',
      seenText(result, { nowMs, isIncomplete }),
    ],
  };
}

function markOf({ check, outcome, expected }: CheckResult): Pick<Row, 'mark' | 'kind'> {
  if (check.promised === undefined) {
    const isSurprising = (outcome === 'pass' || outcome === 'half') && expected.verdict !== 'allowed';
    return isSurprising ? { mark: '!', kind: 'plain' } : { mark: '-', kind: 'faint' };
  }
  switch (outcome) {
    case 'pass':
      return { mark: '✓', kind: 'good' };
    case 'fail':
      return { mark: '✗', kind: 'bad' };
    case 'half':
    case 'audit':
      return { mark: '?', kind: 'plain' };
    case 'no-traffic':
      return { mark: '·', kind: 'plain' };
  }
}

const GAP = 2;

/** Columns as wide as they need; the one of peers gives way where the screen is too narrow. */
function columns(rows: readonly Row[], width: number): readonly number[] {
  const widest = (i: number): number => Math.max(0, ...rows.map(({ cells }) => [...(cells[i] ?? '')].length));
  const [name, peer, port, outcome, seen] = [0, 1, 2, 3, 4].map(widest) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const others = GAP + name + port + outcome + seen + 4 * GAP;
  return [name, Math.max(PEER_MIN, Math.min(peer, width - others)), port, outcome];
}

const PEER_MIN = 10;

interface Context {
  readonly width: number;
  readonly paint: Paint;
  readonly base: string;
  readonly verification: Verification;
}

function rowLine(row: Row, widths: readonly number[], { width, paint }: Context): readonly string[] {
  const { cells, mark, kind } = row;
  const text = cells
    .map((cell, i) => {
      const wide = widths[i];
      if (wide === undefined) return cell;
      const shown = shorten(cell, wide);
      return shown + ' '.repeat(wide - [...shown].length + GAP);
    })
    .join('')
    .trimEnd();
  const paints = { good: paint.good, bad: paint.bad, faint: paint.faint, plain: (plain: string) => plain };
  const whole = [...text].length + GAP <= width ? [text] : [text.slice(0, text.length - cells[4].length)];
  const rest = whole[0] === text ? [] : labelled('', cells[4], { indent: 4, column: 7, width });
  const [line = ''] = whole;
  const painted = kind === 'faint' ? paint.faint(line.trimEnd()) : line.trimEnd();
  return [`${paints[kind](mark)} ${painted}`, ...rest];
}

function detailLines(result: CheckResult, context: Context): readonly string[] {
  const { check, outcome, evidence, findings, expected, isBeforeChange } = result;
  const { width, base, verification } = context;
  const layout = { indent: 4, column: 7, width };
  const lines: string[] = [];
  const say = (label: string, text: string): void => {
    lines.push(...labelled(label, text, layout));
  };
  if (check.unpromised !== undefined) say('why', unpromisedText(check.unpromised));
  else if (check.promised !== undefined && outcome !== 'pass') say('why', promisedText(check.promised));
  if (outcome === 'fail') lines.push(...findings.flatMap((finding) => findingLines(finding, check, context)));
  else if (isOpenQuestion(result)) say('expect', expectedText(expected, base));
  if (evidence.outdated.count > 0 && outcome !== 'fail')
    say('before', outdatedText(evidence.outdated, verification));
  if (isBeforeChange) say('mind', 'seen before the last change only, so it may be over');
  if (outcome === 'half')
    say('mind', 'it left, and no flow shows it arriving or answered: the other end is not known to admit it');
  if (outcome === 'audit') say('mind', "audit mode let it through; the cluster's policies refuse it");
  return lines;
}

/** Whether the flows do not settle it, so that what the policies say is worth a line. */
function isOpenQuestion({ check, outcome }: CheckResult): boolean {
  if (check.promised === undefined) return outcome === 'pass' || outcome === 'half';
  return outcome !== 'pass';
}

function outdatedText(outdated: Span, { nowMs, change, graceMs }: Verification): string {
  const drops = `${count(outdated.count)}× dropped, last ${duration(nowMs - outdated.lastMs)} ago`;
  const isOfChange = change !== undefined && outdated.lastMs <= change.timeMs + graceMs;
  return isOfChange
    ? `${drops}, as enforcement follows a change; it passed since`
    : `${drops}; it passed since`;
}

const EDIT_LINES_MAX = 6;

function findingLines(finding: Finding, { promised }: Check, context: Context): readonly string[] {
  const { width, paint } = context;
  const layout = { indent: 4, column: 7, width };
  const lines = [...labelled('cause', `${finding.cause.code}   ${causeText(finding.cause)}`, layout)];
  // Nobody promised it, so nothing is broken.
  if (promised === undefined) return lines;
  if (finding.fix === undefined) {
    if (finding.noFix !== undefined)
      lines.push(...labelled('fix', noFixText(finding.noFix, finding.cause), layout));
    return lines;
  }
  return [...lines, ...fixLines(finding.fix, { ...layout, paint, linesMax: EDIT_LINES_MAX })];
}

function footLines(
  verification: Verification,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const { results, otherDrops, namespace, labels, change, assumptions, window, counts, isSeen } =
    verification;
  const texts: string[] = [];
  const untold = results.filter((result) => !isTold(result)).map(({ check }) => printable(checkName(check)));
  if (untold.length > 0) texts.push(`not promised and not seen: ${untold.join(', ')}`);
  if (otherDrops > 0)
    texts.push(
      `${plural(otherDrops, 'drop')} besides, of traffic that no check is for: propolis debug ${printable(namespace)}`,
    );
  if (labels.isHatchOpen)
    texts.push('the escape hatch is open: that something passes says nothing of the policies');
  if (labels.from === 'flows')
    texts.push('no file declares the namespace: its labels are those of the flows');
  if (!isSeen) texts.push(`no flow of this namespace in ${plural(window.flows, 'flow')}`);
  if (change !== undefined) texts.push(changeText(change, verification));
  if (window.lost > 0)
    texts.push(`Hubble lost ${plural(window.lost, 'event')}: what was not seen may have been among them`);
  if (window.gaps > 0)
    texts.push(
      `the connection to Hubble broke ${plural(window.gaps, 'time')}: what happened meanwhile may be missing`,
    );
  for (const { count: times, file, firstLine } of counts.skipped)
    texts.push(assumptionText({ code: 'skipped-lines', count: times, file, firstLine }));
  const lines = texts.flatMap((text, i) =>
    labelled(i === 0 ? 'besides' : '', text, { indent: 0, column: 9, width }),
  );
  const assumed = assumptions.flatMap((assumption, i) =>
    labelled(i === 0 ? 'assumed' : '', assumptionText(assumption), { indent: 0, column: 9, width }).map(
      paint.faint,
    ),
  );
  return [...(lines.length === 0 ? [] : ['', ...lines]), ...(assumed.length === 0 ? [] : ['', ...assumed])];
}
