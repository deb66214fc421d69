import type { Decision, EngineAssumption } from '../../model/decision.ts';
import type { PolicyRef } from '../../model/policy.ts';
import type { Assumption, Diagnosis, Finding, Opened, Party } from '../types.ts';

/** What becomes of a drop when the namespace is opened. */
export type Relief =
  | { readonly kind: 'relieved'; readonly decision: Decision }
  | {
      readonly kind: 'not-relieved';
      readonly because: NotRelieved;
      /** With the namespace open; absent where policy was not asked. */
      readonly decision?: Decision;
    }
  | { readonly kind: 'undecidable'; readonly assumptions: readonly EngineAssumption[] };

export type NotRelieved =
  /** A deny rule wins over every allow, the hatch's included. */
  | { readonly code: 'deny-rule'; readonly policies: readonly PolicyRef[] }
  /** Policy did not drop it. */
  | { readonly code: 'not-policy'; readonly reason: string }
  /** The proxy refuses the request itself, which no allow at the port changes. */
  | { readonly code: 'request-refused'; readonly policies: readonly PolicyRef[] }
  /** Who stands at the other end is not known: no identity that a policy could name. */
  | { readonly code: 'unknown-peer' }
  /** The hatch opens one end only, and the other still refuses: `hatch-one-sided`. */
  | { readonly code: 'other-end'; readonly other: string; readonly policies: readonly PolicyRef[] }
  /** No policy reacts to the label, or not at the end that refuses. */
  | { readonly code: 'no-hatch' }
  /** The files admit it already; the cluster has something else. */
  | { readonly code: 'admitted-already' };

export interface HatchDrop {
  readonly finding: Finding;
  readonly relief: Relief;
}

/** What opening a namespace would do to the drops of now, before anything is changed. */
export interface HatchPlan {
  readonly namespace: string;
  /** Whether it stands open already, as the inputs say. */
  readonly isOpen: boolean;
  readonly isPlatform: boolean;
  readonly diagnosis: Diagnosis;
  /** In the order of the diagnosis. */
  readonly drops: readonly HatchDrop[];
  /** Everything that would be open and is not. */
  readonly opens: readonly Opened[];
  /** What would close; a hatch should close nothing. */
  readonly closes: readonly Opened[];
}

/** One way that traffic took while a namespace stood open. */
export interface Lost {
  readonly from: Party;
  readonly to: Party;
  readonly protocol: string;
  readonly port: number;
  readonly count: number;
  readonly lastSeenMs?: number;
  /** With the namespace closed. */
  readonly decision: Decision;
}

/** What closing a namespace would drop of the traffic that was seen. */
export interface ClosePlan {
  readonly namespace: string;
  readonly isOpen: boolean;
  /** Connections that were seen to pass, as ways between two parties on a port. */
  readonly seen: number;
  readonly lost: readonly Lost[];
  /** Ways that cannot be judged for certain with the namespace closed. */
  readonly uncertain: readonly Lost[];
  readonly flows: number;
  readonly lostEvents: number;
  readonly assumptions: readonly Assumption[];
}
