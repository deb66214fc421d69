import type { Finding, RuleId, Severity, Suppressed } from '../../lint/index.ts';
import { isInCluster } from '../../model/place.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { TextOptions } from '../debug.ts';
import { labelled, wrap, wrapParts } from '../layout.ts';
import { type Paint, PLAIN } from '../paint.ts';
import { printable, shorten } from '../printable.ts';
import { plural } from '../units.ts';
import { assumptionText } from '../words/assumption.ts';
import { listText, placeText } from '../words/policy.ts';
import { countBySeverity, docsPage, type LintReport, objectText } from './report.ts';
import { fixText, whatText, whyText } from './words/index.ts';

/** Findings for people: each with its line of the file, what is wrong, why it matters, and what to do. */
export function lintText(report: LintReport, { width = 80, paint = PLAIN }: TextOptions = {}): string {
  const context: Context = { width, paint, texts: linesOf(report), explained: new Set() };
  const lines = report.findings.flatMap((finding) => [...findingLines(finding, context), '']);
  lines.push(...summaryLines(report, context));
  return `${lines.join('\n')}\n`;
}

interface Context {
  readonly width: number;
  readonly paint: Paint;
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** Rules whose reason was given already. */
  readonly explained: Set<RuleId>;
}

/** The lines of the files that findings are in. */
function linesOf({ findings, files }: LintReport): ReadonlyMap<string, readonly string[]> {
  const wanted = new Set(findings.map(({ place }) => place.file));
  return new Map(
    files
      .filter(({ path }) => wanted.has(path))
      .map(({ path, text }: SourceFile) => [path, text.split('\n')]),
  );
}

const MARKS: { readonly [severity in Severity]: string } = { error: '✗', warning: '!', info: 'i' };

function findingLines(finding: Finding, context: Context): readonly string[] {
  const { width, paint } = context;
  const { rule, place, related, fix } = finding;
  const lines = [...titleLines(finding, context), ...excerpt(finding, context)];
  const layout = { indent: 2, column: 6, width };
  lines.push(...labelled('what', whatText(finding), layout));
  if (!context.explained.has(rule)) {
    context.explained.add(rule);
    lines.push(...labelled('why', whyText(rule), layout));
  }
  lines.push(
    ...labelled(
      'fix',
      `${fixText(finding)}${fix === undefined || isInCluster(place) ? '' : ' (--fix does it)'}`,
      layout,
    ),
  );
  if (related.length > 0) {
    const places = related.slice(0, 3).map((other) => placeText(other));
    const more = related.length > places.length ? ` and ${related.length - places.length} more` : '';
    lines.push(...labelled('see', `${places.join(', ')}${more}`, layout));
  }
  if (finding.also.length > 0) {
    const names = finding.also.map(({ object: other }) => printable(other.namespace));
    lines.push(...labelled('also', `in ${listText(names)}, from the same text`, layout));
  }
  lines.push(...labelled('docs', docsPage(rule), layout).map(paint.faint));
  return lines;
}

/** The rule, how bad it is, and where; an object of a cluster is its own place. */
function titleLines(finding: Finding, { width, paint }: Context): readonly string[] {
  const { severity, rule, place } = finding;
  const mark = MARKS[severity];
  const object = isInCluster(place) ? '' : printable(objectText(finding));
  const parts = [`${mark} ${rule}`, severity, placeText(place), object].filter((part) => part !== '');
  const painted = `${severity === 'error' ? paint.bad(mark) : mark} ${paint.strong(rule)}`;
  return wrapParts(parts, width).map((line, i, { length }) => {
    const head = i === 0 ? painted + line.slice(mark.length + 1 + rule.length) : line;
    const isLast = i === length - 1 && object !== '' && head.endsWith(object);
    return isLast ? `${head.slice(0, -object.length)}${paint.faint(object)}` : head;
  });
}

/** The line that a finding is about, the one before it, and a mark below. */
function excerpt({ place }: Finding, { texts, width, paint }: Context): readonly string[] {
  const lines = texts.get(place.file);
  const line = lines?.[place.line - 1];
  if (lines === undefined || line === undefined) return [];
  const gutter = String(place.line).length;
  const room = Math.max(20, width - gutter - 6);
  const numbered = (number: number, text: string): string =>
    `  ${paint.faint(`${String(number).padStart(gutter)} │`)} ${shorten(printable(text.replace(/\r$/, '').replaceAll('\t', ' ')), room)}`;
  const before = lines[place.line - 2];
  const column = Math.min(place.column - 1, room - 1);
  const length = Math.max(1, Math.min(line.trimEnd().length - place.column + 1, room - column, 40));
  return [
    ...(before === undefined || before.trim() === '' ? [] : [numbered(place.line - 1, before)]),
    numbered(place.line, line),
    `  ${paint.faint(`${' '.repeat(gutter)} │`)} ${' '.repeat(column)}${'^'.repeat(length)}`,
  ];
}

function summaryLines(report: LintReport, { width, paint }: Context): readonly string[] {
  const { findings, suppressed, baselined, stale, counts, approximations } = report;
  const { error, warning, info } = countBySeverity(findings);
  const judged = `${plural(counts.policies, 'policy', 'policies')}, ${plural(counts.namespaces, 'namespace')}, ${plural(counts.files, 'file')}`;
  const head =
    findings.length === 0
      ? `no findings   ${judged}`
      : `${plural(error, 'error')}   ${plural(warning, 'warning')}   ${info} info   ${judged}`;
  const lines = [...wrap(head, width)].map(paint.strong);
  if (suppressed.length > 0) lines.push(...suppressedLines(suppressed, width));
  if (baselined.length > 0) lines.push(`${plural(baselined.length, 'finding')} in the baseline`);
  if (stale.length > 0) {
    lines.push(`${plural(stale.length, 'entry', 'entries')} of the baseline found no more: write it again`);
  }
  const unknown = approximations.filter(({ code }) => code !== 'not-applied');
  for (const [i, approximation] of unknown.entries()) {
    const text = assumptionText({ code: 'approximation', approximation });
    const label = i === 0 ? 'not known' : '';
    lines.push(...labelled(label, text, { indent: 0, column: 11, width }).map(paint.faint));
  }
  return lines;
}

function suppressedLines(suppressed: readonly Suppressed[], width: number): readonly string[] {
  const head = `${plural(suppressed.length, 'finding')} suppressed by comments`;
  return [
    head,
    ...suppressed.flatMap(({ finding, reason, place }) =>
      labelled('', `${finding.rule} at ${placeText(place)}: ${printable(reason)}`, {
        indent: 2,
        column: 0,
        width,
      }),
    ),
  ];
}
