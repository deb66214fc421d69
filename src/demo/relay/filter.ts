import type { FlowFilter as ProtoFilter } from '../../adapters/hubble/gen/flow_pb.js';
import { DIRECTIONS, IP_VERSIONS, TEXT_FIELDS } from '../../adapters/hubble/request.ts';
import { dropReasonByCode } from '../../core/model/drop-reason.ts';
import { FLOW_VERDICTS } from '../../core/model/flow.ts';
import type { FlowFilter } from '../../core/model/flow-filter.ts';

/** `flow.FlowFilter` as the model has it. @param isOld leaves out what a Cilium of before 1.13 does not know */
export function filterFromProto(proto: ProtoFilter, isOld = false): FlowFilter {
  const known = {
    ...Object.fromEntries(TEXT_FIELDS.map((name) => [name, proto[name]])),
    sourceIdentity: proto.sourceIdentity,
    destinationIdentity: proto.destinationIdentity,
    sourceWorkload: proto.sourceWorkload.map(({ name, kind }) => ({ name, kind })),
    destinationWorkload: proto.destinationWorkload.map(({ name, kind }) => ({ name, kind })),
    verdict: proto.verdict.map((number) => FLOW_VERDICTS[number] ?? 'UNKNOWN'),
    dropReasonDesc: proto.dropReasonDesc.map((code) => dropReasonByCode(code)?.name ?? `DROP_REASON_${code}`),
    eventType: proto.eventType.map(({ type, matchSubType, subType }) => ({
      type,
      ...(matchSubType ? { subType } : {}),
    })),
    httpHeader: proto.httpHeader.map(({ key, value }) => ({ key, value })),
    reply: proto.reply,
    tcpFlags: proto.tcpFlags.map((flags) =>
      Object.entries(flags)
        .filter(([, isSet]) => isSet === true)
        .map(([name]) => name),
    ),
    ipVersion: proto.ipVersion.map((version) => IP_VERSIONS[version] ?? 'IP_NOT_USED'),
    trafficDirection: proto.trafficDirection.map((direction) => DIRECTIONS[direction] ?? 'unknown'),
    interface: proto.interface.map(({ index, name }) => ({ index, name })),
    ipTraceId: proto.ipTraceId.map(String),
    encrypted: proto.encrypted,
    celExpression: proto.experimental?.celExpression ?? [],
  };
  const given = Object.entries(known).filter(([name, values]) => {
    if (!Array.isArray(values) || values.length === 0) return false;
    return !isOld || !LATER_FIELDS.includes(name);
  });
  return Object.fromEntries(given) as FlowFilter;
}

/** Fields above 29 of `flow.FlowFilter`. */
const LATER_FIELDS = [
  'trafficDirection',
  'httpUrl',
  'httpHeader',
  'dropReasonDesc',
  'sourceIpXlated',
  'interface',
  'nodeLabels',
  'sourceClusterName',
  'destinationClusterName',
  'ipTraceId',
  'encrypted',
  'celExpression',
];
