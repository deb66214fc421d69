import type { Flow } from '../model/flow.ts';
import type { JsonObject } from './fields.ts';

/** One thing that a source of flows tells, in the order in which it does. */
export type FlowEvent = FlowSeen | EventsLost | NodesChanged | FlowGap;

/** What came from Hubble, besides what of it the model keeps. */
interface Told {
  readonly nodeName: string;
  /** Milliseconds since 1970; 0 where there is no time. */
  readonly timeMs: number;
  /**
   * All of it, as protojson with the proto file's names: Hubble's `GetFlowsResponse`, as `hubble observe -o jsonpb`
   * writes it. Made when it is asked for. A bare flow of an old recording is given its wrapper.
   */
  readonly json: () => JsonObject;
}

export interface FlowSeen {
  readonly kind: 'flow';
  readonly flow: Flow;
  readonly json: Told['json'];
}

/** Hubble could not keep events. */
export interface EventsLost extends Told {
  readonly kind: 'lost';
  /** Hubble's `flow.LostEventSource`: `HUBBLE_RING_BUFFER`, … */
  readonly source: string;
  readonly count: number;
  readonly cpu?: number;
  /** Milliseconds since 1970. */
  readonly firstMs?: number;
  readonly lastMs?: number;
}

/** What a relay says of its nodes. */
export interface NodesChanged extends Told {
  readonly kind: 'nodes';
  /** Hubble's `relay.NodeState`: `NODE_CONNECTED`, `NODE_UNAVAILABLE`, `NODE_GONE`, `NODE_ERROR`. */
  readonly state: string;
  readonly nodes: readonly string[];
  readonly message: string;
}

/** We were not listening: what happened meanwhile may be missing. Hubble does not say this; the client does. */
export interface FlowGap {
  readonly kind: 'gap';
  /** The time of the last flow before, and of the first after. Milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Why: `disconnected`, or `overtaken` where the server no longer had the flows from there on. */
  readonly because: 'disconnected' | 'overtaken';
  /** What the connection said when it ended. A stranger's words. */
  readonly detail: string;
}
