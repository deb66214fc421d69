import { create } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FlowFilterSchema } from '../../adapters/hubble/gen/flow_pb.js';
import { filterOf, TEXT_FIELDS } from '../../adapters/hubble/request.ts';
import { FLOW_VERDICTS } from '../../core/model/flow.ts';
import type { FlowFilter } from '../../core/model/flow-filter.ts';
import { filterFromProto } from './filter.ts';

const text = fc.constantFrom('a', 'shop/web', '10.0.0.0/8', 'k8s:app=web');
function some<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> {
  return fc.array(arbitrary, { minLength: 1, maxLength: 3 });
}

const filter: fc.Arbitrary<FlowFilter> = fc.record(
  {
    ...Object.fromEntries(TEXT_FIELDS.map((name) => [name, some(text)])),
    sourceIdentity: some(fc.nat()),
    destinationIdentity: some(fc.nat()),
    sourceWorkload: some(fc.record({ name: text, kind: text })),
    destinationWorkload: some(fc.record({ name: text, kind: text })),
    verdict: some(fc.constantFrom(...FLOW_VERDICTS)),
    dropReasonDesc: some(fc.constantFrom('POLICY_DENIED', 'POLICY_DENY', 'DROP_REASON_210')),
    eventType: some(
      fc.oneof(fc.record({ type: fc.nat(130) }), fc.record({ type: fc.nat(130), subType: fc.nat(255) })),
    ),
    httpHeader: some(fc.record({ key: text, value: text })),
    reply: some(fc.boolean()),
    tcpFlags: some(fc.subarray(['FIN', 'SYN', 'ACK'], { minLength: 1 })),
    ipVersion: some(fc.constantFrom('IPv4' as const, 'IPv6' as const, 'IP_NOT_USED' as const)),
    trafficDirection: some(fc.constantFrom('ingress' as const, 'egress' as const, 'unknown' as const)),
    interface: some(fc.record({ index: fc.nat(), name: text })),
    ipTraceId: some(fc.constantFrom('1', '18446744073709551615')),
    encrypted: some(fc.boolean()),
    celExpression: some(text),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<FlowFilter>;

it('a filter comes through the wire as it was', () => {
  fc.assert(
    fc.property(filter, (given) => {
      expect(filterFromProto(create(FlowFilterSchema, filterOf(given)))).toEqual(given);
    }),
  );
});

it('an old relay knows fewer fields', () => {
  const given: FlowFilter = { sourcePod: ['a/'], trafficDirection: ['egress'], celExpression: ['x'] };
  expect(filterFromProto(create(FlowFilterSchema, filterOf(given)), true)).toEqual({ sourcePod: ['a/'] });
});

it('an unknown drop reason is left to our own side', () => {
  expect(filterFromProto(create(FlowFilterSchema, filterOf({ dropReasonDesc: ['LATER'] })))).toEqual({});
});
