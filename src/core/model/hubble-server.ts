/** What a relay or agent of Hubble says of itself: `observer.ServerStatusResponse`. Of a relay, all nodes together. */
export interface HubbleStatus {
  /** `hubble-relay v1.19.4+g…` or `cilium v1.19.4 …`; empty for old ones. */
  readonly version: string;
  /** Events that are kept, and how many can be. */
  readonly flows: number;
  readonly maxFlows: number;
  readonly seenFlows: number;
  readonly uptimeMs: number;
  /** Over the last minute of what is kept; 0 where it is not told. */
  readonly flowsPerSecond: number;
  /** Only of a relay. */
  readonly connectedNodes?: number;
  readonly unavailableNodeCount?: number;
  /** The first ten at most. */
  readonly unavailableNodes: readonly string[];
}

/** `observer.Node`. */
export interface HubbleNode {
  /** `cluster/node`, or the node alone. */
  readonly name: string;
  readonly version: string;
  readonly address: string;
  /** Hubble's `relay.NodeState`: `NODE_CONNECTED`, … */
  readonly state: string;
  /** The name in its certificate; empty where the relay speaks to it in the clear. */
  readonly tlsServerName: string;
  readonly uptimeMs: number;
  readonly flows: number;
  readonly maxFlows: number;
  readonly seenFlows: number;
}

/** A namespace that was seen in flows of the last hour. */
export interface HubbleNamespace {
  readonly cluster: string;
  readonly namespace: string;
}
