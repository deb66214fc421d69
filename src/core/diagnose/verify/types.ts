import type { CatalogEntity, CatalogPort, Pods } from '../../catalog/index.ts';
import type { ReadAssumption } from '../../manifest/assumptions.ts';
import type { Decision } from '../../model/decision.ts';
import type { FlowReadCounts } from '../../model/flow.ts';
import type { Direction } from '../../model/policy.ts';
import type { Finding } from '../types.ts';

/** Whom a check is about, at the end that is not in the namespace. */
export type CheckPeer =
  | {
      readonly kind: 'pods';
      readonly role: 'dns' | 'resource' | 'gateway' | 'prometheus' | 'ztunnel' | 'beside';
      readonly pods: Pods;
    }
  | { readonly kind: 'entity'; readonly entity: CatalogEntity | 'health' }
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'fqdn'; readonly pattern: string };

/** What of the model says that it must work. */
export type Promised =
  | { readonly kind: 'baseline'; readonly baseline: string }
  | { readonly kind: 'profile'; readonly profile: string }
  | { readonly kind: 'access'; readonly label: string }
  /** What every platform namespace's own policy must admit. */
  | { readonly kind: 'platform' }
  | { readonly kind: 'mesh' }
  | { readonly kind: 'intra-namespace' };

/** Why nothing says so. */
export type Unpromised =
  /** The namespace lacks the label. */
  | { readonly kind: 'no-access'; readonly label: string }
  /** The profile does not open it. */
  | { readonly kind: 'not-in-profile'; readonly profile: string }
  | { readonly kind: 'no-profile' }
  | { readonly kind: 'unknown-profile'; readonly profile: string }
  /** Policies of its own decide. */
  | { readonly kind: 'platform-decides' }
  /** The catalog leaves the baseline out. */
  | { readonly kind: 'no-baseline'; readonly baseline: string };

/** One thing that a namespace may need, and whether its labels promise it. */
export interface Check {
  /** Stable and unique: `dns`, `access:postgres`, `internet`, `gateway:internal`, `scrape`, `to:10.0.0.0/8`. */
  readonly id: string;
  /** Seen from the namespace. */
  readonly direction: Direction;
  /** Any of these. */
  readonly peers: readonly CheckPeer[];
  /** The receiving pod's. Empty: every protocol and port. */
  readonly ports: readonly CatalogPort[];
  readonly promised: Promised | undefined;
  /** Set where `promised` is not. */
  readonly unpromised: Unpromised | undefined;
  /** One of the five that are always shown. */
  readonly isMain: boolean;
}

/**
 * What was seen.
 * - `pass`: requests were seen passing both ends, or the only end that Cilium enforces on.
 * - `fail`: requests were seen dropped, and it is not a state that has passed.
 * - `half`: requests left, and were seen neither arriving nor answered.
 * - `audit`: the only requests were let through by audit mode, against the policies.
 * - `no-traffic`: nothing was seen.
 */
export const OUTCOMES = ['pass', 'fail', 'half', 'audit', 'no-traffic'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Flows of one kind. Times are milliseconds since 1970, 0 where no flow had one. */
export interface Span {
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** What flows showed of a check. Each event counts once at its end. */
export interface Evidence {
  /** Requests admitted by the egress of the sending end. */
  readonly left: Span;
  /** Requests admitted by the ingress of the receiving end. */
  readonly arrived: Span;
  /** Packets back. They show that a request that was seen has arrived, and are no request. */
  readonly answered: Span;
  /** Drops that count. */
  readonly dropped: Span;
  /** Drops of a state that has passed: the same ends were seen passing afterwards. */
  readonly outdated: Span;
  readonly audited: Span;
  /** Who was seen at the far end, sorted; at most a handful. */
  readonly peers: readonly string[];
  readonly peerCount: number;
  /** Ports that were used, as `5432/TCP`, sorted; at most a handful. */
  readonly ports: readonly string[];
}

/** What the policies say, whatever was seen. */
export interface Expectation {
  /** `mixed`: some pods of the namespace may, others may not. */
  readonly verdict: 'allowed' | 'denied' | 'undecidable' | 'mixed';
  /** The decision that says so; of a mixed answer one that denies. Absent where nobody is known who could be asked. */
  readonly decision?: Decision;
  /** Whether the far end was made up from the catalog, because nothing declares it. */
  readonly isPeerAssumed: boolean;
}

export interface CheckResult {
  readonly check: Check;
  readonly outcome: Outcome;
  readonly evidence: Evidence;
  readonly expected: Expectation;
  /** Whether all that decides the outcome was seen before the last change, so that it may be over. */
  readonly isBeforeChange: boolean;
  /** Why it fails, as `debug` says it, most frequent first. */
  readonly findings: readonly Finding[];
}

/** What was changed last of all that the checks depend on. */
export interface LastChange {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly what: 'namespace' | 'policy' | 'wait';
  /** `CNP shop/web`, or the namespace; empty for the start of the wait. */
  readonly name: string;
}

export interface Verification {
  readonly namespace: string;
  readonly labels: {
    /** Empty for none. */
    readonly profile: string;
    readonly access: readonly string[];
    readonly isPlatform: boolean;
    readonly isHatchOpen: boolean;
    /** Who says so: files (or the cluster), the flows, or nobody. */
    readonly from: 'files' | 'flows' | 'nowhere';
  };
  readonly window: {
    /** Milliseconds since 1970; absent without flows. */
    readonly fromMs?: number;
    readonly toMs?: number;
    readonly flows: number;
    readonly lost: number;
    readonly skipped: number;
    /** How often we were not listening: the connection to the relay broke, and was made anew. */
    readonly gaps: number;
  };
  /** Milliseconds since 1970: what ages are counted from. */
  readonly nowMs: number;
  readonly change?: LastChange;
  readonly graceMs: number;
  readonly results: readonly CheckResult[];
  /** Drops of the namespace that no check is about. */
  readonly otherDrops: number;
  readonly assumptions: readonly ReadAssumption[];
  readonly counts: FlowReadCounts;
  /** Whether any flow had an end in the namespace. */
  readonly isSeen: boolean;
  /** Whether files or cluster have it. */
  readonly isDeclared: boolean;
}
