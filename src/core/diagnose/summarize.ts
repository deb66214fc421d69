import type { Flow, FlowEndpoint, FlowL7, FlowReadCounts } from '../model/flow.ts';
import type { Cancellation, FlowSource } from '../ports/flow-source.ts';

/** Edges kept at most. What comes after is counted and named, never dropped in silence. */
const EDGES_MAX = 100_000;
/** DNS names and addresses kept of one edge. */
const NAMES_MAX = 8;

/** Flows between two ends on one port that look the same, counted. */
export interface Edge {
  readonly source: FlowEndpoint;
  readonly destination: FlowEndpoint;
  /** Where labels say too little (the world), the address is part of who it is; else the first one seen. */
  readonly sourceIp: string;
  readonly destinationIp: string;
  readonly protocol: string;
  /** Of the destination; the type for ICMP. */
  readonly port: number;
  readonly direction: Flow['direction'];
  readonly verdict: Flow['verdict'];
  readonly dropReason: string;
  readonly isReply: boolean;
  readonly l7: FlowL7 | undefined;
  /** Each drop once: Hubble tells most of them twice, as a drop and as a policy verdict. */
  count: number;
  firstMs: number;
  lastMs: number;
  /** DNS names of the far end. */
  readonly names: string[];
  readonly deniedBy: string[];
  readonly destinationService: string;
}

export interface FlowSummary {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  /** Of all flows read, whatever their namespace. */
  readonly flows: number;
  /** Edges with an end in the namespace. */
  readonly edges: readonly Edge[];
  /** Flows on edges beyond the limit. */
  readonly unsummarized: number;
  readonly counts: FlowReadCounts;
}

/** Reads all flows and keeps those of one namespace, as edges: memory grows with edges, not with flows. */
export async function summarizeFlows(
  source: FlowSource,
  namespace: string,
  until?: Cancellation,
): Promise<FlowSummary> {
  const summary = new Summary(namespace);
  for await (const batch of source.batches(until)) {
    for (const flow of batch) summary.add(flow);
  }
  return summary.finish(source.counts());
}

interface OpenEdge {
  readonly edge: Edge;
  /** By node: how often it was told as a drop, and how often as a policy verdict. */
  readonly told: Map<string, { drops: number; verdicts: number }>;
}

