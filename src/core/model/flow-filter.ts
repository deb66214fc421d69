import type { FlowVerdict } from './flow.ts';
import type { Instant } from './instant.ts';

/**
 * Hubble's `flow.FlowFilter`, with its rules: values of one member are alternatives, members must all match.
 * Names are those of the proto file in lowerCamelCase, values as Hubble writes them. Absent and empty are the same.
 * Source: Cilium v1.19 `api/v1/flow/flow.proto`, `pkg/hubble/filters/`.
 */
export interface FlowFilter {
  readonly sourceIp?: readonly string[];
  readonly destinationIp?: readonly string[];
  readonly sourceIpXlated?: readonly string[];
  /** `[namespace/]prefix`; without a slash the namespace is `default`. */
  readonly sourcePod?: readonly string[];
  readonly destinationPod?: readonly string[];
  readonly sourceService?: readonly string[];
  readonly destinationService?: readonly string[];
  readonly sourceFqdn?: readonly string[];
  readonly destinationFqdn?: readonly string[];
  /** A selector in Kubernetes' syntax. */
  readonly sourceLabel?: readonly string[];
  readonly destinationLabel?: readonly string[];
  readonly nodeLabels?: readonly string[];
  readonly sourceIdentity?: readonly number[];
  readonly destinationIdentity?: readonly number[];
  readonly sourceWorkload?: readonly WorkloadFilter[];
  readonly destinationWorkload?: readonly WorkloadFilter[];
  readonly sourceClusterName?: readonly string[];
  readonly destinationClusterName?: readonly string[];
  readonly sourcePort?: readonly string[];
  readonly destinationPort?: readonly string[];
  readonly verdict?: readonly FlowVerdict[];
  /** Constants of Hubble's `flow.DropReason`. */
  readonly dropReasonDesc?: readonly string[];
  readonly eventType?: readonly EventTypeFilter[];
  readonly protocol?: readonly string[];
  readonly httpStatusCode?: readonly string[];
  readonly httpMethod?: readonly string[];
  readonly httpPath?: readonly string[];
  readonly httpUrl?: readonly string[];
  readonly httpHeader?: readonly { readonly key: string; readonly value: string }[];
  readonly dnsQuery?: readonly string[];
  readonly reply?: readonly boolean[];
  /** Each a set of flags that must all be set. */
  readonly tcpFlags?: readonly (readonly string[])[];
  readonly nodeName?: readonly string[];
  readonly ipVersion?: readonly ('IPv4' | 'IPv6' | 'IP_NOT_USED')[];
  readonly traceId?: readonly string[];
  readonly uuid?: readonly string[];
  readonly trafficDirection?: readonly ('ingress' | 'egress' | 'unknown')[];
  readonly interface?: readonly { readonly index: number; readonly name: string }[];
  /** 64-bit numbers in decimal. */
  readonly ipTraceId?: readonly string[];
  readonly encrypted?: readonly boolean[];
  /** `experimental.cel_expression` */
  readonly celExpression?: readonly string[];
}

export interface WorkloadFilter {
  /** Empty for any. */
  readonly name: string;
  readonly kind: string;
}

export interface EventTypeFilter {
  /** 0 for any. */
  readonly type: number;
  /** Absent: any. */
  readonly subType?: number;
}

/** A flow is kept if one of `allow` matches, or there is none, and none of `deny` does. */
export interface FlowFilters {
  readonly allow: readonly FlowFilter[];
  readonly deny: readonly FlowFilter[];
}

export const NO_FILTERS: FlowFilters = { allow: [], deny: [] };

/** What is asked of a source of flows: Hubble's `GetFlowsRequest`. */
export interface FlowQuery {
  readonly filters: FlowFilters;
  /** How many: the last, or with `isFirst` the first. Absent: all that there are, or with `isFollowed` only new ones. */
  readonly number?: bigint;
  readonly isFirst?: boolean;
  /** Both bounds are included. */
  readonly since?: Instant;
  readonly until?: Instant;
  readonly isFollowed?: boolean;
  /** Paths within `flow.Flow`, to be sent no more than that. Filters look at whole flows all the same. */
  readonly fieldMask?: readonly string[];
}
