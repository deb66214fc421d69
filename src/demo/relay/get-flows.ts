import { Buffer } from 'node:buffer';
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { framed } from '../../adapters/hubble/frames.ts';
import { FlowSchema, LostEventSource } from '../../adapters/hubble/gen/flow_pb.js';
import {
  type GetFlowsRequest,
  GetFlowsRequestSchema,
  GetFlowsResponseSchema,
} from '../../adapters/hubble/gen/observer_pb.js';
import { NodeState } from '../../adapters/hubble/gen/relay_pb.js';
import { timestampOf, wireEnum } from '../../adapters/hubble/request.ts';
import { compileFilters, type FlowPredicate } from '../../core/flow/filter/index.ts';
import type { FlowFilters } from '../../core/model/flow-filter.ts';
import type { Instant } from '../../core/model/instant.ts';
import { filterFromProto } from './filter.ts';
import { type FlowMask, flowMask } from './mask.ts';
import type { StoredEvent } from './ring.ts';
import { RingReader } from './select.ts';
import type { RelayState } from './state.ts';

/** The name of the relay's own pod, which its statuses come from. */
const RELAY_NAME = 'hubble-relay-0';

/** So many bytes are written at once, and no more than the client takes. */
const WRITE_BYTES = 64 * 1024;

/**
 * Answers `observer.Observer/GetFlows` on a stream of HTTP/2. It is done by hand, since many flows are written at once
 * here, and since faults must be able to break what a framework keeps whole.
 */
export async function answerFlows(reply: Http2ServerResponse, state: RelayState): Promise<void> {
  const { stream } = reply;
  let status = { code: 0, message: '' };
  stream.on('error', () => stream.destroy());
  try {
    const request = await readRequest(stream);
    reply.writeHead(200, { 'content-type': 'application/grpc+proto', 'hubble-relay-version': state.version });
    await new Answer(stream, state, request).run();
  } catch (error) {
    const { code, rawMessage } = ConnectError.from(error);
    status = { code, message: rawMessage };
  }
  if (stream.destroyed) return;
  reply.addTrailers({
    'grpc-status': String(status.code),
    ...(status.message === '' ? {} : { 'grpc-message': encodeURIComponent(status.message) }),
  });
  reply.end();
}

async function readRequest(stream: ServerHttp2Stream): Promise<GetFlowsRequest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > REQUEST_MAX) throw new ConnectError('too large a request', Code.ResourceExhausted);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length < 5 || bytes.readUInt32BE(1) !== bytes.length - 5) {
    throw new ConnectError('not one message', Code.Internal);
  }
  return fromBinary(GetFlowsRequestSchema, bytes.subarray(5));
}

const REQUEST_MAX = 4 * 1024 * 1024;

class Answer {
  private readonly stream: ServerHttp2Stream;
  private readonly state: RelayState;
  private readonly request: GetFlowsRequest;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private told = 0;

  constructor(stream: ServerHttp2Stream, state: RelayState, request: GetFlowsRequest) {
    this.stream = stream;
    this.state = state;
    this.request = request;
  }

  async run(): Promise<void> {
    const { state, request, stream } = this;
    const { status } = state.faults;
    if (status !== undefined) throw new ConnectError(status.message, wireEnum(Code, status.code));
    if (request.first && request.follow) {
      throw new ConnectError('first cannot be specified with follow', Code.InvalidArgument);
    }
    const mask = this.mask();
    const reader = new RingReader(state.ring, this.query());
    await this.nodeStatus();
    while (!stream.destroyed) {
      const step = reader.next();
      if (step.kind === 'end') break;
      if (step.kind === 'wait') {
        await this.flush();
        await this.changed();
        continue;
      }
      if (step.kind === 'lost') await this.write(lostEvents(step.count, state.now()));
      else await this.write(masked(step.event, mask));
      if (step.kind === 'event' && (await this.wentWrong())) return;
    }
    await this.flush();
  }

  private mask(): FlowMask | undefined {
    const paths = this.request.fieldMask?.paths ?? [];
    if (paths.length === 0 || this.state.faults.isOld === true) return undefined;
    const mask = flowMask(paths);
    if (mask === undefined) throw new ConnectError('invalid fieldmask', Code.Unknown);
    return mask;
  }

  private query(): ConstructorParameters<typeof RingReader>[1] {
    const { request, state } = this;
    const isOld = state.faults.isOld === true;
    const filters = {
      allow: request.whitelist.map((filter) => filterFromProto(filter, isOld)),
      deny: request.blacklist.map((filter) => filterFromProto(filter, isOld)),
    };
    return {
      number: request.number,
      isFirst: request.first,
      isFollowed: request.follow,
      ...(request.since === undefined ? {} : { since: instantOf(request.since) }),
      ...(request.until === undefined ? {} : { until: instantOf(request.until) }),
      matches: compiled(filters),
      isHidden: (node) => state.isUnavailable(node),
    };
  }

