import type { Flow, FlowEndpoint } from '../../model/flow.ts';
import { namespaceOf } from '../flow-namespace.ts';
import { looksLikeReply, portOf, protocolOf } from '../summarize.ts';

/** From whom to whom, on which port, and what became of it. */
export interface Way {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
  /** `silent`: it was not tried again, so whether it passes is not known. */
  readonly outcome: 'passes' | 'drops' | 'silent';
}

/** Ways kept at most: whoever scans ports makes many. */
const WAYS_MAX = 10_000;

/** The ways that policy dropped before a namespace was opened, and what became of each. Pods of one workload are one. */
export class Ways {
  readonly #before = new Map<string, Omit<Way, 'outcome'>>();
  readonly #passing = new Set<string>();
  readonly #dropping = new Set<string>();

  before(flow: Flow): void {
    if (!isPolicyDrop(flow) || this.#before.size >= WAYS_MAX) return;
    const way = wayOf(flow);
    this.#before.set(keyOf(way), way);
  }

  after(flow: Flow): void {
    const key = keyOf(wayOf(flow));
    if (!this.#before.has(key)) return;
    if (isPolicyDrop(flow)) this.#dropping.add(key);
    else if (PASSES.has(flow.verdict) && !looksLikeReply(flow)) this.#passing.add(key);
  }

  /** Whether each is known to pass, or to drop. */
  get areAllKnown(): boolean {
    return [...this.#before.keys()].every((key) => this.#passing.has(key) || this.#dropping.has(key));
  }

  all(): readonly Way[] {
    return [...this.#before].map(([key, way]) => ({
      ...way,
      outcome: this.#dropping.has(key) ? 'drops' : this.#passing.has(key) ? 'passes' : 'silent',
    }));
  }
}

/** Whether policy dropped it: Hubble's `POLICY_DENIED` for want of a rule, `POLICY_DENY` by a deny rule. */
export function isPolicyDrop({
  verdict,
  dropReason,
}: {
  readonly verdict: Flow['verdict'];
  readonly dropReason: string;
}): boolean {
  return verdict === 'DROPPED' && (dropReason === 'POLICY_DENIED' || dropReason === 'POLICY_DENY');
}

const PASSES: ReadonlySet<Flow['verdict']> = new Set(['FORWARDED', 'REDIRECTED']);

function wayOf(flow: Flow): Omit<Way, 'outcome'> {
  return {
    from: nameOf(flow.source, flow.sourceNames, flow.sourceIp),
    to: nameOf(flow.destination, flow.destinationNames, flow.destinationIp),
    protocol: protocolOf(flow),
    port: portOf(flow),
  };
}

function nameOf(end: FlowEndpoint, names: readonly string[], ip: string): string {
  const namespace = namespaceOf(end);
  const [workload] = end.workloads;
  if (namespace !== '') return `${namespace}/${workload?.name ?? end.podName}`;
  const reserved = end.labels.find((label) => label.startsWith('reserved:') && label !== 'reserved:world');
  return names[0] ?? reserved?.slice('reserved:'.length) ?? ip;
}

function keyOf({ from, to, protocol, port }: Omit<Way, 'outcome'>): string {
  return JSON.stringify([from, to, protocol, port]);
}
