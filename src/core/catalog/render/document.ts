import type { CatalogPort } from '../types.ts';

/** A policy object before it is text: only the forms that are rendered. */
export interface PolicyDocument {
  readonly name: string;
  /** Absent: a clusterwide policy. */
  readonly namespace?: string;
  /** One: `spec`. More: `specs`, so that both ends come and go as one object. */
  readonly specs: readonly Spec[];
}

export interface Spec {
  readonly description: string;
  readonly subject: Subject;
  /** Written where the policy only adds: it isolates nobody that nothing else isolates. */
  readonly addsOnly?: boolean;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

export type Subject =
  | { readonly kind: 'endpoints'; readonly selector: LabelSelector }
  /** The nodes themselves, for clusters with the host firewall. */
  | { readonly kind: 'nodes'; readonly selector: LabelSelector };

/** No labels and no keys: everybody whom the kind of policy can select. */
export interface LabelSelector {
  readonly labels?: Readonly<Record<string, string>>;
  /** Keys that must be there, with any value. */
  readonly exists?: readonly string[];
}

export interface Rule {
  readonly comment?: string;
  readonly peers: Peers;
  /** Absent: every port and protocol. */
  readonly ports?: readonly CatalogPort[];
  /** Through the DNS proxy, so that rules by name learn addresses. */
  readonly dns?: boolean;
}

export type Peers =
  | { readonly kind: 'endpoints'; readonly selectors: readonly LabelSelector[] }
  | { readonly kind: 'entities'; readonly entities: readonly string[] }
  | { readonly kind: 'cidrs'; readonly cidrs: readonly string[] }
  /** Egress only. */
  | { readonly kind: 'names'; readonly patterns: readonly string[] };