  /** A relay begins with the nodes that it has connected, and those that it cannot reach. */
  private async nodeStatus(): Promise<void> {
    const { state } = this;
    if (state.isAgent) return;
    const nodes = [...state.nodes].sort();
    const gone = nodes.filter((node) => state.isUnavailable(node));
    const connected = nodes.filter((node) => !gone.includes(node));
    if (connected.length > 0) await this.write(nodeStatus(NodeState.NODE_CONNECTED, connected, state.now()));
    if (gone.length > 0) await this.write(nodeStatus(NodeState.NODE_UNAVAILABLE, gone, state.now()));
    await this.flush();
  }

  /** Injected faults. @returns whether the answer is over */
  private async wentWrong(): Promise<boolean> {
    const { slowMs = 0, cutAfter, endAfter, garbageAfter } = this.state.faults;
    this.told += 1;
    if (slowMs > 0) {
      await this.flush();
      await sleep(slowMs);
    }
    if (garbageAfter === this.told) await this.write(Buffer.from('no protobuf at all, ever'));
    if (cutAfter !== undefined && this.told >= cutAfter) {
      await this.flush();
      // What was written must have left before the connection is cut.
      await sleep(20);
      this.stream.session?.destroy();
      return true;
    }
    return endAfter !== undefined && this.told >= endAfter && (await this.flush(), true);
  }

  private async write(message: Uint8Array): Promise<void> {
    this.pending.push(framed(message));
    this.pendingBytes += message.length;
    if (this.pendingBytes >= WRITE_BYTES) await this.flush();
  }

  private async flush(): Promise<void> {
    if (this.pending.length === 0 || this.stream.destroyed) return;
    const bytes = Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    if (!this.stream.write(bytes)) await this.drained();
  }

  private drained(): Promise<void> {
    return this.woken((wake) => {
      this.stream.once('drain', wake);
      return () => this.stream.off('drain', wake);
    });
  }

  private changed(): Promise<void> {
    return this.woken((wake) => this.state.onChange(wake));
  }

  /** Waits for what wakes, or for the end of the stream. */
  private woken(listen: (wake: () => void) => () => void): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        forget();
        this.stream.off('close', wake);
        resolve();
      };
      const forget = listen(wake);
      this.stream.once('close', wake);
      if (this.stream.destroyed) wake();
    });
  }
}

function compiled(filters: FlowFilters): FlowPredicate {
  try {
    return compileFilters(filters);
  } catch (error) {
    // An agent hands on what is wrong with a filter without a code of its own.
    throw new ConnectError(error instanceof Error ? error.message : String(error), Code.Unknown);
  }
}

function masked(
  { bytes, flowBytes, nodeName, timeMs, timeNs }: StoredEvent,
  mask: FlowMask | undefined,
): Uint8Array {
  if (mask === undefined || flowBytes === undefined) return bytes;
  const kept = mask.apply(flowBytes);
  // The wrapper's time and node are taken from what the mask left of the flow.
  const flow = fromBinary(FlowSchema, kept);
  return response({
    responseTypes: { case: 'flow', value: flow },
    nodeName: flow.nodeName === '' ? '' : nodeName,
    ...(flow.time === undefined ? {} : { time: timestampOf({ ms: timeMs, ns: timeNs }) }),
  });
}

function lostEvents(count: number, nowMs: number): Uint8Array {
  return response({
    responseTypes: {
      case: 'lostEvents',
      value: { source: LostEventSource.HUBBLE_RING_BUFFER, numEventsLost: BigInt(count) },
    },
    nodeName: RELAY_NAME,
    time: timestampOf({ ms: nowMs, ns: 0 }),
  });
}

function nodeStatus(stateChange: NodeState, nodeNames: readonly string[], nowMs: number): Uint8Array {
  return response({
    responseTypes: { case: 'nodeStatus', value: { stateChange, nodeNames: [...nodeNames] } },
    nodeName: RELAY_NAME,
    time: timestampOf({ ms: nowMs, ns: 0 }),
  });
}

function response(init: MessageInitShape<typeof GetFlowsResponseSchema>): Uint8Array {
  return toBinary(GetFlowsResponseSchema, create(GetFlowsResponseSchema, init));
}

function instantOf({ seconds, nanos }: { readonly seconds: bigint; readonly nanos: number }): Instant {
  return { ms: Number(seconds) * 1000 + Math.floor(nanos / 1_000_000), ns: nanos % 1_000_000 };
}
