import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { FlowEvent } from '../../core/flow/event.ts';
import { NODE_STATES } from '../../core/flow/event-from-json.ts';
import { compileFilters, type FlowPredicate } from '../../core/flow/filter/index.ts';
import type { FlowFilters, FlowQuery } from '../../core/model/flow-filter.ts';
import { HubbleError, type HubbleFault } from '../../core/model/hubble-error.ts';
import type { HubbleNamespace, HubbleNode, HubbleStatus } from '../../core/model/hubble-server.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { FlowObserver } from '../../core/ports/flow-observer.ts';
import { parseAddress } from './address.ts';
import { Call } from './call.ts';
import { ResponseDecoder } from './decode-response.ts';
import { dial, type Target } from './dial.ts';
import { MODEL_FIELD_MASK } from './field-mask.ts';
import {
  GetFlowsRequestSchema,
  GetNamespacesRequestSchema,
  GetNamespacesResponseSchema,
  GetNodesRequestSchema,
  GetNodesResponseSchema,
  ServerStatusRequestSchema,
  ServerStatusResponseSchema,
} from './gen/observer_pb.js';
import { requestOf } from './request.ts';
import { Resume } from './resume.ts';
import { type Clock, delayOf, RETRIES_MAX, type RetryOptions, SYSTEM_CLOCK } from './retry.ts';
import { FlowStream } from './stream.ts';
import { Tally } from './tally.ts';

export interface HubbleOptions {
  /** `host:port`, `tls://host:port` or `unix:///path`, as Hubble's `--server`. */
  readonly server: string;
  /** How it is told to people. Defaults to `server`. */
  readonly name?: string;
  /** Opens the way to the server instead of a socket to `server`: a port-forward. Called for each connection. */
  readonly createConnection?: () => Duplex | Promise<Duplex>;
  /** Authorities, own certificate and name for TLS; `tlsOptions` makes it of files. Absent: in the clear. */
  readonly tls?: ConnectionOptions;
  /** Only sent over TLS. */
  readonly basicAuth?: { readonly username: string; readonly password: string };
  /** For connection and handshake. Defaults to Hubble's 5 seconds. */
  readonly dialTimeoutMs?: number;
  /** For a call with one answer, and for silence within a longer one. Defaults to Hubble's 12 seconds. */
  readonly requestTimeoutMs?: number;
  /** What of flows is sent where a query says nothing of it; empty for all. Defaults to what the model keeps. */
  readonly fieldMask?: readonly string[];
  /** Of queries that follow. */
  readonly retry?: RetryOptions;
  /** Called before each try to connect again. */
  readonly onRetry?: (retry: Retry) => void;
  readonly clock?: Clock;
}

export interface Retry {
  /** From 1. */
  readonly attempt: number;
  readonly delayMs: number;
  /** Why the connection ended; undefined where the server ended it in peace. */
  readonly error: HubbleError | undefined;
}

/** A relay or an agent of Hubble. Nothing is connected before something is asked, and nothing stays connected. */
export interface HubbleClient extends FlowObserver {
  /** The server as it is told to people. */
  readonly name: string;
  /** Each @throws {HubbleError} */
  status(until?: Cancellation): Promise<HubbleStatus>;
  /** Only a relay knows them. */
  nodes(until?: Cancellation): Promise<readonly HubbleNode[]>;
  namespaces(until?: Cancellation): Promise<readonly HubbleNamespace[]>;
}

/**
 * A client of Hubble's Observer API.
 *
 * Its `events` throw a {@link HubbleError} when the server cannot be reached at first or does not answer to the end.
 * A query that follows goes on over interruptions: see {@link Resume}.
 *
 * Filters that Hubble would refuse are refused before anything is asked, with a FilterError.
 *
 * @throws {HubbleError} `bad-address`, `tls-required`
 */
export function openHubble(options: HubbleOptions): HubbleClient {
  const address = parseAddress(options.server);
  const tls = options.tls ?? (address.isTls ? {} : undefined);
  if (options.basicAuth !== undefined && tls === undefined) {
    throw new HubbleError('tls-required', { where: 'basic-auth-username' });
  }
  const name = options.name ?? options.server;
  const target: Target = {
    address,
    name,
    dialTimeoutMs: options.dialTimeoutMs ?? DIAL_MS,
    ...(tls === undefined ? {} : { tls }),
    ...(options.createConnection === undefined ? {} : { createConnection: options.createConnection }),
  };
  return new Client(target, options);
}

