import type { ReadAssumption } from '../manifest/assumptions.ts';
import type { Decision, EngineAssumption } from '../model/decision.ts';
import type { FlowReadCounts } from '../model/flow.ts';
import type { Place } from '../model/place.ts';
import type { Direction, PolicyRef } from '../model/policy.ts';
import type { PortSet } from '../model/port-set.ts';

/** Who stands at one end of a finding: what a person would call it. */
export interface Party {
  readonly kind: 'pod' | 'reserved' | 'outside' | 'unknown';
  /** `zipline/api`, `kube-apiserver`, `world`; `east:zipline/api` for a pod of another cluster. */
  readonly name: string;
  /** Empty where there is none. */
  readonly namespace: string;
  readonly workload: string;
  /** The cluster, where it is another than the one whose files these are; else empty. */
  readonly cluster: string;
  /** Addresses, DNS names or pods seen; at most a handful. */
  readonly seenAs: readonly string[];
  /** How many there were. */
  readonly seenCount: number;
}

/** A rule or policy with its place, as the engine names it. */
export interface DecidedBy {
  readonly policy: PolicyRef;
  readonly place: Place;
  /** Whether a rule matched, or the policy made the direction default-deny. */
  readonly how: 'allow' | 'deny' | 'default-deny' | 'l7';
}

/**
 * Why traffic was dropped. The code is stable and documented in `docs/causes.md`; the fields are what the words
 * are made from.
 */
export type Cause =
  /** The namespace has no label for a shared resource. */
  | { readonly code: 'missing-access-label'; readonly namespace: string; readonly resource: string }
  /** The namespace's profile admits no such egress. `profile` is empty where it has none. */
  | { readonly code: 'profile-without-egress'; readonly namespace: string; readonly profile: string }
  /** The namespace's profile admits no ingress from this gateway. */
  | {
      readonly code: 'profile-without-gateway';
      readonly namespace: string;
      readonly profile: string;
      readonly gateway: string;
    }
  /** No baseline admits DNS: none in the files, or none was in the cluster. Should not happen. */
  | { readonly code: 'missing-dns-baseline'; readonly namespace: string; readonly isInFiles: boolean }
  /** No baseline admits Prometheus: none in the files, or none was in the cluster. Should not happen. */
  | { readonly code: 'missing-scrape-baseline'; readonly namespace: string; readonly isInFiles: boolean }
  /** A platform namespace's own policy lacks the rule. */
  | { readonly code: 'missing-platform-rule'; readonly namespace: string }
  /** No rule of an app's namespace admits it, and no label would. */
  | { readonly code: 'no-rule'; readonly namespace: string }
  /** This namespace's side admits it; the other end does not. */
  | { readonly code: 'other-end-refuses'; readonly namespace: string; readonly other: string }
  | { readonly code: 'denied-by-rule'; readonly policy: PolicyRef }
  /** A rule names the Service's port; policy sees the pod's. */
  | {
      readonly code: 'service-port';
      readonly policy: PolicyRef;
      readonly service: string;
      readonly servicePort: number;
      readonly podPort: number;
    }
  /** A CIDR rule covers the address, and CIDR rules never match pods or nodes. */
  | { readonly code: 'cidr-on-cluster-peer'; readonly policy: PolicyRef; readonly cidr: string }
  /** The peer is no endpoint of Cilium's, or Hubble knew nothing of it. */
  | { readonly code: 'unknown-peer'; readonly address: string; readonly isUnmanaged: boolean }
  /** The pod has no labels yet: Cilium gives it the identity `init`, under which nothing is allowed. */
  | { readonly code: 'endpoint-starting'; readonly pod: string }
  /** The address is a pod's, as other flows show, and this node took it for somebody else. */
  | {
      readonly code: 'identity-lost';
      readonly address: string;
      readonly pod: string;
      readonly seenAs: string;
    }
  /** The packet went to a Service's own address, which was not translated to a pod's. */
  | { readonly code: 'service-address'; readonly address: string; readonly service: string }
  /** A rule admits the name that was asked; Cilium knows the address by that name with a search domain behind. */
  | {
      readonly code: 'search-domain';
      readonly name: string;
      readonly asked: string;
      readonly policy: PolicyRef;
    }
  /** `request` is the most frequent one, empty where its contents are not known; `others` counts different ones. */
  | {
      readonly code: 'l7-refused';
      readonly policies: readonly PolicyRef[];
      readonly request: string;
      readonly others: number;
    }
  /** The proxy was to look into a request and failed; nobody refused it. */
  | { readonly code: 'proxy-error'; readonly request: string; readonly others: number }
  | { readonly code: 'authentication'; readonly policies: readonly PolicyRef[] }
  /** Rules admit this port by a name or a group, and who that is cannot be told from the inputs. */
  | { readonly code: 'undecidable'; readonly because: readonly Unknown[] }
  /** Dropped for another reason than policy; `report/` has advice for each. */
  | { readonly code: 'not-policy'; readonly reason: string }
  /** Recorded as dropped, and the files admit it. */
  | { readonly code: 'disagreement'; readonly because: Disagreement };

