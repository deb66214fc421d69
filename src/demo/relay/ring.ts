import { Buffer } from 'node:buffer';
import { create, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { timestampNow } from '@bufbuild/protobuf/wkt';
import { ResponseDecoder } from '../../adapters/hubble/decode-response.ts';
import { FlowSchema } from '../../adapters/hubble/gen/flow_pb.js';
import { type GetFlowsResponse, GetFlowsResponseSchema } from '../../adapters/hubble/gen/observer_pb.js';
import type { Flow } from '../../core/model/flow.ts';

/** An event as it is kept. */
export interface StoredEvent {
  /** The response, ready to be sent. */
  readonly bytes: Uint8Array;
  /** Absent for what is no flow. */
  readonly flow?: Flow;
  /** The flow's own bytes, for a field mask. */
  readonly flowBytes?: Uint8Array;
  readonly nodeName: string;
  /** Milliseconds and nanoseconds since 1970, of a flow as of the wrapper. */
  readonly timeMs: number;
  readonly timeNs: number;
}

/** The latest events, by a number that counts from the relay's first. */
export class EventRing {
  readonly capacity: number;
  private readonly events: (StoredEvent | undefined)[] = [];
  /** The number of the next event. */
  end = 0;
  private begin = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** The number of the oldest event that is kept. */
  get start(): number {
    return Math.max(this.begin, this.end - this.capacity);
  }

  get size(): number {
    return this.end - this.start;
  }

  push(event: StoredEvent): void {
    this.events[this.end % this.capacity] = event;
    this.end += 1;
  }

  /** @returns undefined for one that is gone, or has not come yet */
  at(number: number): StoredEvent | undefined {
    return number < this.start || number >= this.end ? undefined : this.events[number % this.capacity];
  }

  /** As after a restart. Numbers go on, so that readers of before notice. */
  clear(): void {
    this.begin = this.end;
    this.events.length = 0;
  }
}

const decoder = new ResponseDecoder();

/**
 * Makes an event of its JSON: a response, or a flow alone.
 * @throws an Error for what is no event
 */
export function storedEvent(json: object): StoredEvent {
  const isWrapped = ['flow', 'node_status', 'nodeStatus', 'lost_events', 'lostEvents'].some((name) =>
    Object.hasOwn(json, name),
  );
  const response = isWrapped ? readResponse(json as JsonValue) : wrapped(json as JsonValue);
  const bytes = toBinary(GetFlowsResponseSchema, response);
  decoder.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
  const event = decoder.event(0, bytes.length);
  if (event === undefined || event.kind === 'gap')
    throw new Error('The event is neither a flow nor a status.');
  decoder.takeUnknown();
  const { nodeName, time } = response;
  const at = time ?? timestampNow();
  const timeMs = Number(at.seconds) * 1000 + Math.floor(at.nanos / 1_000_000);
  const place = { bytes, nodeName, timeMs, timeNs: at.nanos % 1_000_000 };
  if (event.kind !== 'flow' || response.responseTypes.case !== 'flow') return place;
  return { ...place, flow: event.flow, flowBytes: toBinary(FlowSchema, response.responseTypes.value) };
}

function readResponse(json: JsonValue): GetFlowsResponse {
  const response = fromJson(GetFlowsResponseSchema, json, READ);
  const { responseTypes } = response;
  if (responseTypes.case !== 'flow') return response;
  // Hubble's wrapper repeats what the flow says.
  response.time ??= responseTypes.value.time;
  if (response.nodeName === '') response.nodeName = responseTypes.value.nodeName;
  return response;
}

function wrapped(json: JsonValue): GetFlowsResponse {
  const flow = fromJson(FlowSchema, json, READ);
  return create(GetFlowsResponseSchema, {
    responseTypes: { case: 'flow', value: flow },
    nodeName: flow.nodeName,
    ...(flow.time === undefined ? {} : { time: flow.time }),
  });
}

const READ = { ignoreUnknownFields: true };