const DIAL_MS = 5000;
const REQUEST_MS = 12_000;
/** Servers of gRPC hang up on clients that ask more often than every five minutes whether they are there. */
const PING_AFTER_MS = 330_000;
/** A stream that lived so long had begun, even if nothing was told. */
const BEGUN_MS = 5000;

class Client implements HubbleClient {
  readonly name: string;
  private readonly target: Target;
  private readonly options: HubbleOptions;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly tally: Tally;
  private readonly decoder = new ResponseDecoder();

  constructor(target: Target, options: HubbleOptions) {
    this.target = target;
    this.options = options;
    this.name = target.name;
    this.tally = new Tally(target.name);
    this.headers = authorization(options.basicAuth);
  }

  counts(): ReturnType<FlowObserver['counts']> {
    return this.tally.counts();
  }

  async *events(query: FlowQuery, until?: Cancellation): AsyncGenerator<readonly FlowEvent[], void, void> {
    const { signal, release } = signalOf(until);
    try {
      if (signal.aborted) return;
      for await (const batch of this.follow(query, signal)) {
        yield batch;
        if (until?.aborted === true) return;
      }
    } finally {
      release();
    }
  }

  private async *follow(
    query: FlowQuery,
    signal: AbortSignal,
  ): AsyncGenerator<readonly FlowEvent[], void, void> {
    const { clock = SYSTEM_CLOCK, retry = {}, onRetry } = this.options;
    const matches = matcherOf(query.filters);
    const resume = new Resume(query);
    let fieldMask = query.fieldMask ?? this.options.fieldMask ?? MODEL_FIELD_MASK;
    let [hasBegun, failures] = [false, 0];
    for (;;) {
      let error: HubbleError | undefined;
      const startMs = clock.now();
      try {
        for await (const events of this.stream(resume.next(), fieldMask, matches, signal)) {
          hasBegun = true;
          failures = 0;
          const fresh = resume.fresh(events);
          this.tally.told(fresh.reduce((count, { kind }) => count + (kind === 'flow' ? 1 : 0), 0));
          if (fresh.length > 0) yield fresh;
          if (signal.aborted) return;
        }
        if (signal.aborted || query.isFollowed !== true) return;
        hasBegun = true;
      } catch (thrown) {
        if (signal.aborted) return;
        if (!(thrown instanceof HubbleError)) throw thrown;
        error = thrown;
        if (error.code === 'bad-field-mask' && query.fieldMask === undefined && fieldMask.length > 0) {
          fieldMask = [];
          continue;
        }
        hasBegun ||= failures === 0 && clock.now() - startMs >= BEGUN_MS && !AT_ONCE.has(error.code);
        if (query.isFollowed !== true || !hasBegun || FINAL.has(error.code)) throw rootOf(error);
      }
      failures += 1;
      const max = retry.max ?? RETRIES_MAX;
      if (failures > max) {
        throw new HubbleError('gave-up', { where: this.name, detail: String(max), cause: error });
      }
      resume.interrupted(clock.now(), reasonOf(error));
      const delayMs = delayOf(failures, retry, clock.random());
      onRetry?.({ attempt: failures, delayMs, error });
      await clock.sleep(delayMs, signal);
      if (signal.aborted) return;
    }
  }

