import type { Effect, FixChange, InitPlan, NamespaceChange, PlatformChange } from '../change/index.ts';
import type { Diagnosis, Finding, Fixed, Opened } from '../diagnose/index.ts';
import type { ReadAssumption } from '../manifest/assumptions.ts';
import type { FileChange } from '../model/change.ts';
import { PULL_REQUEST_MARK } from '../model/pull-request.ts';
import { changeDiff } from './change.ts';
import { initNoteText } from './change-init.ts';
import { checkText, flowProofTexts, ruleText } from './change-platform.ts';
import { foldedText, openedText, whyText } from './debug.ts';
import { block, code, document, ownWords, prose, type Section } from './markdown.ts';
import { clockTime, count, duration, plural, portText } from './units.ts';
import { assumptionText } from './words/assumption.ts';
import { causeText } from './words/cause.ts';
import { fixText, noFixText, warningText } from './words/fix.ts';
import { listText, sideText } from './words/policy.ts';

/** GitHub takes 65,536 characters; the others more. */
const BODY_MAX = 60_000;
const DIFF_MAX = 24_000;
const FINDINGS_MAX = 20;
const PAIRS_MAX = 50;
const NOTES_MAX = 30;

/** The body of a pull request with fixes: the diagnosis, the change, its proof, what it opens, what it rests on. */
export function fixPullRequestBody(diagnosis: Diagnosis, change: FixChange, reason = ''): string {
  const { fixed, files, opens, closes, cluster, elsewhere, warnings, left } = change;
  const shown = fixed.slice(0, FINDINGS_MAX);
  return body([
    { title: '', lines: introduction(diagnosis, change) },
    { title: '', lines: spaced(ownWords(reason)) },
    ...shown.map((one, index) => ({
      title: `${index + 1}. ${titleOf(one.finding)}`,
      lines: findingLines(one),
    })),
    {
      title: '',
      lines: fixed.length > shown.length ? [`And ${plural(fixed.length - shown.length, 'more cause')}.`] : [],
    },
    changeSection(files),
    { title: 'Mind', lines: warnings.map((warning) => `- ${prose(warningText(warning))}`) },
    effectSection([{ cluster, opens, closes }, ...elsewhere]),
    { title: 'Not fixed by this', lines: leftLines(left) },
    restsOn(diagnosis.assumptions.map(assumptionText), lostText(diagnosis)),
  ]);
}

/** The body of a pull request with labels of a namespace. */
export function namespacePullRequestBody(
  { namespace, labels, file, effects }: NamespaceChange,
  { reason = '', assumptions }: Grounds,
): string {
  const changes = labels.map(({ key, before, after }) => {
    const was = before === undefined ? 'was not there' : `was ${code(before)}`;
    return after === undefined
      ? `- ${code(key)} ${was} and goes`
      : `- ${code(key)} becomes ${code(after)}, ${was}`;
  });
  return body([
    { title: '', lines: [`Labels of namespace ${code(namespace)}:`, '', ...changes] },
    { title: '', lines: spaced(ownWords(reason)) },
    changeSection([file]),
    effectSection(effects),
    { title: 'Proof', lines: [READ_AGAIN] },
    restsOn(assumptions.map(assumptionText)),
  ]);
}

/** The body of a pull request with a policy of a platform namespace. */
export function platformPullRequestBody(
  change: PlatformChange,
  { reason = '', assumptions }: Grounds,
): string {
  const { policy, files, isInMesh, rules, left, checks, flows, effects } = change;
  const proof = [
    ...checks.map((check) => `- ${prose(checkText(check))}`),
    ...(flows === undefined ? [] : flowProofTexts(flows).map((text) => `- ${prose(text)}`)),
    `- ${READ_AGAIN}`,
  ];
  const required = `- probes, scraping, DNS${isInMesh ? ', HBONE' : ''}: what every platform namespace needs`;
  return body([
    { title: '', lines: [`A policy for the platform namespace ${code(policy.namespace)}.`] },
    { title: '', lines: spaced(ownWords(reason)) },
    {
      title: 'Its rules',
      lines: [required, ...rules.slice(0, NOTES_MAX).map((rule) => `- ${prose(ruleText(rule))}`)],
    },
    { title: 'Proof', lines: proof.slice(0, PAIRS_MAX) },
    effectSection(effects),
    {
      title: 'Dropped, and left for somebody to decide',
      lines: left.slice(0, NOTES_MAX).map((rule) => `- ${prose(ruleText(rule))}`),
    },
    changeSection(files),
    restsOn(assumptions.map(assumptionText)),
  ]);
}

/** The body of a pull request with a first catalog. */
export function initPullRequestBody({ file, notes }: InitPlan, reason = ''): string {
  const shown = notes.slice(0, NOTES_MAX).map((note) => `- ${prose(initNoteText(note))}`);
  return body([
    {
      title: '',
      lines: [
        `A first ${code(file.path)}: what network policy means here, as the files show it. No policy changes.`,
      ],
    },
    { title: '', lines: spaced(ownWords(reason)) },
    { title: 'To look at', lines: shown },
    changeSection([file]),
  ]);
}

/** What a plan of files rests on, and why somebody wants it. */
export interface Grounds {
  readonly reason?: string;
  readonly assumptions: readonly ReadAssumption[];
}

const READ_AGAIN =
  'The changed files were read again as every cluster reads them: besides what is said here, nothing in the repository changes.';

function body(sections: readonly Section[]): string {
  const end = `Proposed by Propolis. Judged by the files alone: what is merged counts once it is applied.\n\n${PULL_REQUEST_MARK}`;
  return document(sections, { max: BODY_MAX, end });
}

