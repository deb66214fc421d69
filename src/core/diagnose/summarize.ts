import type { Flow, FlowEndpoint, FlowL7, FlowReadCounts } from '../model/flow.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FlowSource } from '../ports/flow-source.ts';
import { namespaceOf } from './flow-namespace.ts';
import { compareText } from './order.ts';

/** Edges kept at most. What comes after is counted and named, never dropped in silence. */
const EDGES_MAX = 100_000;
/** DNS names, and names of policies, kept of one edge. */
const NAMES_MAX = 8;

/** Flows between two ends on one port that look the same, counted. */
export interface Edge {
  readonly source: FlowEndpoint;
  readonly destination: FlowEndpoint;
  /** Where labels say too little (the world), the address is part of who it is; else the first of those seen. */
  sourceIp: string;
  destinationIp: string;
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
  /** 0 where no flow had a time. */
  firstMs: number;
  lastMs: number;
  /** DNS names of the far end. */
  readonly names: string[];
  readonly deniedBy: string[];
  readonly destinationService: string;
  readonly type: Flow['type'];
  /** TCP without a SYN in any of the packets. */
  isMidConnection: boolean;
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
  const summary = new Summarizer(namespace);
  for await (const batch of source.batches(until)) {
    for (const flow of batch) summary.add(flow);
  }
  return summary.summary(source.counts());
}

interface OpenEdge {
  readonly edge: Edge;
  readonly told: Map<string, Told>;
}

/** What one node told of an edge. */
interface Told {
  drops: number;
  verdicts: number;
  /** Events whose kind the export left out: those that may still be the first of two. */
  open: { readonly sourcePort: number; readonly timeMs: number } | undefined;
}

