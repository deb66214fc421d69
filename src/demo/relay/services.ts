import { Code, ConnectError, type ConnectRouter, type HandlerContext } from '@connectrpc/connect';
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '../../adapters/hubble/gen/health_pb.js';
import { Observer } from '../../adapters/hubble/gen/observer_pb.js';
import { ServerReflection } from '../../adapters/hubble/gen/reflection_v1_pb.js';
import { ServerReflection as ServerReflectionAlpha } from '../../adapters/hubble/gen/reflection_v1alpha_pb.js';
import { NodeState } from '../../adapters/hubble/gen/relay_pb.js';
import { wireEnum } from '../../adapters/hubble/request.ts';
import type { FlowEndpoint } from '../../core/model/flow.ts';
import { reflected } from './reflection.ts';
import type { RelayState } from './state.ts';

/** All but `GetFlows`. */
export function relayServices(router: ConnectRouter, state: RelayState): void {
  const answer = <T>(context: HandlerContext, make: () => T): T => {
    const { status, isOld } = state.faults;
    if (status !== undefined) throw new ConnectError(status.message, wireEnum(Code, status.code));
    const { name } = context.method;
    if (isOld === true && name === 'GetNamespaces') throw unimplemented(context);
    if (state.isAgent && name === 'GetNodes') throw unimplemented(context);
    context.responseHeader.set('hubble-relay-version', state.version);
    return make();
  };
  router.service(Observer, {
    getNodes: (_, context) => answer(context, () => ({ nodes: nodesOf(state) })),
    getNamespaces: (_, context) => answer(context, () => ({ namespaces: namespacesOf(state) })),
    serverStatus: (_, context) => answer(context, () => statusOf(state)),
    // A relay has none of the events of agents.
    // oxlint-disable-next-line require-yield -- it ends before the first
    async *getAgentEvents(_, context) {
      throw unimplemented(context);
    },
    // oxlint-disable-next-line require-yield -- it ends before the first
    async *getDebugEvents(_, context) {
      throw unimplemented(context);
    },
  });
  router.service(Health, {
    check: ({ service }) => ({ status: servingStatus(service) }),
    async *watch({ service }, { signal }) {
      yield { status: servingStatus(service) };
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
  });
  router.service(ServerReflection, { serverReflectionInfo: reflected });
  router.service(ServerReflectionAlpha, { serverReflectionInfo: reflected });
}

function unimplemented({ service, method }: HandlerContext): ConnectError {
  return new ConnectError(
    `unknown method ${method.name} for service ${service.typeName}`,
    Code.Unimplemented,
  );
}

function servingStatus(service: string): ServingStatus {
  if (service === '' || service === 'hubble.server.Observer') return ServingStatus.SERVING;
  throw new ConnectError('unknown service', Code.NotFound);
}

function statusOf(state: RelayState) {
  const { ring } = state;
  const unavailable = [...state.nodes].filter((node) => state.isUnavailable(node)).sort();
  return {
    numFlows: BigInt(ring.size),
    maxFlows: BigInt(ring.capacity),
    seenFlows: BigInt(state.seenFlows),
    uptimeNs: uptimeNs(state),
    ...(state.isAgent
      ? {}
      : {
          numConnectedNodes: state.nodes.size - unavailable.length,
          numUnavailableNodes: unavailable.length,
        }),
    unavailableNodes: unavailable.slice(0, 10),
    version: `${state.isAgent ? 'cilium' : 'hubble-relay'} v${state.version}`,
    flowsRate: flowsRate(state),
  };
}

/** Over the last minute of what is kept. */
function flowsRate({ ring, now }: RelayState): number {
  const fromMs = now() - MINUTE_MS;
  let count = 0;
  for (let at = ring.end - 1; at >= ring.start && (ring.at(at)?.timeMs ?? 0) >= fromMs; at -= 1) count += 1;
  return count / (MINUTE_MS / 1000);
}

function nodesOf(state: RelayState) {
  return [...state.nodes].sort().map((name, i) => {
    const isGone = state.isUnavailable(name);
    const own = isGone ? 0 : countOf(state, name);
    return {
      name,
      version: isGone ? '' : `cilium v${state.version}`,
      address: `10.0.0.${i + 1}:4244`,
      state: isGone ? NodeState.NODE_UNAVAILABLE : NodeState.NODE_CONNECTED,
      tls: { enabled: false, serverName: '' },
      uptimeNs: isGone ? 0n : uptimeNs(state),
      numFlows: BigInt(own),
      maxFlows: isGone ? 0n : BigInt(state.ring.capacity),
      seenFlows: BigInt(own),
    };
  });
}

function countOf({ ring }: RelayState, node: string): number {
  let count = 0;
  for (let at = ring.start; at < ring.end; at += 1) if (ring.at(at)?.nodeName === node) count += 1;
  return count;
}

/** Of flows of the last hour, sorted. */
function namespacesOf({ ring, now }: RelayState) {
  const found = new Map<string, { readonly cluster: string; readonly namespace: string }>();
  const fromMs = now() - HOUR_MS;
  const add = ({ clusterName: cluster, namespace }: FlowEndpoint): void => {
    if (namespace !== '') found.set(`${cluster}/${namespace}`, { cluster, namespace });
  };
  for (let at = ring.start; at < ring.end; at += 1) {
    const event = ring.at(at);
    if (event?.flow === undefined || event.timeMs < fromMs) continue;
    add(event.flow.source);
    add(event.flow.destination);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, namespace]) => namespace);
}

function uptimeNs({ now, startMs }: RelayState): bigint {
  return BigInt(Math.max(0, Math.round(now() - startMs))) * 1_000_000n;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