class Summary {
  readonly #namespace: string;
  readonly #edges = new Map<string, OpenEdge>();
  readonly #endpoints = new Map<FlowEndpoint, number>();
  readonly #endpointTexts = new Map<string, number>();
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  #flows = 0;
  #unsummarized = 0;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  add(flow: Flow): void {
    this.#flows += 1;
    if (flow.timeMs > 0) {
      if (flow.timeMs < this.#fromMs) this.#fromMs = flow.timeMs;
      if (flow.timeMs > this.#toMs) this.#toMs = flow.timeMs;
    }
    const { source, destination } = flow;
    if (source.namespace !== this.#namespace && destination.namespace !== this.#namespace) return;
    const port = portOf(flow);
    const isReply = looksLikeReply(flow);
    const key = `${this.#idOf(source)}|${this.#idOf(destination)}|${placeOf(source, flow.sourceIp)}|${placeOf(
      destination,
      flow.destinationIp,
    )}|${protocolOf(flow)}|${port}|${flow.direction}|${flow.verdict}|${flow.dropReason}|${isReply}|${flow.verdict === 'DROPPED' ? contentOf(flow.l7) : ''}`;
    let open = this.#edges.get(key);
    if (open === undefined) {
      if (this.#edges.size >= EDGES_MAX) {
        this.#unsummarized += 1;
        return;
      }
      this.#edges.set(key, (open = { edge: edgeOf(flow, port, isReply), told: new Map() }));
    }
    tell(open, flow);
  }

  finish(counts: FlowReadCounts): FlowSummary {
    const edges = [...this.#edges.values()].map(({ edge, told }) => {
      let count = 0;
      for (const { drops, verdicts } of told.values()) count += Math.max(drops, verdicts);
      edge.count = count;
      return edge;
    });
    const isEmpty = this.#fromMs > this.#toMs;
    return {
      fromMs: isEmpty ? undefined : this.#fromMs,
      toMs: isEmpty ? undefined : this.#toMs,
      flows: this.#flows,
      edges,
      unsummarized: this.#unsummarized,
      counts,
    };
  }

  /** The reader shares objects for ends that look the same; when it had to forget one, the text tells. */
  #idOf(endpoint: FlowEndpoint): number {
    const known = this.#endpoints.get(endpoint);
    if (known !== undefined) return known;
    const { namespace, podName, labels, identity } = endpoint;
    const text = JSON.stringify([namespace, podName, labels, labels.length === 0 ? identity : 0]);
    let id = this.#endpointTexts.get(text);
    if (id === undefined) this.#endpointTexts.set(text, (id = this.#endpointTexts.size));
    if (this.#endpoints.size >= EDGES_MAX) this.#endpoints.clear();
    this.#endpoints.set(endpoint, id);
    return id;
  }
}

function edgeOf(flow: Flow, port: number, isReply: boolean): Edge {
  return {
    source: flow.source,
    destination: flow.destination,
    sourceIp: flow.sourceIp,
    destinationIp: flow.destinationIp,
    protocol: protocolOf(flow),
    port,
    direction: flow.direction,
    verdict: flow.verdict,
    dropReason: flow.dropReason,
    isReply,
    l7: flow.l7,
    count: 0,
    firstMs: flow.timeMs,
    lastMs: flow.timeMs,
    names: [],
    deniedBy: [],
    destinationService: flow.destinationService,
  };
}

const POLICY_VERDICT_EVENT = 5;

function tell({ edge, told }: OpenEdge, flow: Flow): void {
  if (flow.timeMs < edge.firstMs) edge.firstMs = flow.timeMs;
  if (flow.timeMs > edge.lastMs) edge.lastMs = flow.timeMs;
  let node = told.get(flow.nodeName);
  if (node === undefined) told.set(flow.nodeName, (node = { drops: 0, verdicts: 0 }));
  const times = flow.aggregated ?? 1;
  if (flow.eventType === POLICY_VERDICT_EVENT) node.verdicts += times;
  else node.drops += times;
  for (const name of flow.destinationNames.length > 0 ? flow.destinationNames : flow.sourceNames) {
    if (edge.names.length < NAMES_MAX && !edge.names.includes(name)) edge.names.push(name);
  }
  for (const { kind, namespace, name } of [...flow.egressDeniedBy, ...flow.ingressDeniedBy]) {
    const text = `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
    if (edge.deniedBy.length < NAMES_MAX && !edge.deniedBy.includes(text)) edge.deniedBy.push(text);
  }
}

function portOf({ l4 }: Flow): number {
  if (l4 === undefined || l4.protocol === 'other') return 0;
  return 'type' in l4 ? l4.type : l4.destinationPort;
}

function protocolOf({ l4 }: Flow): string {
  if (l4 === undefined) return '';
  return l4.protocol === 'other' ? l4.name : l4.protocol;
}

/** Pods are told apart by labels; who has no namespace is told apart by address. */
function placeOf(endpoint: FlowEndpoint, ip: string): string {
  return endpoint.namespace === '' ? ip : '';
}

function contentOf(l7: FlowL7 | undefined): string {
  switch (l7?.kind) {
    case undefined:
      return '';
    case 'http':
      return `${l7.type} ${l7.method} ${l7.url}`;
    case 'dns':
      return `${l7.type} ${l7.query}`;
    case 'other':
      return l7.type;
  }
}

/** Ports that a client's kernel picks; Linux begins at 32768. */
const EPHEMERAL_FROM = 32_768;

/**
 * Whether this is an answer. Drop events do not say (`is_reply` is absent), so TCP flags and ports must: a first
 * packet has SYN and no ACK; an answer goes from a service's port to a picked one.
 */
function looksLikeReply(flow: Flow): boolean {
  if (flow.isReply !== 'unknown') return flow.isReply;
  const { l4 } = flow;
  if (l4 === undefined || !('flags' in l4)) return false;
  if (l4.protocol === 'TCP' && l4.flags.includes('SYN')) return l4.flags.includes('ACK');
  return l4.destinationPort >= EPHEMERAL_FROM && l4.sourcePort < EPHEMERAL_FROM && l4.sourcePort > 0;
}
