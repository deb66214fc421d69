import type { FlowDecision } from '../../diagnose/index.ts';
import type { EventsLost, FlowSeen } from '../../flow/event.ts';
import { printable } from '../printable.ts';
import { placeText } from '../words/policy.ts';
import { hostsOf, portsOf, summaryText, typeText, verdictText } from './flow-words.ts';
import { msTo } from './line.ts';
import { timeText } from './time-format.ts';

/** The columns, in their order. New ones come at the end, so that readers by number go on. */
export const CSV_COLUMNS = [
  'time',
  'node',
  'source',
  'source_ip',
  'source_port',
  'source_identity',
  'destination',
  'destination_ip',
  'destination_port',
  'destination_identity',
  'protocol',
  'direction',
  'reply',
  'type',
  'verdict',
  'drop_reason',
  'summary',
  /** `allowed`, `denied` or `undecidable`, by the policies; empty where they have no say. */
  'decision',
  /** Why: `allow-rule`, `default-deny`, … */
  'decision_reason',
  /** Policies, with spaces between. */
  'decided_by',
  /** Their places, `file:line`, in the same order. */
  'decided_at',
  /** Whether Hubble recorded the same: `true`, `false` or `unknown`. */
  'as_recorded',
  /** How many events Hubble lost: rows that are no flow. */
  'lost',
] as const;
type Row = Partial<Record<(typeof CSV_COLUMNS)[number], string | number>>;

export const CSV_HEADER: string = csvLine(CSV_COLUMNS);

/** One flow as a line of RFC 4180. */
export function csvFlow(event: FlowSeen, decision: FlowDecision | undefined): string {
  const { flow } = event;
  const [sourcePort, destinationPort] = portsOf(flow);
  const names = hostsOf({ ...event, flow: { ...flow, l4: undefined } }, { hasNames: true });
  const { l4 } = flow;
  return csvRow({
    time: timeText({ ms: flow.timeMs, ns: flow.timeNs }, 'RFC3339Nano'),
    node: flow.nodeName,
    source: names.source,
    source_ip: flow.sourceIp,
    ...(sourcePort === 0 ? {} : { source_port: sourcePort }),
    source_identity: flow.source.identity,
    destination: names.destination,
    destination_ip: flow.destinationIp,
    ...(destinationPort === 0 ? {} : { destination_port: destinationPort }),
    destination_identity: flow.destination.identity,
    protocol: l4 === undefined ? '' : l4.protocol === 'other' ? l4.name : l4.protocol,
    direction: flow.direction,
    reply: String(flow.isReply),
    type: typeText(event),
    verdict: verdictText(flow),
    drop_reason: flow.dropReason,
    summary: summaryText(flow),
    ...(decision === undefined
      ? {}
      : {
          decision: decision.verdict,
          decision_reason: decision.reason,
          decided_by: decision.by
            .map(({ policy }) =>
              policy.namespace === '' ? policy.name : `${policy.namespace}/${policy.name}`,
            )
            .join(' '),
          decided_at: decision.by.map(({ place }) => placeText(place)).join(' '),
          as_recorded: String(decision.isAsRecorded),
        }),
  });
}

export function csvLost(event: EventsLost): string {
  return csvRow({
    time: timeText(msTo(event.timeMs), 'RFC3339Nano'),
    node: event.nodeName,
    source: event.source,
    type: 'EVENTS LOST',
    lost: event.count,
  });
}

function csvRow(row: Row): string {
  return csvLine(CSV_COLUMNS.map((column) => String(row[column] ?? '')));
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Spreadsheets take a cell that begins like a formula for one, and would run a stranger's. Such cells get an
 * apostrophe in front, as OWASP advises. Line feeds and other controls of strangers are escaped, so that a line is a row.
 */
function csvCell(text: string): string {
  const shown = printable(text);
  const safe = /^[=+\-@]/.test(shown) ? `'${shown}` : shown;
  return /[",]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
