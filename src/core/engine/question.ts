import type { L7Request } from '../model/l7.ts';
import type { Protocol } from '../model/port.ts';

/** The number of an endpoint in a world: its place in `world.endpoints`. */
export type EndpointIndex = number & { readonly __brand?: 'EndpointIndex' };

export interface Question {
  readonly from: EndpointIndex;
  readonly to: EndpointIndex;
  readonly protocol: Protocol;
  /** The pod's port, never the Service's; the type for ICMP. */
  readonly port: number;
  /** The request's contents, where they are known. */
  readonly l7?: L7Request;
}
