import { create, fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryFlowJson } from '../../../test/hubble/arbitrary-flow.ts';
import { MODEL_FIELD_MASK } from '../../adapters/hubble/field-mask.ts';
import { FlowSchema } from '../../adapters/hubble/gen/flow_pb.js';
import { flowFromJson } from '../../core/flow/parse.ts';
import { flowMask } from './mask.ts';

function masked(json: unknown, paths: readonly string[]): unknown {
  const bytes = toBinary(FlowSchema, fromJson(FlowSchema, json as JsonValue));
  const kept = flowMask(paths)?.apply(bytes);
  if (kept === undefined) return undefined;
  return toJson(FlowSchema, fromBinary(FlowSchema, kept), { useProtoFieldName: true });
}

const FLOW = {
  uuid: 'a',
  verdict: 'DROPPED',
  source: { identity: 7, pod_name: 'web-0', labels: ['k8s:app=web'] },
  l4: { TCP: { source_port: 1, destination_port: 2, flags: { SYN: true } } },
  egress_allowed_by: [{ name: 'p' }, { name: 'q' }],
  Summary: 'TCP Flags: SYN',
};

describe('a field mask', () => {
  it.each([
    [['verdict', 'Summary'], { verdict: 'DROPPED', Summary: 'TCP Flags: SYN' }],
    [['source.pod_name', 'source.identity'], { source: { identity: 7, pod_name: 'web-0' } }],
    [['l4.TCP.destination_port'], { l4: { TCP: { destination_port: 2 } } }],
    [['source', 'source.pod_name'], { source: FLOW.source }],
    [['egress_allowed_by'], { egress_allowed_by: FLOW.egress_allowed_by }],
    // Hubble makes what leads to a nested path, even where the flow has none.
    [['uuid', 'destination.pod_name'], { uuid: 'a', destination: {} }],
    [[], {}],
  ])('%j', (paths, kept) => {
    expect(masked(FLOW, paths)).toEqual(kept);
  });

  it.each(['pod', 'source.pod', 'verdict.name', '', 'ip', 'source..identity', '__proto__'])(
    'knows no path %j',
    (path) => {
      expect(flowMask(['uuid', path])).toBeUndefined();
    },
  );

  it('of all fields keeps all, and that of the model keeps all of the model', () => {
    const all = FlowSchema.fields.map(({ name }) => name);
    fc.assert(
      fc.property(arbitraryFlowJson(), (json) => {
        const whole = toJson(FlowSchema, fromJson(FlowSchema, json as JsonValue), {
          useProtoFieldName: true,
        });
        expect(masked(json, all)).toEqual(whole);
        // What an exporter alone fills.
        const { aggregate: _aggregate, ...told } = json;
        const wrapped = (flow: unknown): unknown => ({ flow, node_name: 'n' });
        expect(flowFromJson(wrapped(masked(told, MODEL_FIELD_MASK)))).toEqual(
          flowFromJson(
            wrapped(toJson(FlowSchema, fromJson(FlowSchema, told as JsonValue), { useProtoFieldName: true })),
          ),
        );
      }),
    );
  });

  it('of an empty flow is empty', () => {
    expect(flowMask(['uuid'])?.apply(toBinary(FlowSchema, create(FlowSchema)))).toHaveLength(0);
  });
});
