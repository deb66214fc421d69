import { nearestName } from '../manifest/policy/nearest-name.ts';
import type { Place } from '../model/place.ts';
import type { SourceFile } from '../model/repository.ts';
import type { Finding } from './finding.ts';
import type { Report } from './rule.ts';
import type { BadSuppressionFields } from './rules/bad-suppression.ts';
import { isRuleId, RULE_IDS, type RuleId } from './rules.ts';

/** A finding that somebody has looked at and set aside. */
export interface Suppressed {
  readonly finding: Finding;
  readonly reason: string;
  /** Where the comment stands. */
  readonly place: Place;
}

/** `# propolis-lint-ignore RULE[,RULE…] reason`, and the lines that it is about. */
interface Comment {
  readonly place: Place;
  readonly rules: readonly string[];
  readonly reason: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Takes out what comments in the files set aside. A comment is about the entry on its own line or, where it has a
 * line to itself, on the next one, with everything indented below; before the first entry of a document it is about
 * the whole document. Comments that say no reason, name no rule or set nothing aside are reported.
 */
export function suppress(
  findings: Finding[],
  {
    files,
    rules,
    report,
  }: {
    readonly files: readonly SourceFile[];
    /** Those that ran. */
    readonly rules: readonly RuleId[];
    /** For `bad-suppression`; what it reports is added to the findings. */
    readonly report: Report<BadSuppressionFields>;
  },
): { readonly kept: readonly Finding[]; readonly suppressed: readonly Suppressed[] } {
  const comments = files.flatMap(commentsOf);
  if (comments.length === 0) return { kept: findings, suppressed: [] };
  const byFile = groupByFile(comments);
  const used = new Set<string>();
  const suppressed: Suppressed[] = [];
  const kept: Finding[] = [];
  for (const finding of findings) {
    const { file, line } = finding.place;
    const comment = byFile
      .get(file)
      ?.find(({ from, to, rules: named }) => from <= line && line <= to && named.includes(finding.rule));
    if (comment === undefined) kept.push(finding);
    else {
      used.add(useKey(comment, finding.rule));
      suppressed.push({ finding, reason: comment.reason, place: comment.place });
    }
  }
  if (!rules.includes('bad-suppression')) return { kept, suppressed };
  const before = findings.length;
  for (const comment of comments) reportBad(comment, { used, rules, report });
  return { kept: [...kept, ...findings.slice(before)], suppressed };
}

function groupByFile(comments: readonly Comment[]): ReadonlyMap<string, readonly Comment[]> {
  const byFile = new Map<string, Comment[]>();
  for (const comment of comments) {
    const known = byFile.get(comment.place.file);
    if (known === undefined) byFile.set(comment.place.file, [comment]);
    else known.push(comment);
  }
  return byFile;
}

function reportBad(
  comment: Comment,
  {
    used,
    rules,
    report,
  }: {
    readonly used: ReadonlySet<string>;
    readonly rules: readonly RuleId[];
    readonly report: Report<BadSuppressionFields>;
  },
): void {
  const at = { place: comment.place, field: '' };
  if (comment.rules.length > 0 && comment.reason === '') {
    const fields = { problem: 'no-reason', rule: comment.rules.join(','), nearest: '' } as const;
    report({ at, fields, key: fields.rule });
  }
  if (comment.rules.length === 0) {
    report({ at, fields: { problem: 'no-rule', rule: '', nearest: '' } });
  }
  for (const rule of comment.rules) {
    if (!isRuleId(rule)) {
      const nearest = nearestName(rule, RULE_IDS) ?? '';
      report({ at, fields: { problem: 'unknown-rule', rule, nearest }, key: rule });
    } else if (rules.includes(rule) && !used.has(useKey(comment, rule))) {
      report({ at, fields: { problem: 'unused', rule, nearest: '' }, key: rule, severity: 'info' });
    }
  }
}

function useKey({ place }: Comment, rule: string): string {
  return `${place.file}:${place.line}:${rule}`;
}

const MARK = 'propolis-lint-ignore';
const COMMENT = /(?:^|[ \t])#[ \t]*propolis-lint-ignore(?![-\w])[ \t]*([^\r]*)/;

function commentsOf({ path, text }: SourceFile): readonly Comment[] {
  if (!text.includes(MARK)) return [];
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const match = COMMENT.exec(line);
    if (match === null) return [];
    const [named = '', ...words] = (match[1] ?? '').trim().split(/[ \t]+/);
    const column = match.index + match[0].indexOf('#') + 1;
    const scope = scopeOf(lines, i);
    return [
      {
        place: { file: path, line: i + 1, column },
        rules: named.split(',').filter((name) => name !== ''),
        reason: words.join(' '),
        from: scope.from + 1,
        to: scope.to + 1,
      },
    ];
  });
}

/** Lines, counted from 0, both included. */
function scopeOf(lines: readonly string[], at: number): { readonly from: number; readonly to: number } {
  if (!isBlank(lines[at])) return blockAt(lines, at);
  let before = at - 1;
  while (before >= 0 && isBlank(lines[before])) before -= 1;
  const isHead = before < 0 || isMarker(lines[before]);
  let next = at + 1;
  while (next < lines.length && isBlank(lines[next])) next += 1;
  // A marker may follow comments that stand before it.
  if (isHead && isMarker(lines[next])) next += 1;
  if (!isHead) return blockAt(lines, next);
  let to = next;
  while (to + 1 < lines.length && !isMarker(lines[to + 1])) to += 1;
  return { from: next, to };
}

/** A line with all that is indented deeper below it. */
function blockAt(lines: readonly string[], from: number): { readonly from: number; readonly to: number } {
  const indent = indentOf(lines[from]);
  let to = from;
  for (let i = from + 1; i < lines.length; i += 1) {
    if (isBlank(lines[i])) continue;
    if (isMarker(lines[i]) || indentOf(lines[i]) <= indent) break;
    to = i;
  }
  return { from, to };
}

/** Empty, or a comment alone. */
function isBlank(line = ''): boolean {
  return /^[ \t]*(?:#|\r?$)/.test(line);
}

function isMarker(line = ''): boolean {
  return /^---(?:[ \t\r]|$)/.test(line);
}

function indentOf(line = ''): number {
  return line.length - line.trimStart().length;
}
