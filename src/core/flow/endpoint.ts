import type { FlowEndpoint } from '../model/flow.ts';
import {
  BadFieldError,
  countOf,
  isObject,
  type JsonObject,
  listOf,
  type Name,
  textOf,
  textsOf,
} from './fields.ts';

/** The end of a flow that says nothing of it. */
export const NO_ENDPOINT: FlowEndpoint = {
  identity: 0,
  namespace: '',
  podName: '',
  labels: [],
  workloads: [],
  clusterName: '',
};

/**
 * @param object the JSON of Hubble's `flow.Endpoint`; its `ID` is local to a node and left out
 * @throws {BadFieldError} for a member of a wrong type
 */
export function endpointFromJson(object: JsonObject): FlowEndpoint {
  return {
    identity: countOf(object, IDENTITY),
    namespace: textOf(object, NAMESPACE),
    podName: textOf(object, POD_NAME),
    labels: textsOf(object, LABELS),
    workloads: listOf(object, WORKLOADS).map(workloadFromJson),
    clusterName: textOf(object, CLUSTER_NAME),
  };
}

/** Gives back one object for endpoints that look the same, so that they can be told apart by reference. */
export type ShareEndpoint = (endpoint: FlowEndpoint) => FlowEndpoint;

/** @param limit after so many distinct endpoints all are forgotten, which bounds memory */
export function sharedEndpoints(limit = 200_000): ShareEndpoint {
  const known = new Map<string, FlowEndpoint>();
  return (endpoint) => {
    const key = JSON.stringify(endpoint);
    const first = known.get(key);
    if (first !== undefined) return first;
    if (known.size >= limit) known.clear();
    known.set(key, endpoint);
    return endpoint;
  };
}

function workloadFromJson(value: unknown): { readonly name: string; readonly kind: string } {
  if (!isObject(value)) throw new BadFieldError('workloads');
  return { name: textOf(value, WORKLOAD_NAME), kind: textOf(value, WORKLOAD_KIND) };
}

const IDENTITY: Name = ['identity', 'identity'];
const NAMESPACE: Name = ['namespace', 'namespace'];
const POD_NAME: Name = ['pod_name', 'podName'];
const LABELS: Name = ['labels', 'labels'];
const WORKLOADS: Name = ['workloads', 'workloads'];
const WORKLOAD_NAME: Name = ['name', 'name'];
const WORKLOAD_KIND: Name = ['kind', 'kind'];
const CLUSTER_NAME: Name = ['cluster_name', 'clusterName'];