export type CauseCode = Cause['code'];
/** Every code, which the compiler checks. */
const CODES: Readonly<Record<CauseCode, true>> = {
  'missing-access-label': true,
  'profile-without-egress': true,
  'profile-without-gateway': true,
  'missing-dns-baseline': true,
  'missing-scrape-baseline': true,
  'missing-platform-rule': true,
  'no-rule': true,
  'other-end-refuses': true,
  'denied-by-rule': true,
  'service-port': true,
  'cidr-on-cluster-peer': true,
  'unknown-peer': true,
  'endpoint-starting': true,
  'identity-lost': true,
  'service-address': true,
  'search-domain': true,
  'l7-refused': true,
  'proxy-error': true,
  authentication: true,
  undecidable: true,
  'not-policy': true,
  disagreement: true,
};
export const CAUSE_CODES: readonly CauseCode[] = Object.keys(CODES) as CauseCode[];

/** What the inputs lack for an answer. */
export type Unknown =
  | EngineAssumption
  /** Another cluster dropped it, by policies that these files do not hold. */
  | { readonly code: 'other-cluster'; readonly cluster: string };

/** What may explain that the record and the files disagree. */
export type Disagreement =
  /** With the labels that the flow recorded it is denied: the files have moved on, or were never applied. */
  | {
      readonly kind: 'labels-differ';
      readonly namespace: string;
      readonly labels: readonly LabelDifference[];
    }
  /** The agent names a policy that the files do not have. */
  | { readonly kind: 'policy-not-in-files'; readonly policies: readonly string[] }
  /** The agent says that a deny rule matched, and none of the files' does. `policies` may be empty. */
  | { readonly kind: 'deny-rule-not-in-files'; readonly policies: readonly string[] }
  /** The proxy refused it, and no rule of the files leads it to the proxy. */
  | { readonly kind: 'redirect-not-in-files' }
  /** A connection was cut in its middle whose rule goes by name: the agent had forgotten the address. */
  | { readonly kind: 'name-expired'; readonly policies: readonly PolicyRef[] }
  /** Nothing in the inputs explains it. */
  | { readonly kind: 'unexplained' };

export interface LabelDifference {
  readonly key: string;
  /** Undefined: absent. */
  readonly recorded: string | undefined;
  readonly inFiles: string | undefined;
}

export type FixKind = 'access-label' | 'profile' | 'port' | 'rule';

