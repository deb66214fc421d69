import type { FlowDecision } from '../../diagnose/index.ts';
import type { EventsLost, FlowSeen } from '../../flow/event.ts';
import type { Flow } from '../../model/flow.ts';
import type { Instant } from '../../model/instant.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';
import { decisionText } from './decision-words.ts';
import { hostsOf, identityText, policyNamesText, summaryText, typeText, verdictText } from './flow-words.ts';
import { type TimeFormat, timeText } from './time-format.ts';

export interface LineOptions {
  readonly hasNodeName: boolean;
  readonly hasPolicyNames: boolean;
  readonly timeFormat: TimeFormat;
  /** Names in place of addresses. */
  readonly hasNames: boolean;
  readonly paint: Paint;
}

/** Hubble's compact line, with who decided behind it. */
export function compactLine(
  event: FlowSeen,
  decision: FlowDecision | undefined,
  options: LineOptions,
): string {
  const { flow } = event;
  const { paint } = options;
  const hosts = hostsOf(event, options);
  const source = `${paint.strong(hosts.source)} ${paint.faint(identityText(flow.source))}`;
  const destination = `${paint.strong(hosts.destination)} ${paint.faint(identityText(flow.destination))}`;
  const node = options.hasNodeName ? ` [${printable(flow.nodeName)}]` : '';
  const time = timeText({ ms: flow.timeMs, ns: flow.timeNs }, options.timeFormat);
  const ends =
    flow.isReply === true
      ? [destination, '<-', source]
      : [source, flow.isReply === false ? '->' : '<>', destination];
  const names = options.hasPolicyNames ? policyNamesText(flow) : '';
  const verdict = painted(flow, `${verdictText(flow)}${names}`, paint);
  const decided = decisionText(decision);
  const behind = decided === '' ? '' : ` ${decision?.isAsRecorded === false ? paint.bad(decided) : decided}`;
  return `${time}${node}: ${ends.join(' ')} ${typeText(event)} ${verdict} (${summaryText(flow)})${behind}\n`;
}

/** What was lost, as Hubble's compact output says it. */
export function lostLine(event: EventsLost, { timeFormat }: Pick<LineOptions, 'timeFormat'>): string {
  return `${timeText(msTo(event.timeMs), timeFormat)} EVENTS LOST: ${printable(event.source)} CPU(${event.cpu ?? 0}) ${lostText(event, timeFormat)}\n`;
}

function lostText({ count, firstMs, lastMs }: EventsLost, format: TimeFormat): string {
  if (firstMs === undefined || lastMs === undefined) return String(count);
  return `${count} (first: ${timeText(msTo(firstMs), format)}, last: ${timeText(msTo(lastMs), format)})`;
}

/** Hubble's `-o dict`: one member a line. */
export function dictText(
  event: FlowSeen,
  decision: FlowDecision | undefined,
  options: LineOptions & { readonly isFirst: boolean },
): string {
  const { flow } = event;
  const hosts = hostsOf(event, options);
  const names = options.hasPolicyNames ? policyNamesText(flow) : '';
  return dictLines(options.isFirst, [
    ['TIMESTAMP', timeText({ ms: flow.timeMs, ns: flow.timeNs }, options.timeFormat)],
    ...(options.hasNodeName ? ([['NODE', printable(flow.nodeName)]] as const) : []),
    ['SOURCE', hosts.source],
    ['DESTINATION', hosts.destination],
    ['TYPE', typeText(event)],
    ['VERDICT', painted(flow, `${verdictText(flow)}${names}`, options.paint)],
    ['SUMMARY', summaryText(flow)],
    ...(decision === undefined ? [] : ([['DECISION', decisionText(decision)]] as const)),
  ]);
}

export function lostDict(
  event: EventsLost,
  { timeFormat, hasNodeName, isFirst }: LineOptions & { readonly isFirst: boolean },
): string {
  return dictLines(isFirst, [
    ['TIMESTAMP', timeText(msTo(event.timeMs), timeFormat)],
    ...(hasNodeName ? ([['NODE', event.nodeName === '' ? '-' : printable(event.nodeName)]] as const) : []),
    ['SOURCE', printable(event.source)],
    ['TYPE', 'EVENTS LOST'],
    ['VERDICT', '-'],
    ['SUMMARY', `CPU(${event.cpu ?? 0}) - ${lostText(event, timeFormat)}`],
  ]);
}

function dictLines(isFirst: boolean, rows: readonly (readonly [name: string, text: string])[]): string {
  const lines = rows.map(([name, text]) => `${name.padStart(11)}: ${text}\n`).join('');
  return isFirst ? lines : `------------\n${lines}`;
}

export function msTo(ms: number): Instant {
  return { ms, ns: 0 };
}

function painted({ verdict }: Flow, text: string, paint: Paint): string {
  switch (verdict) {
    case 'FORWARDED':
    case 'REDIRECTED':
      return paint.good(text);
    case 'DROPPED':
    case 'ERROR':
    case 'AUDIT':
      return paint.bad(text);
    case 'UNKNOWN':
    case 'TRACED':
    case 'TRANSLATED':
      return text;
  }
}
