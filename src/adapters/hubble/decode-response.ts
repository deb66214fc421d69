import { Buffer } from 'node:buffer';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import type { UnknownValue } from '../../core/flow/enums.ts';
import type { EventsLost, FlowEvent, NodesChanged } from '../../core/flow/event.ts';
import { LOST_SOURCES, NODE_STATES } from '../../core/flow/event-from-json.ts';
import type { JsonObject } from '../../core/flow/fields.ts';
import { FlowDecoder } from './decode-flow.ts';
import { GetFlowsResponseSchema } from './gen/observer_pb.js';
import { WireReader } from './wire.ts';

/** Reads `observer.GetFlowsResponse` from bytes to events of the model. */
export class ResponseDecoder {
  private readonly at = new WireReader(Buffer.alloc(0));
  private readonly flows = new FlowDecoder(this.at);

  takeUnknown(): readonly UnknownValue[] {
    return this.flows.takeUnknown();
  }

  /** Sets the bytes that `event` reads from. */
  read(bytes: Buffer): void {
    this.at.read(bytes);
  }

  /**
   * @returns the event whose message stands at [start, end) of the bytes; undefined for one of a kind that this
   * client does not know
   * @throws {WireError} for bytes that are no such message
   */
  event(start: number, end: number): FlowEvent | undefined {
    const { at, flows } = this;
    const { bytes } = at;
    const json = (): JsonObject => responseJson(bytes.subarray(start, end));
    let [flowStart, flowEnd, kind] = [0, 0, 0];
    const wrapper = { timeMs: 0, timeNs: 0, nodeName: '' };
    at.pos = start;
    at.end = end;
    for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
      switch (tag) {
        case 10:
        case 18:
        case 26:
          kind = tag >>> 3;
          flowEnd = at.endOfValue();
          flowStart = at.pos;
          at.pos = flowEnd;
          break;
        case 8002: // node_name
          wrapper.nodeName = flows.text();
          break;
        case 8010: // time
          flows.time();
          wrapper.timeMs = flows.ms;
          wrapper.timeNs = flows.ns;
          break;
        default:
          at.skip(tag);
      }
    }
    at.pos = flowStart;
    at.end = flowEnd;
    const told = { nodeName: wrapper.nodeName, timeMs: wrapper.timeMs, json };
    switch (kind) {
      case 1:
        return { kind: 'flow', flow: flows.flow(wrapper), json };
      case 2:
        return { kind: 'nodes', ...readNodes(at), ...told };
      case 3:
        return { kind: 'lost', ...this.lost(), ...told };
      default:
        return undefined;
    }
  }

  /** `flow.LostEvent`. */
  private lost(): Pick<EventsLost, 'source' | 'count' | 'cpu' | 'firstMs' | 'lastMs'> {
    const { at, flows } = this;
    let [source, count] = [0, 0];
    const some: { cpu?: number; firstMs?: number; lastMs?: number } = {};
    for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
      switch (tag) {
        case 8:
          source = at.int32();
          break;
        case 16:
          count = at.int64();
          break;
        case 26: {
          const outer = at.enter();
          some.cpu = 0;
          for (let inner = at.tag(); inner !== 0; inner = at.tag()) {
            if (inner === 8) some.cpu = at.int32();
            else at.skip(inner);
          }
          at.leave(outer);
          break;
        }
        case 34:
          flows.time();
          some.firstMs = flows.ms;
          break;
        case 42:
          flows.time();
          some.lastMs = flows.ms;
          break;
        default:
          at.skip(tag);
      }
    }
    return { source: LOST_SOURCES[source] ?? String(source), count: Math.max(0, count), ...some };
  }
}

/** `relay.NodeStatusEvent`. */
function readNodes(at: WireReader): Pick<NodesChanged, 'state' | 'nodes' | 'message'> {
  let [state, message] = [0, ''];
  const nodes: string[] = [];
  for (let tag = at.tag(); tag !== 0; tag = at.tag()) {
    if (tag === 8) state = at.int32();
    else if (tag === 18) nodes.push(at.string());
    else if (tag === 26) message = at.string();
    else at.skip(tag);
  }
  return { state: NODE_STATES[state] ?? String(state), nodes, message };
}

/**
 * A response as Hubble's own command prints it: proto names, enums by their name or, where that is not known, their
 * number, 64-bit numbers as text. Empty for bytes that are broken where the model does not look.
 */
function responseJson(bytes: Uint8Array): JsonObject {
  try {
    const response = fromBinary(GetFlowsResponseSchema, bytes);
    return toJson(GetFlowsResponseSchema, response, { useProtoFieldName: true }) as JsonObject;
  } catch {
    return {};
  }
}