/** One changed place of a file: the lines before and after. An insertion has an empty `before`. */
export interface FixEdit {
  readonly file: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

export interface Fix {
  readonly kind: FixKind;
  readonly steps: readonly FixStep[];
  readonly edits: readonly FixEdit[];
  /** The changed files whole, before and after. */
  readonly files: readonly { readonly path: string; readonly before: string; readonly text: string }[];
  /** What a reviewer should weigh. */
  readonly warnings: readonly FixWarning[];
}

export type FixStep =
  | {
      readonly kind: 'access-label';
      readonly namespace: string;
      readonly resource: string;
      readonly label: string;
    }
  | {
      readonly kind: 'profile';
      readonly namespace: string;
      readonly from: string;
      readonly to: string;
      readonly label: string;
    }
  /** A rule's port, which was the Service's, becomes the pod's. */
  | {
      readonly kind: 'port';
      readonly policy: PolicyRef;
      readonly place: Place;
      readonly from: number;
      readonly to: number;
    }
  | { readonly kind: 'rule'; readonly policy: PolicyRef; readonly list: Direction; readonly place: Place };

export type FixWarning =
  /** A profile opens more than the port that was asked for; the proof lists it. */
  | { readonly code: 'profile-widens'; readonly narrower: 'policy-in-namespace' }
  /** Something that passed before will not; the proof lists it. */
  | { readonly code: 'closes' }
  /** Nodes stand for more than themselves: clients from outside may come by their addresses. */
  | { readonly code: 'admits-nodes' }
  /** Everybody outside may come in, since an address may be a node's that stands for a client. */
  | { readonly code: 'admits-world' }
  /** The address is a private one and may be a Service's or a pod's, which a rule for the world does not admit. */
  | { readonly code: 'private-address'; readonly address: string };

/** Why there is no fix. */
export type NoFix =
  /** More findings than fixes were asked for; the most frequent ones come first. */
  | { readonly code: 'not-searched'; readonly most: number }
  /** It is not for a policy to fix, or no change would. */
  | { readonly code: 'nothing-to-change' }
  /** A deny rule is somebody's decision: remove or narrow it by hand. */
  | { readonly code: 'deny-is-deliberate' }
  /** Candidates were tried, and it would still be denied. */
  | { readonly code: 'not-provable'; readonly tried: readonly FixKind[] }
  /** The file cannot be edited safely; write it by hand. */
  | { readonly code: 'edit-refused'; readonly file: string; readonly line: number; readonly why: string }
  /** A policy of the namespace's own is needed, and none is there to add a rule to. */
  | { readonly code: 'needs-own-policy'; readonly namespace: string }
  /** It should exist for all pods: restore the baseline. */
  | { readonly code: 'restore-baseline'; readonly baseline: string; readonly isInFiles: boolean };

export interface Opened {
  readonly from: string;
  readonly to: string;
  readonly ports: PortSet;
}

/** The flow judged again with the change made, and everything else that the change opens or closes. */
export interface Proof {
  readonly before: Decision;
  readonly after: Decision;
  /** Without the finding's own pair and port. */
  readonly opens: readonly Opened[];
  /** What passed before and does not any more; hardly ever anything. */
  readonly closes: readonly Opened[];
}

export interface Finding {
  readonly cause: Cause;
  /** As recorded: where the packet was dropped. */
  readonly direction: Direction | 'unknown';
  readonly from: Party;
  readonly to: Party;
  readonly protocol: string;
  /** The pod's port; the type for ICMP; 0 where there is none. */
  readonly port: number;
  readonly count: number;
  /** Milliseconds since 1970; absent where the flows have no time. */
  readonly firstSeenMs?: number;
  readonly lastSeenMs?: number;
  readonly dropReason: string;
  readonly decidedBy: readonly DecidedBy[];
  /** Absent where an end is not known well enough to be judged. */
  readonly decision?: Decision;
  readonly fix?: Fix;
  readonly noFix?: NoFix;
  readonly proof?: Proof;
  readonly assumptions: readonly EngineAssumption[];
}

/** Drops that are nobody's to fix. */
export interface Folded {
  readonly kind: 'reply' | 'noise' | 'audit';
  readonly count: number;
}

export type Assumption =
  | ReadAssumption
  /** Nobody said what the cluster is called; the flows do. */
  | { readonly code: 'cluster-name'; readonly name: string }
  /** Recorded as passing, and the files deny it: not applied yet, refused, or drifted. */
  | { readonly code: 'passed-though-denied'; readonly count: number; readonly example: PassedThoughDenied }
  | { readonly code: 'lost-events'; readonly count: number }
  | {
      readonly code: 'skipped-lines';
      readonly count: number;
      readonly file: string;
      readonly firstLine: number;
    }
  | { readonly code: 'labels-from-files'; readonly count: number }
  | { readonly code: 'labels-unknown'; readonly count: number; readonly example: string }
  | { readonly code: 'too-many-edges'; readonly count: number }
  | { readonly code: 'engine'; readonly assumption: EngineAssumption };

export interface PassedThoughDenied {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly port: number;
}

export interface Diagnosis {
  readonly namespace: string;
  readonly window: {
    /** Milliseconds since 1970; absent without flows. */
    readonly fromMs?: number;
    readonly toMs?: number;
    readonly flows: number;
    /** Drops that touch the namespace, each once: of findings, answers and noise; not what audit mode let through. */
    readonly dropped: number;
    readonly lost: number;
    readonly skipped: number;
  };
  readonly findings: readonly Finding[];
  readonly folded: readonly Folded[];
  readonly assumptions: readonly Assumption[];
  readonly counts: FlowReadCounts;
  /** Whether any flow had an end in the namespace. */
  readonly isSeen: boolean;
}
