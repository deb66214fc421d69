import type { Cidr } from './cidr.ts';
import type { L7Rules, NamePattern } from './l7.ts';
import type { Path, Place } from './place.ts';
import type { PortMatch } from './port.ts';
import type { Selector } from './selector.ts';

export const POLICY_KINDS = [
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'NetworkPolicy',
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];

export const DIRECTIONS = ['egress', 'ingress'] as const;
export type Direction = (typeof DIRECTIONS)[number];

export const RULE_LISTS = ['ingress', 'ingressDeny', 'egress', 'egressDeny'] as const;
export type RuleList = (typeof RULE_LISTS)[number];

/** Which object. Clusterwide policies have an empty namespace. */
export interface PolicyRef {
  readonly kind: PolicyKind;
  readonly namespace: string;
  readonly name: string;
}

/** The far side of a rule, as written: namespaces and clusters are added when it is compiled. */
export type Peer =
  | { readonly kind: 'endpoints'; readonly selector: Selector }
  /** `fromNodes`, `toNodes`. */
  | { readonly kind: 'nodes'; readonly selector: Selector }
  | { readonly kind: 'entity'; readonly entity: string }
  | { readonly kind: 'cidr'; readonly cidr: Cidr; readonly except: readonly Cidr[] }
  | {
      readonly kind: 'cidr-group';
      readonly group: { readonly ref: string } | { readonly selector: Selector };
      readonly except: readonly Cidr[];
    }
  | { readonly kind: 'fqdn'; readonly pattern: NamePattern }
  /** An empty namespace is any namespace. */
  | { readonly kind: 'service'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'service-selector'; readonly selector: Selector; readonly namespace: string }
  /** `from`/`to` of a Kubernetes NetworkPolicy; without a namespace selector, the policy's own namespace. */
  | { readonly kind: 'pods'; readonly pods?: Selector; readonly namespaces?: Selector }
  /** `fromGroups`, `toGroups`: AWS security groups, which no file can resolve. */
  | { readonly kind: 'cloud-group' };

/**
 * Whom a rule is about. Cilium gives "nothing written" and "an empty list" opposite meanings
 * (`pkg/policy/utils/parserules.go`), so they have names:
 * - `omitted`: no peer is written. With ports every peer, without ports none.
 * - `none`: an empty list, which selects nobody.
 * - `some`: any of these.
 */
export type PeerSet =
  | { readonly kind: 'omitted' }
  | { readonly kind: 'none' }
  | { readonly kind: 'some'; readonly peers: readonly Peer[] };

/** One element of `toPorts` or of `icmps`. Without a port it matches nothing. */
export interface PortRule {
  readonly ports: readonly PortMatch[];
  readonly l7?: L7Rules;
}

/** One element of one of the four lists: what Cilium calls an entry. */
export interface Rule {
  readonly direction: Direction;
  readonly effect: 'allow' | 'deny';
  readonly list: RuleList;
  readonly index: number;
  /** From the object's root: `['spec', 'ingress', 0]`. */
  readonly path: Path;
  readonly place: Place;
  readonly peers: PeerSet;
  /** Absent: every protocol and port. */
  readonly ports?: readonly PortRule[];
  /** `fromRequires`/`toRequires`, which 1.18 still adds to every endpoint peer of the same subject. */
  readonly requires?: readonly Selector[];
  readonly authentication?: string;
}

/** `spec`, or one of `specs`. */
export interface PolicySpec {
  readonly subject: { readonly kind: 'endpoints' | 'nodes'; readonly selector: Selector };
  readonly rules: readonly Rule[];
  readonly enableDefaultDeny: { readonly ingress?: boolean; readonly egress?: boolean };
  readonly place: Place;
}

/** A policy that the agent accepts, as written. */
export interface Policy extends PolicyRef {
  readonly place: Place;
  readonly specs: readonly PolicySpec[];
  readonly description?: string;
  /** Which document of its file it is, from 0, empty ones counted; absent where it is not from a file. */
  readonly document?: number;
  /** Its path within the document: empty, or `['items', 2]` in a List. */
  readonly root?: Path;
}

export function formatPolicyRef({ kind, namespace, name }: PolicyRef): string {
  const short = kind === 'CiliumNetworkPolicy' ? 'CNP' : kind === 'NetworkPolicy' ? 'NP' : 'CCNP';
  return namespace === '' ? `${short} ${name}` : `${short} ${namespace}/${name}`;
}
