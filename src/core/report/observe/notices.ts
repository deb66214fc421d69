import type { FlowGap, NodesChanged } from '../../flow/event.ts';
import { printable, shorten } from '../printable.ts';
import { count, plural } from '../units.ts';
import { msTo } from './line.ts';
import { timeText } from './time-format.ts';

/** What a relay says of its nodes, in Hubble's words; undefined for what only matters to those who look for faults. */
export function nodesText({ state, nodes, message, timeMs, nodeName }: NodesChanged): string | undefined {
  const names = `${nodes.slice(0, NODES_MAX).map(printable).join(', ')}${nodes.length > NODES_MAX ? ` (and ${nodes.length - NODES_MAX} more)` : ''}`;
  const at = `${timeText(msTo(timeMs), 'StampMilli')} [${printable(nodeName)}]`;
  switch (state) {
    case 'NODE_UNAVAILABLE':
      return `${at}: ${plural(nodes.length, 'node is', 'nodes are')} unavailable: ${names}`;
    case 'NODE_ERROR':
      return `${at}: Error "${shorten(printable(message), 200)}" on ${plural(nodes.length, 'node')}: ${names}`;
    default:
      return undefined;
  }
}

const NODES_MAX = 5;

/** What nobody listened to. */
export function gapText({ fromMs, toMs, because, detail }: FlowGap): string {
  const between = `${timeText(msTo(fromMs), 'RFC3339Milli')} and ${timeText(msTo(toMs), 'RFC3339Milli')}`;
  const why = detail === '' ? '' : ` (${shorten(printable(detail), 120)})`;
  return because === 'disconnected'
    ? `flows between ${between} may be missing: the connection was lost${why}`
    : `flows between ${between} are missing: the server no longer had them${why}`;
}

export interface ObserveTotals {
  readonly shown: number;
  readonly lost: number;
  readonly gaps: number;
  readonly differing: number;
  readonly undecided: number;
}

/** What an observation came to, in one line. */
export function totalsText({ shown, lost, gaps, differing, undecided }: ObserveTotals): string {
  return [
    `${plural(shown, 'flow')} shown`,
    ...(differing > 0 ? [`${count(differing)} recorded otherwise than the policies say`] : []),
    ...(undecided > 0 ? [`${count(undecided)} that cannot be decided`] : []),
    ...(lost > 0 ? [`${plural(lost, 'event')} lost by Hubble`] : []),
    ...(gaps > 0 ? [plural(gaps, 'gap')] : []),
  ].join(', ');
}
