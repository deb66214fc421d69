import type { FlowDecision } from '../../diagnose/index.ts';
import type { Flow, FlowEndpoint } from '../../model/flow.ts';
import type { Paint } from '../paint.ts';
import { printable, shorten } from '../printable.ts';
import { count, plural, portText } from '../units.ts';
import { shortDecisionText } from './decision-words.ts';
import { timeText } from './time-format.ts';

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly verdict: string;
  readonly decided: string;
  readonly isBad: boolean;
  /** Policy verdicts, and all other events. */
  verdicts: number;
  events: number;
  lastMs: number;
}

/** Edges that are kept; what comes after on others is counted and said. */
const EDGES_MAX = 10_000;

/** Flows added up: who talks to whom on which port, what became of it, who decided, how often, and when last. */
export class EdgeTable {
  readonly #edges = new Map<string, Edge>();
  #replies = 0;
  #others = 0;

  add(flow: Flow, decision: FlowDecision | undefined): void {
    const times = flow.aggregated ?? 1;
    if (flow.isReply === true) {
      this.#replies += times;
      return;
    }
    const from = endText(flow.source, flow.sourceNames, flow.sourceIp);
    const to = endText(flow.destination, flow.destinationNames, flow.destinationIp);
    const { l4 } = flow;
    const number =
      l4 === undefined || l4.protocol === 'other' ? 0 : 'type' in l4 ? l4.type : l4.destinationPort;
    const protocol = l4 === undefined ? '' : l4.protocol === 'other' ? printable(l4.name) : l4.protocol;
    const { verdict } = flow;
    const decided = shortDecisionText(decision);
    const key = `${from}\n${to}\n${protocol}${number}\n${verdict}\n${decided}`;
    const known = this.#edges.get(key);
    const isVerdict = flow.eventType === POLICY_VERDICT;
    if (known !== undefined) {
      known[isVerdict ? 'verdicts' : 'events'] += times;
      if (flow.timeMs > known.lastMs) known.lastMs = flow.timeMs;
    } else if (this.#edges.size >= EDGES_MAX) {
      this.#others += times;
    } else {
      const isBad = verdict === 'DROPPED' || verdict === 'ERROR' || verdict === 'AUDIT';
      const port = portText(number, protocol);
      const [verdicts, events] = isVerdict ? [times, 0] : [0, times];
      this.#edges.set(key, {
        from,
        to,
        port,
        verdict,
        decided,
        isBad,
        verdicts,
        events,
        lastMs: flow.timeMs,
      });
    }
  }

  /**
   * @param linesMax so many lines at most (4 hold an edge): drops first, then the most frequent edges
   * @returns lines without line feeds
   */
  lines({
    width,
    paint,
    linesMax = Number.POSITIVE_INFINITY,
  }: {
    readonly width: number;
    readonly paint: Paint;
    readonly linesMax?: number;
  }): readonly string[] {
    const edges = [...this.#edges.values()].sort(byWeight);
    const head = `${'COUNT'.padStart(COUNT)}  ${'LAST'.padEnd(TIME)}  ${'VERDICT'.padEnd(VERDICT)}  EDGE`;
    const lines = [paint.faint(head)];
    let shown = 0;
    for (const edge of edges) {
      const more = edgeLines(edge, width, paint);
      // One line is kept for the notes.
      if (lines.length + more.length + 1 > linesMax) break;
      lines.push(...more);
      shown++;
    }
    const left = edges.slice(shown).reduce((sum, edge) => sum + countOf(edge), 0) + this.#others;
    const notes = [
      ...(left > 0 ? [`${plural(left, 'more flow')} on other edges`] : []),
      ...(this.#replies > 0 ? [`${plural(this.#replies, 'answer')} not shown`] : []),
    ];
    if (edges.length === 0) lines.push('no flows yet');
    return notes.length === 0 ? lines : [...lines, paint.faint(notes.join('; '))];
  }
}

/** The decision stands behind its edge where there is room, and below it where there is not. */
function edgeLines(edge: Edge, width: number, paint: Paint): readonly string[] {
  const margin = COUNT + TIME + VERDICT + 6;
  const room = Math.max(20, width - margin);
  const verdict = edge.verdict.padEnd(VERDICT);
  const time = edge.lastMs === 0 ? '' : timeText({ ms: edge.lastMs, ns: 0 }, 'RFC3339').slice(11, 19);
  const left = `${count(countOf(edge)).padStart(COUNT)}  ${time.padEnd(TIME)}  ${(edge.isBad ? paint.bad : paint.good)(verdict)}  `;
  const text = edgeText(edge, room);
  if (edge.decided === '') return [`${left}${text}`.trimEnd()];
  if (text.length + 1 + edge.decided.length <= room) return [`${left}${text} ${edge.decided}`];
  return [`${left}${text}`, `${' '.repeat(COUNT + 2)}${shorten(edge.decided, width - COUNT - 2)}`];
}

/** Where the ends are too long, each gives way as far as it must; the port stays. */
function edgeText({ from, to, port }: Edge, room: number): string {
  const space = room - port.length - ' -> '.length - 1;
  const half = Math.max(8, Math.floor(space / 2));
  const left = Math.max(half, space - to.length);
  const right = Math.max(half, space - from.length);
  return `${shorten(from, left)} -> ${shorten(to, right)} ${port}`;
}

const POLICY_VERDICT = 5;
const COUNT = 7;
const TIME = 8;
const VERDICT = 10;

/** Hubble tells most drops twice: as a policy verdict and as a drop. */
function countOf({ isBad, verdicts, events }: Edge): number {
  return isBad ? Math.max(verdicts, events) : verdicts + events;
}

function byWeight(a: Edge, b: Edge): number {
  if (a.isBad !== b.isBad) return a.isBad ? -1 : 1;
  if (countOf(a) !== countOf(b)) return countOf(b) - countOf(a);
  const [one, other] = [`${a.from} ${a.to} ${a.port}`, `${b.from} ${b.to} ${b.port}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** `shop/web`, `kube-apiserver`, `api.example.com`, `192.0.2.1`. */
function endText(
  { namespace, podName, workloads, identity, labels }: FlowEndpoint,
  names: readonly string[],
  ip: string,
): string {
  const name = workloads[0]?.name ?? podName;
  if (namespace !== '') return printable(`${namespace}/${name === '' ? '*' : name}`);
  const [dns] = names;
  if (dns !== undefined) return printable(dns);
  const reserved = labels.find((label) => label.startsWith('reserved:'))?.slice('reserved:'.length);
  if (reserved !== undefined && !reserved.startsWith('world')) return printable(reserved);
  return ip === '' ? (identity === 0 ? 'unknown' : `ID:${identity}`) : printable(ip);
}
