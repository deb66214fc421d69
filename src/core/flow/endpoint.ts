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

/**
 * Endpoints that differ still share labels, and lists of them, where these are the same, as most of a namespace's are.
 *
 * @param limit after so many distinct endpoints all are forgotten, which bounds memory
 */
export function sharedEndpoints(limit = 65_536): ShareEndpoint {
  let pool = new Pool();
  return (endpoint) => {
    const { identity, namespace, podName, clusterName } = endpoint;
    const labels = pool.labels(endpoint.labels);
    const workloads = pool.workloads.share(JSON.stringify(endpoint.workloads), endpoint.workloads);
    // Lengths before names, so that no two endpoints give one key.
    const lengths = `${namespace.length},${podName.length}`;
    const key = `${identity},${labels.id},${workloads.id},${lengths},${namespace}${podName}${clusterName}`;
    const shared = pool.endpoints.share(key, {
      ...endpoint,
      labels: labels.value,
      workloads: workloads.value,
    });
    // A stranger may send many labels with few endpoints.
    if (pool.endpoints.size >= limit || pool.texts.size >= 8 * limit) pool = new Pool();
    return shared.value;
  };
}

class Pool {
  readonly endpoints = new Numbered<FlowEndpoint>();
  readonly workloads = new Numbered<FlowEndpoint['workloads']>();
  readonly texts = new Numbered<string>();
  private readonly lists = new Numbered<FlowEndpoint['labels']>();

  labels(labels: FlowEndpoint['labels']): Entry<FlowEndpoint['labels']> {
    const entries = labels.map((label) => this.texts.share(label, label));
    const key = entries.map(({ id }) => id).join();
    return this.lists.share(
      key,
      entries.map(({ value }) => value),
    );
  }
}

interface Entry<T> {
  readonly value: T;
  readonly id: number;
}

/** The first value that came with a key, and a number for it. */
class Numbered<T> {
  private readonly known = new Map<string, Entry<T>>();

  get size(): number {
    return this.known.size;
  }

  share(key: string, value: T): Entry<T> {
    const first = this.known.get(key);
    if (first !== undefined) return first;
    const entry = { value, id: this.known.size };
    this.known.set(key, entry);
    return entry;
  }
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
