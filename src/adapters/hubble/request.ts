import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { dropReasonByName } from '../../core/model/drop-reason.ts';
import { FLOW_VERDICTS } from '../../core/model/flow.ts';
import type { FlowFilter, FlowQuery } from '../../core/model/flow-filter.ts';
import type { Instant } from '../../core/model/instant.ts';
import { DropReason, type FlowFilterSchema, IPVersion, TrafficDirection, Verdict } from './gen/flow_pb.js';
import { type GetFlowsRequest, GetFlowsRequestSchema } from './gen/observer_pb.js';

/** `observer.GetFlowsRequest`. @param fieldMask empty for whole flows */
export function requestOf(query: FlowQuery, fieldMask: readonly string[]): GetFlowsRequest {
  const { filters, number, isFirst, since, until, isFollowed } = query;
  return create(GetFlowsRequestSchema, {
    number: number ?? 0n,
    first: isFirst === true,
    follow: isFollowed === true,
    whitelist: filters.allow.map(filterOf),
    blacklist: filters.deny.map(filterOf),
    ...(since === undefined ? {} : { since: timestampOf(since) }),
    ...(until === undefined ? {} : { until: timestampOf(until) }),
    ...(fieldMask.length === 0 ? {} : { fieldMask: { paths: [...fieldMask] } }),
  });
}

type FilterInit = MessageInitShape<typeof FlowFilterSchema>;

/** `flow.FlowFilter`. What Hubble has no number for is left out, and left to the filter on our side. */
export function filterOf(filter: FlowFilter): FilterInit {
  return {
    ...texts(filter),
    sourceIdentity: [...(filter.sourceIdentity ?? [])],
    destinationIdentity: [...(filter.destinationIdentity ?? [])],
    sourceWorkload: [...(filter.sourceWorkload ?? [])],
    destinationWorkload: [...(filter.destinationWorkload ?? [])],
    verdict: (filter.verdict ?? []).map((verdict) => wireEnum(Verdict, FLOW_VERDICTS.indexOf(verdict))),
    dropReasonDesc: (filter.dropReasonDesc ?? []).flatMap(dropReasonNumbers),
    eventType: (filter.eventType ?? []).map(({ type, subType }) => ({
      type,
      matchSubType: subType !== undefined,
      subType: subType ?? 0,
    })),
    httpHeader: [...(filter.httpHeader ?? [])],
    reply: [...(filter.reply ?? [])],
    tcpFlags: (filter.tcpFlags ?? []).map((flags) => Object.fromEntries(flags.map((flag) => [flag, true]))),
    ipVersion: (filter.ipVersion ?? []).map((version) => wireEnum(IPVersion, IP_VERSIONS.indexOf(version))),
    trafficDirection: (filter.trafficDirection ?? []).map((direction) =>
      wireEnum(TrafficDirection, DIRECTIONS.indexOf(direction)),
    ),
    interface: [...(filter.interface ?? [])],
    ipTraceId: (filter.ipTraceId ?? []).map(BigInt),
    encrypted: [...(filter.encrypted ?? [])],
    ...((filter.celExpression ?? []).length === 0
      ? {}
      : { experimental: { celExpression: [...(filter.celExpression ?? [])] } }),
  };
}

/** Members that have the same name and the same texts on both sides. */
export const TEXT_FIELDS = [
  'sourceIp',
  'destinationIp',
  'sourceIpXlated',
  'sourcePod',
  'destinationPod',
  'sourceService',
  'destinationService',
  'sourceFqdn',
  'destinationFqdn',
  'sourceLabel',
  'destinationLabel',
  'nodeLabels',
  'sourceClusterName',
  'destinationClusterName',
  'sourcePort',
  'destinationPort',
  'protocol',
  'httpStatusCode',
  'httpMethod',
  'httpPath',
  'httpUrl',
  'dnsQuery',
  'nodeName',
  'traceId',
  'uuid',
] as const;

function texts(filter: FlowFilter): Pick<FilterInit, (typeof TEXT_FIELDS)[number]> {
  return Object.fromEntries(TEXT_FIELDS.map((name) => [name, [...(filter[name] ?? [])]]));
}

/** `DROP_REASON_<n>` is our name for a number that the enum lacks. */
function dropReasonNumbers(name: string): readonly DropReason[] {
  const number = dropReasonByName(name)?.code ?? Number(/^DROP_REASON_(\d{1,9})$/.exec(name)?.[1] ?? -1);
  return number < 0 ? [] : [wireEnum(DropReason, number)];
}

/** An enum of proto3 may have any number: one that its list lacks stays what it is. */
export function wireEnum<E extends number>(_list: Readonly<Record<string, E | string>>, number: number): E {
  return number as E;
}

/** By the numbers of `flow.IPVersion` and `flow.TrafficDirection`. */
export const IP_VERSIONS = ['IP_NOT_USED', 'IPv4', 'IPv6'] as const;
export const DIRECTIONS = ['unknown', 'ingress', 'egress'] as const;

export function timestampOf({ ms, ns }: Instant): { readonly seconds: bigint; readonly nanos: number } {
  const seconds = Math.floor(ms / 1000);
  return { seconds: BigInt(seconds), nanos: (ms - seconds * 1000) * 1_000_000 + ns };
}
