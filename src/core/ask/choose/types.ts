import type { Place } from '../../model/place.ts';
import type { PolicyRef } from '../../model/policy.ts';
import type { Protocol } from '../../model/port.ts';

/** One thing that an app needs from outside of its pods. */
export type Need =
  /** A gateway leads to it, on this port of its pods where one is known. */
  | { readonly kind: 'gateway'; readonly gateway: string; readonly port?: number }
  /** It goes out of the cluster. No targets: anywhere. */
  | {
      readonly kind: 'out';
      readonly targets: readonly OutTarget[];
      readonly port: number;
      readonly protocol: Protocol;
    }
  | { readonly kind: 'access'; readonly resource: string };

export interface OutTarget {
  readonly address: string;
  /** Names that DNS had for it. */
  readonly names: readonly string[];
}

/** What shows a need. */
export type Evidence =
  /** Somebody said so, by a flag or an answer. */
  | { readonly kind: 'asked' }
  /** A route, an Ingress or a VirtualService that leads to the namespace. */
  | { readonly kind: 'route'; readonly object: string; readonly name: string; readonly place: Place }
  /** The address of the resource's Service stands in a manifest. */
  | { readonly kind: 'host'; readonly host: string; readonly place: Place }
  | { readonly kind: 'flows'; readonly count: number; readonly example: string };

export interface ShownNeed {
  readonly need: Need;
  readonly evidence: readonly Evidence[];
}

/** What was seen and is nothing that a profile or an access label is for. */
export interface OtherTraffic {
  readonly direction: 'ingress' | 'egress';
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly protocol: string;
  readonly count: number;
  /** A policy of the namespace's own that admits it at this end. */
  readonly admittedBy?: PolicyRef;
}

export interface Needs {
  readonly needs: readonly ShownNeed[];
  readonly others: readonly OtherTraffic[];
  /** Addresses outside in manifests: whether the app calls them, nobody can tell from a text. */
  readonly hints: readonly { readonly url: string; readonly place: Place }[];
}

export const NO_NEEDS: Needs = { needs: [], others: [], hints: [] };
