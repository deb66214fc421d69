import type { OpenHatch, Reverting } from '../../cluster/hatch.ts';
import type { TextOptions } from '../debug.ts';
import { labelled, table } from '../layout.ts';
import { PLAIN } from '../paint.ts';
import { printable, shorten } from '../printable.ts';
import { clockTime, count, duration, isoTime } from '../units.ts';

const SHAPE_VERSION = 1;

/** One open namespace, and what became of it. */
export interface HatchLine {
  readonly hatch: OpenHatch;
  readonly isOverdue: boolean;
  readonly reverting: Reverting;
  /** Policy drops from or to it since it was opened, as far as Hubble remembers; absent where nobody was asked. */
  readonly drops?: number;
}

/** Every open namespace, one a line, for people. */
export function hatchStatusText(
  lines: readonly HatchLine[],
  { nowMs, asked, ...options }: TextOptions & { readonly nowMs: number; readonly asked?: string },
): string {
  const { width = 80, paint = PLAIN } = options;
  if (lines.length === 0) {
    return asked === undefined ? 'No namespace is open.\n' : `${printable(asked)} is not open.\n`;
  }
  const rows = lines.map((line) => [...rowOf(line, nowMs), whyText(line.hatch)]);
  const cells = table([['namespace', 'open for', 'until', 'by', 'drops', 'why'], ...rows]);
  const printed = cells.map((text, i) => {
    const line = lines[i - 1];
    const cut = shorten(text, width);
    if (line === undefined) return paint.faint(cut);
    return line.isOverdue ? paint.bad(cut) : cut;
  });
  const notes = lines.flatMap(({ hatch, reverting }) => {
    const text = revertingText(reverting);
    if (text === '') return [];
    return labelled('mind', `${printable(hatch.namespace)}: ${text}`, { indent: 0, column: 6, width });
  });
  // What did not fit is still to be read.
  const whys = lines.flatMap(({ hatch }, i) => {
    if ((cells[i + 1] ?? '').length <= width) return [];
    const text = `${printable(hatch.namespace)}: ${whyText(hatch)}`;
    return labelled('why', text, { indent: 0, column: 6, width });
  });
  const below = [...whys, ...notes];
  return `${[...printed, ...(below.length > 0 ? ['', ...below] : [])].join('\n')}\n`;
}

/** The same as data. */
export function hatchStatusJson(lines: readonly HatchLine[], nowMs: number): unknown {
  return {
    version: SHAPE_VERSION,
    at: isoTime(nowMs),
    open: lines.map(({ hatch, isOverdue, reverting, drops }) => ({
      namespace: hatch.namespace,
      since: hatch.sinceMs === undefined ? null : isoTime(hatch.sinceMs),
      until: hatch.untilMs === undefined ? null : isoTime(hatch.untilMs),
      isOverdue,
      by: hatch.by,
      reason: hatch.reason,
      ticket: hatch.ticket,
      drops: drops ?? null,
      managers: hatch.managers,
      reverting: { ...reverting, text: revertingText(reverting) },
    })),
  };
}

function rowOf({ hatch, isOverdue, drops }: HatchLine, nowMs: number): readonly string[] {
  const { namespace, sinceMs, untilMs, by } = hatch;
  return [
    printable(namespace),
    sinceMs === undefined ? 'unknown' : duration(nowMs - sinceMs),
    untilMs === undefined ? 'no end' : untilText(untilMs, nowMs, isOverdue),
    by === '' ? 'unknown' : shorten(printable(by), 20),
    drops === undefined ? '?' : count(drops),
  ];
}

function untilText(untilMs: number, nowMs: number, isOverdue: boolean): string {
  return isOverdue ? `OVERDUE ${duration(nowMs - untilMs)}` : `in ${duration(untilMs - nowMs)}`;
}

function whyText({ reason, ticket }: OpenHatch): string {
  const why = reason === '' ? 'no reason given' : printable(reason);
  return ticket === '' ? why : `${why} (${printable(ticket)})`;
}

/** What a GitOps controller will do about the label; empty where it stays. */
export function revertingText(reverting: Reverting): string {
  switch (reverting.kind) {
    case 'stays':
      return '';
    case 'written-by-kubectl':
      return reverting.controller === 'flux'
        ? 'kubectl wrote the label, so Flux takes it away at its next reconciliation; `propolis hatch open` writes it so that it stays'
        : 'kubectl wrote the label, without an end and without a record; `propolis hatch open` writes both';
    case 'declared-in-git':
      return `${printable(reverting.manager)} owns the label: Git declares it, and what Git says wins at its next reconciliation`;
  }
}

/** That a namespace is open now, and what was written. */
export function openedNamespaceText({ namespace, untilMs, by, reason }: OpenHatch): string {
  const end = untilMs === undefined ? 'without an end' : `until ${clockTime(untilMs)}`;
  return `${printable(namespace)} is open ${end} (${printable(by)}: ${printable(reason)})`;
}

/** That a namespace is closed now, and what it had been open for. */
export function closedNamespaceText({ namespace, sinceMs, by, reason }: OpenHatch, nowMs: number): string {
  const name = printable(namespace);
  if (sinceMs === undefined) return `${name} is closed.`;
  return `${name} is closed. It was open for ${duration(nowMs - sinceMs)} (${printable(by)}: ${printable(reason)}).`;
}

/** That there was nothing to close. */
export function notOpenText(namespace: string, wasRecordLeft: boolean): string {
  const name = printable(namespace);
  return wasRecordLeft
    ? `${name} was not open. What was left of its record is taken away.`
    : `${name} is not open. Nothing was changed.`;
}

/** That it was open before anybody asked. */
export function openAlreadyText(hatch: OpenHatch, nowMs: number): string {
  const { untilMs } = hatch;
  const over = untilMs !== undefined && nowMs >= untilMs ? ' Its time is over.' : '';
  return `${openSinceText(hatch)}.${over} Nothing was changed; --extend sets a new end.`;
}

function openSinceText({ namespace, sinceMs, untilMs, by, reason }: OpenHatch): string {
  const since = sinceMs === undefined ? '' : ` since ${clockTime(sinceMs)}`;
  const until = untilMs === undefined ? ', without an end' : `, until ${clockTime(untilMs)}`;
  const who = by === '' ? '' : `, by ${printable(by)}`;
  const why = reason === '' ? '' : `: ${printable(reason)}`;
  return `${printable(namespace)} is open already${since}${until}${who}${why}`;
}