function introduction(
  { namespace, window, findings, folded }: Diagnosis,
  { fixed }: FixChange,
): readonly string[] {
  const when =
    window.fromMs === undefined || window.toMs === undefined
      ? ''
      : ` within ${duration(window.toMs - window.fromMs)}, until ${clockTime(window.toMs)}`;
  const what = `${plural(window.dropped, 'drop')} in ${plural(window.flows, 'flow')}${when}`;
  const part =
    fixed.length === findings.length
      ? `This fixes ${findings.length === 1 ? 'the cause' : `all ${count(findings.length)} causes`}.`
      : `This fixes ${count(fixed.length)} of ${count(findings.length)} causes.`;
  const noise = folded.map(foldedText).join(', ');
  return [
    `Traffic of namespace ${code(namespace)} is dropped: ${what}. ${part}`,
    ...(noise === '' ? [] : ['', `Besides, and nobody's to fix: ${noise}.`]),
  ];
}

function titleOf({ from, to, port, protocol }: Finding): string {
  return `${code(`${from.name} → ${to.name}`)} ${code(portText(port, protocol))}`;
}

function findingLines({ finding, steps, after }: Fixed): readonly string[] {
  const { cause, direction, decidedBy, dropReason, firstSeenMs, lastSeenMs, from, to } = finding;
  const why = whyText(finding);
  const seen = [...from.seenAs, ...to.seenAs];
  const when =
    firstSeenMs === undefined || lastSeenMs === undefined
      ? ''
      : `, from ${clockTime(firstSeenMs)} to ${clockTime(lastSeenMs)}`;
  const where = direction === 'unknown' ? '' : ` at ${direction}`;
  const named = dropReason === '' ? '' : `, as ${code(dropReason)}`;
  const rules = decidedBy.map(
    ({ policy, place, how }) => `  - ${how}: ${code(policy.name)} at ${code(`${place.file}:${place.line}`)}`,
  );
  return [
    `- **dropped** ${plural(finding.count, 'time')}${where}${named}${when}`,
    ...(seen.length === 0 ? [] : [`- **seen** ${seen.map(code).join(', ')}`]),
    `- **cause** ${code(cause.code)}: ${prose(causeText(cause))}`,
    ...(why === '' ? [] : [`- **why** ${prose(why)}`]),
    ...(rules.length === 0 ? [] : ['- **decided by**', ...rules.slice(0, NOTES_MAX)]),
    `- **fix** ${prose(fixOf({ finding, steps }))}`,
    '- **proof** with the change it is allowed at both ends:',
    ...[after.egress, after.ingress].map((side) => {
      const places = side.rules.slice(0, 3).map(({ policy, place }) => {
        return `${code(policy.name)} at ${code(`${place.file}:${place.line}`)}`;
      });
      return places.length === 0
        ? `  - ${prose(sideText(side))}`
        : `  - ${side.direction} by ${listText(places)}`;
    }),
  ];
}

function fixOf({ finding: { fix }, steps }: Pick<Fixed, 'finding' | 'steps'>): string {
  if (steps.length === 0 || fix === undefined)
    return 'none besides the others of this change, which admit it';
  return fixText({ ...fix, steps });
}

function changeSection(files: readonly FileChange[]): Section {
  return { title: 'The change', lines: [block(changeDiff(files), { language: 'diff', max: DIFF_MAX })] };
}

function effectSection(effects: readonly Effect[]): Section {
  const lines = effects.flatMap(({ cluster, opens, closes }) => {
    const where =
      effects.length > 1 || cluster !== ''
        ? [`In ${cluster === '' ? 'the repository' : code(cluster)}:`, '']
        : [];
    return [...where, ...pairLines('Opens', opens), ...pairLines('Closes', closes), ''];
  });
  return { title: 'What it opens and closes', lines: lines.slice(0, -1) };
}

function pairLines(title: string, pairs: readonly Opened[]): readonly string[] {
  if (pairs.length === 0) return [`- **${title}** nothing`];
  const shown = pairs.slice(0, PAIRS_MAX).map((pair) => `  - ${code(openedText(pair))}`);
  const rest = pairs.length - shown.length;
  return [`- **${title}**`, ...shown, ...(rest === 0 ? [] : [`  - and ${count(rest)} more pairs`])];
}

function leftLines(left: readonly Finding[]): readonly string[] {
  const shown = left.slice(0, FINDINGS_MAX).map((finding) => {
    const { cause, fix, noFix } = finding;
    const why =
      fix !== undefined || noFix === undefined ? 'has a fix, which was not chosen' : noFixText(noFix, cause);
    return `- ${titleOf(finding)} ${count(finding.count)}×, ${code(cause.code)}: ${prose(why)}`;
  });
  const rest = left.length - shown.length;
  return rest === 0 ? shown : [...shown, `- and ${count(rest)} more`];
}

function lostText({ window }: Diagnosis): string {
  // That some were lost is among the assumptions.
  return window.lost === 0 ? 'Hubble lost no events, as far as the flows say' : '';
}

function restsOn(texts: readonly string[], last = ''): Section {
  const shown = texts.slice(0, NOTES_MAX).map((text) => `- ${prose(text)}`);
  const rest = texts.length - shown.length;
  const more = rest === 0 ? [] : [`- and ${count(rest)} more`];
  return { title: 'What this rests on', lines: [...shown, ...more, ...(last === '' ? [] : [`- ${last}`])] };
}

function spaced(paragraphs: readonly string[]): readonly string[] {
  return paragraphs.flatMap((paragraph, index) => (index === 0 ? [paragraph] : ['', paragraph]));
}