/** Sums up flows as they come. */
export class Summarizer {
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
    if (namespaceOf(source) !== this.#namespace && namespaceOf(destination) !== this.#namespace) return;
    const port = portOf(flow);
    const isReply = looksLikeReply(flow);
    const key = `${this.#idOf(source)}|${this.#idOf(destination)}|${placeOf(source, flow.sourceIp)}|${placeOf(
      destination,
      flow.destinationIp,
    )}|${protocolOf(flow)}|${port}|${flow.direction}|${flow.verdict}|${flow.dropReason}|${isReply}|${flow.verdict === 'DROPPED' || flow.verdict === 'ERROR' ? contentOf(flow.l7) : ''}`;
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

  /** All so far. More flows may be added afterwards, which changes the edges of earlier summaries too. */
  summary(counts: FlowReadCounts): FlowSummary {
    const edges = this.#inOrder().map(({ edge, told }) => {
      let count = 0;
      for (const { drops, verdicts } of told.values()) count += Math.max(drops, verdicts);
      edge.count = count;
      edge.names.sort(compareText);
      edge.deniedBy.sort(compareText);
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

  /** Edges in an order that does not depend on that of the flows. */
  #inOrder(): readonly OpenEdge[] {
    const ranks = new Map<string, string>();
    const texts = [...this.#endpointTexts].sort((a, b) => compareText(a[0], b[0]));
    const width = String(texts.length).length;
    for (const [rank, [, id]] of texts.entries()) ranks.set(String(id), String(rank).padStart(width, '0'));
    return [...this.#edges]
      .map(([key, edge]) => {
        const [source = '', destination = '', ...rest] = key.split('|');
        return { edge, key: [ranks.get(source), ranks.get(destination), ...rest].join('|') };
      })
      .sort((a, b) => compareText(a.key, b.key))
      .map(({ edge }) => edge);
  }

  /** The reader shares objects for ends that look the same; when it had to forget one, the text tells. */
  #idOf(endpoint: FlowEndpoint): number {
    const known = this.#endpoints.get(endpoint);
    if (known !== undefined) return known;
    const { namespace, podName, labels, workloads, clusterName, identity } = endpoint;
    const number = labels.length === 0 ? identity : 0;
    const text = JSON.stringify([namespace, podName, labels, number, workloads, clusterName]);
    let id = this.#endpointTexts.get(text);
    if (id === undefined) this.#endpointTexts.set(text, (id = this.#endpointTexts.size));
    if (this.#endpoints.size >= EDGES_MAX) this.#endpoints.clear();
    this.#endpoints.set(endpoint, id);
    return id;
  }
}

/** The edge that a flow is of, without it. */
export function edgeOf(flow: Flow, port: number, isReply: boolean): Edge {
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
    type: flow.type,
    isMidConnection: flow.l4?.protocol === 'TCP' && flow.l4.flags.length > 0,
  };
}

const POLICY_VERDICT_EVENT = 5;

function tell({ edge, told }: OpenEdge, flow: Flow): void {
  if (flow.timeMs > 0) {
    if (edge.firstMs === 0 || flow.timeMs < edge.firstMs) edge.firstMs = flow.timeMs;
    if (flow.timeMs > edge.lastMs) edge.lastMs = flow.timeMs;
  }
  let node = told.get(flow.nodeName);
  if (node === undefined) told.set(flow.nodeName, (node = { drops: 0, verdicts: 0, open: undefined }));
  const times = flow.aggregated ?? 1;
  if (flow.eventType === POLICY_VERDICT_EVENT) node.verdicts += times;
  else if (flow.eventType !== 0 || !isSecondEvent(node, flow)) node.drops += times;
  if (edge.isMidConnection && flow.l4?.protocol === 'TCP' && flow.l4.flags.includes('SYN'))
    edge.isMidConnection = false;
  if (flow.sourceIp < edge.sourceIp) edge.sourceIp = flow.sourceIp;
  if (flow.destinationIp < edge.destinationIp) edge.destinationIp = flow.destinationIp;
  for (const name of flow.destinationNames.length > 0 ? flow.destinationNames : flow.sourceNames)
    keep(edge.names, name);
  for (const { kind, namespace, name } of [...flow.egressDeniedBy, ...flow.ingressDeniedBy])
    keep(edge.deniedBy, `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`);
}

/** Keeps a handful, the same whatever the order in which they come. */
function keep(list: string[], text: string): void {
  if (list.includes(text)) return;
  list.push(text);
  if (list.length <= NAMES_MAX) return;
  list.sort(compareText);
  list.pop();
}

/** Two events of one packet are microseconds apart; a packet sent again is a second later. */
const PAIR_MS = 50;

/** Whether an event of a kind that was left out is the other event of the packet before it. */
function isSecondEvent(node: Told, { l4, timeMs }: Flow): boolean {
  const sourcePort = l4 !== undefined && 'sourcePort' in l4 ? l4.sourcePort : 0;
  const { open } = node;
  const isSecond =
    open !== undefined && open.sourcePort === sourcePort && Math.abs(timeMs - open.timeMs) <= PAIR_MS;
  node.open = isSecond ? undefined : { sourcePort, timeMs };
  return isSecond;
}

export function portOf({ l4 }: Flow): number {
  if (l4 === undefined || l4.protocol === 'other') return 0;
  return 'type' in l4 ? l4.type : l4.destinationPort;
}

export function protocolOf({ l4 }: Flow): string {
  if (l4 === undefined) return '';
  return l4.protocol === 'other' ? l4.name : l4.protocol;
}

/** Pods are told apart by labels; who has no namespace is told apart by address. */
function placeOf(endpoint: FlowEndpoint, ip: string): string {
  return endpoint.namespace === '' ? ip : '';
}

export function contentOf(l7: FlowL7 | undefined): string {
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
export function looksLikeReply(flow: Flow): boolean {
  if (flow.isReply !== 'unknown') return flow.isReply;
  const { l4 } = flow;
  if (l4 === undefined || !('flags' in l4)) return false;
  if (l4.protocol === 'TCP' && l4.flags.includes('SYN')) return l4.flags.includes('ACK');
  return l4.destinationPort >= EPHEMERAL_FROM && l4.sourcePort < EPHEMERAL_FROM && l4.sourcePort > 0;
}
