import type { Way } from '../../diagnose/hatch/index.ts';
import { printable } from '../printable.ts';
import { count, duration, plural, portText } from '../units.ts';

/** What was seen of a namespace's traffic after a change of its label. */
export interface Watched {
  readonly namespace: string;
  /** What was done to it. */
  readonly what: 'open' | 'close';
  readonly seconds: number;
  readonly flows: number;
  /** Policy drops before enforcement followed, and after. */
  readonly dropsBefore: number;
  readonly dropsAfter: number;
  /** What policy dropped before it was opened; none where it was closed. */
  readonly ways: readonly Way[];
  /** Events that Hubble lost, and how often we were not listening. */
  readonly lost: number;
  readonly gaps: number;
}

const NAMED_MAX = 5;

/** Whether the drops have stopped, in a line, and a line for each way that was not tried again. */
export function watchedText({ ways, ...watched }: Watched): string {
  const silent = ways.filter(({ outcome }) => outcome === 'silent');
  const named = silent.slice(0, NAMED_MAX).map((way) => `  not tried again: ${wayText(way)}`);
  const rest = silent.length - named.length;
  const more = rest > 0 ? [`  and ${plural(rest, 'way')} more`] : [];
  return [headText({ ways, ...watched }), ...named, ...more].join('\n');
}

function headText(watched: Watched): string {
  const { namespace, what, seconds, flows, dropsBefore, dropsAfter, ways } = watched;
  const name = printable(namespace);
  const time = duration(seconds * 1000);
  const seen = `${plural(flows, 'flow')} in ${time}`;
  const missing = missingText(watched);
  if (flows === 0) {
    return `no flow of ${name} was seen in ${time}: whether traffic passes is not known${missing}`;
  }
  if (dropsAfter > 0) {
    const again = what === 'open' ? 'still' : 'again';
    return `${name}: ${plural(dropsAfter, 'policy drop')} ${again} (${seen})${missing}`;
  }
  const passing = ways.filter(({ outcome }) => outcome === 'passes').length;
  if (ways.length > 0) {
    const all = passing === ways.length ? 'the policy drops have stopped' : 'no policy drop';
    return `${name}: ${all}; of ${plural(ways.length, 'way')} that dropped before, ${count(passing)} ${passing === 1 ? 'passes' : 'pass'} now (${seen})${missing}`;
  }
  if (dropsBefore > 0 && what === 'open') return `${name}: the policy drops have stopped (${seen})${missing}`;
  return `${name}: no policy drop (${seen})${missing}`;
}

/** What may have been seen by nobody. */
function missingText({ lost, gaps }: Watched): string {
  const parts = [
    ...(lost > 0 ? [`Hubble lost ${plural(lost, 'event')}`] : []),
    ...(gaps > 0 ? [`the connection to it was lost ${plural(gaps, 'time')}`] : []),
  ];
  return parts.length === 0 ? '' : `; ${parts.join(' and ')}, so there may be more`;
}

function wayText({ from, to, port, protocol }: Way): string {
  return `${printable(from)} → ${printable(to)} ${printable(portText(port, protocol))}`;
}

/** That the change was made, and nobody knows what became of the traffic. */
export function unseenText(message: string): string {
  return `the change stands, and its flows could not be watched${message === '' ? '' : `: ${message}`}`;
}

/** That the drops of open namespaces could not be counted. */
export function dropsUnknownText(message: string): string {
  return `drops are not known: ${message}`;
}
