import type { Cidr } from './cidr.ts';
import type { LabelText } from './label.ts';
import type { Place } from './place.ts';
import type { Policy } from './policy.ts';
import type { NamedPort } from './port.ts';

/**
 * Who takes part: a pod, a reserved identity, or an address outside the cluster. Endpoints with the same labels
 * have one identity and so one verdict; only their named ports can tell them apart.
 */
export interface Endpoint {
  /** Unique in a world: `shop/web`, `world`, `1.2.3.4`. */
  readonly id: string;
  /** All identity labels as text, in any order. */
  readonly labels: readonly LabelText[];
  readonly ports?: readonly NamedPort[];
  /** Matched by CIDR rules where the agent is told to (`policy-cidr-match-mode`), as single addresses. */
  readonly addresses?: readonly string[];
}

export interface CidrGroup {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cidrs: readonly Cidr[];
  readonly place?: Place;
}

export interface ServicePort {
  readonly name?: string;
  readonly protocol: string;
  readonly port: number;
  /** A number, or the name of a container's port. Absent: the same as `port`. */
  readonly targetPort?: number | string;
  readonly nodePort?: number;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent or empty: a Service without a selector, whose backends are given by hand. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports: readonly ServicePort[];
  readonly type?: string;
  readonly clusterIPs?: readonly string[];
  /** Backend addresses of a Service without a selector, where they are known. */
  readonly backends?: readonly string[];
  readonly place?: Place;
}

/** All that a verdict depends on, but for the agent's options. */
export interface World {
  readonly policies: readonly Policy[];
  readonly endpoints: readonly Endpoint[];
  readonly cidrGroups?: readonly CidrGroup[];
  readonly services?: readonly Service[];
}
