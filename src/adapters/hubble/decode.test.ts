import { Buffer } from 'node:buffer';
import { fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryFlowJson } from '../../../test/hubble/arbitrary-flow.ts';
import type { FlowEvent } from '../../core/flow/event.ts';
import { flowFromJson } from '../../core/flow/parse.ts';
import { ResponseDecoder } from './decode-response.ts';
import { GetFlowsResponseSchema } from './gen/observer_pb.js';
import { WireError } from './wire.ts';

function bytesOf(json: unknown): Buffer {
  return Buffer.from(toBinary(GetFlowsResponseSchema, fromJson(GetFlowsResponseSchema, json as JsonValue)));
}

function decoded(bytes: Buffer, decoder = new ResponseDecoder()): FlowEvent | undefined {
  decoder.read(bytes);
  return decoder.event(0, bytes.length);
}

describe('a flow in bytes', () => {
  it('is the flow that its JSON is', () => {
    // One decoder for all, so that what it remembers is put to the test.
    const decoder = new ResponseDecoder();
    fc.assert(
      fc.property(arbitraryFlowJson(), fc.string({ unit: 'grapheme' }), (flow, node_name) => {
        const json = { flow, node_name, time: '2026-03-01T10:00:00.000000123Z' };
        const event = decoded(bytesOf(json), decoder);
        const read = flowFromJson(event?.kind === 'flow' ? event.json() : undefined);
        if (read.kind !== 'flow' || event?.kind !== 'flow') throw new Error('no flow');
        const unknown = decoder.takeUnknown();
        expect(event.flow).toEqual(read.flow);
        expect(new Set(unknown)).toEqual(new Set(read.unknown));
      }),
    );
  });

  it('is told as Hubble prints it: names of the proto file, unknown constants as numbers, long numbers as text', () => {
    const flow = {
      time: '2026-03-01T10:00:00.000000123Z',
      verdict: 'DROPPED',
      drop_reason_desc: 206,
      IP: { source: '10.0.1.7', ipVersion: 'IPv4' },
      Type: 'L3_L4',
      is_reply: false,
      socket_cookie: '18446744073709551615',
      egress_allowed_by: [{ name: 'a', revision: '12' }],
      Summary: 'TCP Flags: SYN',
    };
    const json = { flow, node_name: 'east/n1', time: flow.time };
    expect(decoded(bytesOf(json))?.kind === 'flow').toBe(true);
    const event = decoded(bytesOf(json));
    expect(event?.kind === 'flow' && event.json()).toEqual(json);
  });

  it.each([7, -1])('has the version of addresses that its JSON has, unknown as %i', (ipVersion) => {
    const flow = { IP: { source: '10.0.1.7', destination: '10.0.2.9', ipVersion } };
    const event = decoded(bytesOf({ flow }));
    const read = flowFromJson({ flow });
    expect(read).toMatchObject({ kind: 'flow', flow: { more: { ipVersion: 'IP_NOT_USED' } } });
    expect(event?.kind === 'flow' && event.flow.more).toEqual(read.kind === 'flow' && read.flow.more);
  });

  it('may come in another order, with fields twice and fields that nobody knows', () => {
    const [first, second] = [bytesOf({ flow: { uuid: 'a' } }), bytesOf({ flow: { uuid: 'b' } })];
    const unknown = Buffer.from([0xa2, 0x06, 2, 1, 1, 0xa8, 0x06, 5]);
    const event = decoded(Buffer.concat([unknown, first, unknown, second, unknown]));
    expect(event?.kind === 'flow' && event.flow.uuid).toBe('b');
  });
});

describe('other events in bytes', () => {
  const time = '2026-03-01T10:00:01Z';

  it('are what nodes do', () => {
    const json = {
      node_status: { state_change: 'NODE_UNAVAILABLE', node_names: ['east/n2'], message: 'gone' },
      node_name: 'relay',
      time,
    };
    expect(decoded(bytesOf(json))).toMatchObject({
      kind: 'nodes',
      state: 'NODE_UNAVAILABLE',
      nodes: ['east/n2'],
      message: 'gone',
      nodeName: 'relay',
      timeMs: Date.parse(time),
    });
  });

  it('are what was lost', () => {
    const lost_events = {
      source: 'HUBBLE_RING_BUFFER',
      num_events_lost: '9007199254740991',
      cpu: 0,
      first: time,
      last: time,
    };
    const event = decoded(bytesOf({ lost_events, node_name: 'n1', time }));
    expect(event).toMatchObject({
      kind: 'lost',
      source: 'HUBBLE_RING_BUFFER',
      count: Number.MAX_SAFE_INTEGER,
      cpu: 0,
      firstMs: Date.parse(time),
      lastMs: Date.parse(time),
    });
    expect(event?.kind === 'lost' && event.json()).toEqual({ lost_events, node_name: 'n1', time });
  });

  it('are nothing, where a later version tells more', () => {
    expect(decoded(Buffer.from([0x22, 0]))).toBeUndefined();
  });
});

describe('bytes that are no event', () => {
  it('are refused, and never read beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expectEventOrRefusal(Buffer.from(bytes));
      }),
    );
  });

  it('are refused when a flow is cut off or changed anywhere', () => {
    fc.assert(
      fc.property(arbitraryFlowJson(), fc.nat(), fc.nat(255), (flow, place, byte) => {
        const whole = bytesOf({ flow, node_name: 'n1' });
        expectEventOrRefusal(whole.subarray(0, place % (whole.length + 1)));
        if (whole.length > 0) whole[place % whole.length] = byte;
        expectEventOrRefusal(whole);
      }),
    );
  });
});

function expectEventOrRefusal(bytes: Buffer): void {
  const around = Buffer.concat([Buffer.from([1, 2, 3]), bytes, Buffer.from([255, 255, 255])]);
  const decoder = new ResponseDecoder();
  decoder.read(around);
  try {
    const event = decoder.event(3, 3 + bytes.length);
    if (event !== undefined && event.kind !== 'gap') expect(typeof event.json()).toBe('object');
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
  }
}