  /** One connection with one answer. */
  private async *stream(
    query: FlowQuery,
    fieldMask: readonly string[],
    matches: FlowPredicate | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<readonly FlowEvent[], void, void> {
    const session = await dial(this.target, signal);
    const isPatient = query.isFollowed === true;
    const options = {
      request: toBinary(GetFlowsRequestSchema, requestOf(query, fieldMask)),
      headers: this.headers,
      where: this.name,
      silenceMs: isPatient ? PING_AFTER_MS : this.requestMs,
      isPatient,
      signal,
    };
    const stream = new FlowStream(session, options, { decoder: this.decoder, tally: this.tally, matches });
    try {
      yield* stream.batches();
    } finally {
      stream.cancel();
      session.destroy();
    }
  }

  async status(until?: Cancellation): Promise<HubbleStatus> {
    const found = await this.ask(
      'ServerStatus',
      ServerStatusRequestSchema,
      ServerStatusResponseSchema,
      until,
    );
    return {
      version: found.version,
      flows: Number(found.numFlows),
      maxFlows: Number(found.maxFlows),
      seenFlows: Number(found.seenFlows),
      uptimeMs: Number(found.uptimeNs / 1_000_000n),
      flowsPerSecond: found.flowsRate,
      unavailableNodes: found.unavailableNodes,
      ...(found.numConnectedNodes === undefined ? {} : { connectedNodes: found.numConnectedNodes }),
      ...(found.numUnavailableNodes === undefined ? {} : { unavailableNodeCount: found.numUnavailableNodes }),
    };
  }

  async nodes(until?: Cancellation): Promise<readonly HubbleNode[]> {
    const { nodes } = await this.ask('GetNodes', GetNodesRequestSchema, GetNodesResponseSchema, until);
    return nodes.map((node) => ({
      name: node.name,
      version: node.version,
      address: node.address,
      state: NODE_STATES[node.state] ?? String(node.state),
      tlsServerName: node.tls?.enabled === true ? node.tls.serverName : '',
      uptimeMs: Number(node.uptimeNs / 1_000_000n),
      flows: Number(node.numFlows),
      maxFlows: Number(node.maxFlows),
      seenFlows: Number(node.seenFlows),
    }));
  }

  async namespaces(until?: Cancellation): Promise<readonly HubbleNamespace[]> {
    const [request, response] = [GetNamespacesRequestSchema, GetNamespacesResponseSchema];
    const { namespaces } = await this.ask('GetNamespaces', request, response, until);
    return namespaces.map(({ cluster, namespace }) => ({ cluster, namespace }));
  }

  private get requestMs(): number {
    return this.options.requestTimeoutMs ?? REQUEST_MS;
  }

  /** A call with one answer. */
  private async ask<A extends DescMessage>(
    method: string,
    question: DescMessage,
    answer: A,
    until: Cancellation | undefined,
  ): Promise<MessageShape<A>> {
    const { signal, release } = signalOf(until);
    let bytes: Buffer | undefined;
    let found: Buffer | undefined;
    try {
      const session = await dial(this.target, signal);
      try {
        const call = new Call(session, {
          method,
          request: toBinary(question, create(question)),
          headers: this.headers,
          where: this.name,
          timeoutMs: this.requestMs,
          signal,
          onBytes: (arrived) => {
            bytes = arrived;
          },
          onMessage: (start, end) => {
            found = bytes?.subarray(start, end);
          },
        });
        await call.done;
      } finally {
        session.destroy();
      }
    } catch (error) {
      throw error instanceof HubbleError ? rootOf(error) : error;
    } finally {
      release();
    }
    if (found === undefined) throw new HubbleError('cut-off', { where: this.name, method });
    try {
      return fromBinary(answer, found);
    } catch (error) {
      throw new HubbleError('not-grpc', { where: this.name, method, detail: 'no protobuf', cause: error });
    }
  }
}

/**
 * Filters are judged again on our side, since servers ignore those that are newer than they are. Expressions in CEL are
 * left to the server: what it let pass them is not denied.
 * @throws {FilterError} for what Hubble would refuse
 */
function matcherOf({ allow, deny }: FlowFilters): FlowPredicate | undefined {
  if (allow.length + deny.length === 0) return undefined;
  return compileFilters({
    allow: allow.map((filter) => ({ ...filter, celExpression: [] })),
    deny: deny.filter(({ celExpression = [] }) => celExpression.length === 0),
  });
}

/** What a server says that is there and will say the same again. */
const FINAL: ReadonlySet<HubbleFault> = new Set([
  'unsupported',
  'forbidden',
  'unauthenticated',
  'bad-request',
  'bad-field-mask',
  'not-grpc',
  'unknown-ca',
  'wrong-name',
  'client-certificate',
]);

/** What shows that a stream never began, however long it took. */
const AT_ONCE: ReadonlySet<HubbleFault> = new Set(['dial-timeout', 'refused', 'unknown-host', 'unreachable']);

function reasonOf(error: HubbleError | undefined): string {
  if (error === undefined) return 'the server ended it';
  return error.detail === '' ? error.code : error.detail;
}

function authorization(auth: HubbleOptions['basicAuth']): Readonly<Record<string, string>> {
  if (auth === undefined) return {};
  const token = Buffer.from(`${auth.username}:${auth.password}`, 'utf8').toString('base64');
  return { authorization: `Basic ${token}` };
}

/** Whoever opens the way to a server says best what is wrong with it. */
function rootOf(error: HubbleError): Error {
  const { code, cause } = error;
  return code === 'no-way' && cause instanceof Error && cause.name !== 'Error' ? cause : error;
}

/** The core's cancellation as a signal. One that cannot wake anybody is looked at between batches. */
function signalOf(until: Cancellation | undefined): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (until?.aborted === true) abort();
  until?.addEventListener?.('abort', abort, { once: true });
  return { signal: controller.signal, release: () => until?.removeEventListener?.('abort', abort) };
}
