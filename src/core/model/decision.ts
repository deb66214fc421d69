import type { LabelText } from './label.ts';
import type { Place } from './place.ts';
import type { Direction, PolicyRef, RuleList } from './policy.ts';
import type { Protocol } from './port.ts';

/**
 * What one side says. `unjudged`: that side is no endpoint that Cilium enforces on (the world, another node).
 * `not-enforced`: no policy selects it in this direction, so everything passes.
 */
export type SideVerdict = 'allowed' | 'denied' | 'not-enforced' | 'unjudged';

/** A rule with its place, and why it is named. */
export interface RuleRef {
  readonly policy: PolicyRef;
  readonly list: RuleList;
  readonly index: number;
  readonly place: Place;
}

/** Why a side decided as it did; a code, never a sentence. */
export type DecisionReason =
  | 'allow-rule'
  | 'deny-rule'
  /** An allow of the local host that no policy wrote (`allow-localhost`). */
  | 'local-host'
  /** No rule matches, and the direction is default-deny. */
  | 'default-deny'
  /** Rules select it, but none of their policies switches default-deny on. */
  | 'no-default-deny'
  /** `enable-policy=always`, or an endpoint that is still starting: nothing matched. */
  | 'enforced-always'
  /** An L7 rule took the connection, and no rule accepts this request. */
  | 'l7-refused'
  | 'no-policy'
  | 'enforcement-never'
  | 'host-firewall-off'
  | 'outside';

/** What a rule that nearly matched lacks. */
export type Lacking =
  /** Its policy does not select the subject; these labels would do it, where labels alone can. */
  | { readonly kind: 'subject'; readonly labels: readonly LabelText[] }
  /** It does not select the peer; these labels on the peer would do it, where labels alone can. */
  | { readonly kind: 'peer'; readonly labels: readonly LabelText[] }
  /** It is for other ports: `TCP/5432`, `UDP/8000-8100`. */
  | { readonly kind: 'port'; readonly wants: readonly string[] }
  /** It names a port that the receiving pod does not declare with that protocol. */
  | { readonly kind: 'named-port'; readonly name: string };

export interface NearMiss {
  readonly rule: RuleRef;
  /** One kind each; never empty. */
  readonly lacking: readonly Lacking[];
}

/** The answer for one direction, with its reasons. */
export interface SideDecision {
  readonly direction: Direction;
  /** Whose policies were asked: the source for egress, the destination for ingress. */
  readonly subject: string;
  readonly verdict: SideVerdict;
  readonly reason: DecisionReason;
  /** The rules that decided: all allows or all denies that matched. Empty for a default. */
  readonly rules: readonly RuleRef[];
  /** The policies that made this direction default-deny. */
  readonly defaultDenyBy: readonly (PolicyRef & { readonly place: Place })[];
  /** What came closest, best first, where the side is denied by default. */
  readonly nearest: readonly NearMiss[];
  /** Whether matching rules look into the contents (HTTP, DNS, SNI). */
  readonly l7: boolean;
  readonly assumptions: readonly EngineAssumption[];
  /**
   * False where the verdict follows from the inputs, and something that they lack could turn it: which addresses a
   * name has, who is in a group, whether a Service exists. `assumptions` say what.
   */
  readonly isCertain: boolean;
}

export interface Decision {
  /** What follows from the inputs; see `isCertain`. */
  readonly verdict: 'allowed' | 'denied';
  /** False where it cannot be decided: neither side refuses for certain, and one of them might. */
  readonly isCertain: boolean;
  readonly from: string;
  readonly to: string;
  readonly protocol: Protocol;
  /** The pod's port; the type for ICMP. */
  readonly port: number;
  readonly egress: SideDecision;
  readonly ingress: SideDecision;
}

/** What an answer took for granted. */
export type EngineAssumption =
  /** A rule allows by name, and no DNS answer for it is known. */
  | { readonly code: 'fqdn-unknown'; readonly policy: PolicyRef; readonly pattern: string }
  /** An L7 rule applies, and the contents were not given. */
  | { readonly code: 'l7-not-evaluated'; readonly policy: PolicyRef }
  /** A rule names cloud security groups, which no file can resolve. */
  | { readonly code: 'cloud-group-unresolved'; readonly policy: PolicyRef }
  /** A rule names a Service that is not among the inputs; with ports that opens every destination. */
  | { readonly code: 'service-unknown'; readonly policy: PolicyRef; readonly service: string }
  /** A rule names a CIDR group that is not among the inputs, so it selects nothing. */
  | { readonly code: 'cidr-group-unknown'; readonly policy: PolicyRef; readonly group: string }
  /** A policy asks for labels of a pod that nobody knows. */
  | { readonly code: 'labels-unknown'; readonly policy: PolicyRef; readonly pod: string }
  /** A header rule compares with a Secret. */
  | { readonly code: 'secret-unknown'; readonly policy: PolicyRef }
  /** Mutual authentication is asked for; whether it succeeds is not decided here. */
  | { readonly code: 'authentication-required'; readonly policy: PolicyRef };
