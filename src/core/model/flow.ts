import type { LabelText } from './label.ts';

/** Verdicts of a flow. Hubble `flow.proto`; a name that this list lacks becomes `UNKNOWN` and is counted. */
export const FLOW_VERDICTS = [
  'UNKNOWN',
  'FORWARDED',
  'DROPPED',
  'ERROR',
  'AUDIT',
  'REDIRECTED',
  'TRACED',
  'TRANSLATED',
] as const;
export type FlowVerdict = (typeof FLOW_VERDICTS)[number];

/** One end of a flow. The reader hands out one shared object for ends that look the same. */
export interface FlowEndpoint {
  readonly identity: number;
  /** Empty where there is none. */
  readonly namespace: string;
  readonly podName: string;
  readonly labels: readonly LabelText[];
  readonly workloads: readonly { readonly name: string; readonly kind: string }[];
  readonly clusterName: string;
}

export interface FlowPolicy {
  readonly name: string;
  readonly namespace: string;
  readonly kind: string;
}

export type FlowL4 =
  | {
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
      readonly sourcePort: number;
      readonly destinationPort: number;
      /** TCP flags that are set, in Hubble's names; empty for others. */
      readonly flags: readonly string[];
    }
  | { readonly protocol: 'ICMP' | 'ICMPv6'; readonly type: number; readonly code: number }
  | { readonly protocol: 'other'; readonly name: string };

export type FlowL7 =
  | {
      readonly kind: 'http';
      readonly type: 'REQUEST' | 'RESPONSE' | 'SAMPLE' | 'UNKNOWN';
      readonly method: string;
      readonly url: string;
      /** 0 where there is none. */
      readonly code: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
    }
  | {
      readonly kind: 'dns';
      readonly type: 'REQUEST' | 'RESPONSE' | 'SAMPLE' | 'UNKNOWN';
      readonly query: string;
      readonly ips: readonly string[];
      readonly rcode: number;
    }
  | {
      readonly kind: 'other';
      readonly type: 'REQUEST' | 'RESPONSE' | 'SAMPLE' | 'UNKNOWN';
      /** Which record, where it is one that Hubble has a filter for. */
      readonly record?: 'kafka';
    };

/** One event that Hubble reported about a packet or a request. */
export interface Flow {
  /** Nanoseconds are kept beside milliseconds, since no double holds both. */
  readonly timeMs: number;
  /** The last six digits: 0 to 999,999 nanoseconds after `timeMs`. */
  readonly timeNs: number;
  readonly uuid: string;
  readonly verdict: FlowVerdict;
  /** Hubble's enum name (`POLICY_DENIED`), from the number where only that is given; empty for none. */
  readonly dropReason: string;
  /** 0 where there is none. */
  readonly dropReasonCode: number;
  readonly direction: 'ingress' | 'egress' | 'unknown';
  /** Absent in Hubble means unknown. */
  readonly isReply: boolean | 'unknown';
  readonly type: 'L3_L4' | 'L7' | 'SOCK' | 'unknown';
  /** Monitor message type: 1 drop, 4 trace, 5 policy verdict, 129 L7; 0 for none. */
  readonly eventType: number;
  readonly eventSubType: number;
  readonly source: FlowEndpoint;
  readonly destination: FlowEndpoint;
  readonly sourceIp: string;
  readonly destinationIp: string;
  readonly l4: FlowL4 | undefined;
  readonly l7: FlowL7 | undefined;
  readonly sourceNames: readonly string[];
  readonly destinationNames: readonly string[];
  readonly sourceService: string;
  readonly destinationService: string;
  readonly nodeName: string;
  /** 0 none, 1 L3-only, 2 L3-L4, 3 L4-only, 4 all, 5 L3-proto, 6 proto-only; policy verdicts only. */
  readonly policyMatchType: number;
  readonly authType: string;
  readonly egressAllowedBy: readonly FlowPolicy[];
  readonly ingressAllowedBy: readonly FlowPolicy[];
  readonly egressDeniedBy: readonly FlowPolicy[];
  readonly ingressDeniedBy: readonly FlowPolicy[];
  readonly summary: string;
  /** How many events an aggregating exporter folded into this one; absent where it stands for itself. */
  readonly aggregated?: number;
  /** What only filters ask for; each member is absent where Hubble gave none. */
  readonly more?: FlowMore;
}

/** Members of Hubble's `flow.Flow` that no judgement needs and that its filters know. */
export interface FlowMore {
  /** `key=value`, without a source. */
  readonly nodeLabels?: readonly string[];
  /** `trace_context.parent.trace_id` */
  readonly traceId?: string;
  /** `ip_trace_id.trace_id`, a 64-bit number in decimal. */
  readonly ipTraceId?: string;
  readonly interface?: { readonly index: number; readonly name: string };
  /** `IP.encrypted` */
  readonly isEncrypted?: boolean;
  /** `IP.source_xlated` */
  readonly sourceXlatedIp?: string;
  /** `IP.ipVersion`, where it is not the one that the addresses have. */
  readonly ipVersion?: 'IPv4' | 'IPv6' | 'IP_NOT_USED';
}

/** What a source of flows says besides flows. Lines count from 1. */
export interface FlowReadCounts {
  readonly lines: number;
  readonly flows: number;
  /** Sum of `num_events_lost`. */
  readonly lost: number;
  /** Node status, agent events, debug events: understood, and no flow. */
  readonly otherEvents: number;
  readonly skipped: readonly SkippedLines[];
  /** Values of enums that this reader does not know, kept as unknown. */
  readonly unknownValues: readonly {
    readonly field: string;
    readonly value: string;
    readonly count: number;
  }[];
}

export type SkipReason = 'not-json' | 'not-a-flow' | 'cut-off' | 'too-long' | 'bad-field';

export interface SkippedLines {
  readonly reason: SkipReason;
  readonly count: number;
  readonly file: string;
  readonly firstLine: number;
  /** For `bad-field`: the member of the first such line that has a wrong type; else empty. */
  readonly field?: string;
  /** The beginning of the first such line, control characters escaped. */
  readonly sample: string;
}
