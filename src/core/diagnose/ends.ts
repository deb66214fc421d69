import type { FlowEndpoint } from '../model/flow.ts';
import { RESERVED_IDENTITIES } from '../model/identity.ts';
import { CLUSTER_KEY, hasReserved, kubernetesLabel, type LabelText } from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { RepositoryRead, Workload } from '../model/repository.ts';
import { namespaceOf } from './flow-namespace.ts';
import type { Edge } from './summarize.ts';
import type { Party } from './types.ts';
import { workloadName, workloadOf } from './workload-of.ts';

/** One end of an edge, told apart from others by all that verdicts may depend on. */
export interface End {
  /** The endpoint's id in the world that is judged. */
  readonly id: string;
  readonly party: Party;
  readonly ip: string;
  /** As the flow recorded them; empty where the flow had none. */
  readonly recorded: readonly LabelText[];
  /** Where the labels are taken from. */
  readonly labelsFrom: 'flow' | 'files' | 'nowhere';
  /** The workload of the files that it belongs to. */
  readonly workload: Workload | undefined;
  /** DNS names, for who is outside. */
  readonly names: readonly string[];
}

/** Gives every end its identity; the same end twice is one end. */
export class Ends {
  readonly #byKey = new Map<string, End>();
  /** Of pods, whose addresses and names tell nothing: readers hand out one object for those that look the same. */
  readonly #pods = new WeakMap<FlowEndpoint, End>();
  readonly #ids = new Set<string>();
  readonly #workloads = new Map<string, Workload[]>();
  readonly #clusterName: string;

  constructor(read: RepositoryRead, { clusterName }: AgentOptions) {
    this.#clusterName = clusterName;
    for (const workload of read.workloads) {
      const list = this.#workloads.get(workload.namespace);
      if (list === undefined) this.#workloads.set(workload.namespace, [workload]);
      else list.push(workload);
    }
  }

  get all(): readonly End[] {
    return [...this.#byKey.values()];
  }

  get size(): number {
    return this.#byKey.size;
  }

  sourceOf(edge: Edge): End {
    return this.#end(edge.source, edge.sourceIp, edge.direction === 'egress' ? [] : edge.names);
  }

  destinationOf(edge: Edge): End {
    return this.#end(edge.destination, edge.destinationIp, edge.names);
  }

  #end(flow: FlowEndpoint, ip: string, names: readonly string[]): End {
    const pod = this.#pods.get(flow);
    if (pod !== undefined) return pod;
    const namespace = namespaceOf(flow);
    if (namespace === '') {
      const key = JSON.stringify([flow.labels, flow.identity, ip, names]);
      return this.#known(key, () => this.#other(flow, ip, names));
    }
    const cluster = clusterOf(flow);
    const isForeign = cluster !== '' && cluster !== this.#clusterName;
    const workload = isForeign ? undefined : workloadOf(this.#workloads.get(namespace) ?? [], flow);
    const name = flow.workloads[0]?.name ?? workload?.name ?? workloadName(flow.podName);
    const foreign = isForeign ? cluster : '';
    const key = JSON.stringify([foreign, namespace, name, flow.labels]);
    const end = this.#known(key, () => this.#pod(flow, { namespace, name, workload, ip, cluster: foreign }));
    this.#pods.set(flow, end);
    return end;
  }

  #known(key: string, make: () => End): End {
    let end = this.#byKey.get(key);
    if (end === undefined) this.#byKey.set(key, (end = make()));
    return end;
  }

  #pod(
    flow: FlowEndpoint,
    {
      namespace,
      name,
      workload,
      ip,
      cluster,
    }: {
      readonly namespace: string;
      readonly name: string;
      readonly workload: Workload | undefined;
      readonly ip: string;
      readonly cluster: string;
    },
  ): End {
    const local = name === '' ? `${namespace}/*` : `${namespace}/${name}`;
    const party: Party = {
      kind: 'pod',
      name: cluster === '' ? local : `${cluster}:${local}`,
      namespace,
      workload: name,
      cluster,
      seenAs: flow.podName === '' ? [] : [flow.podName],
      seenCount: flow.podName === '' ? 0 : 1,
    };
    const labelsFrom = flow.labels.length > 0 ? 'flow' : workload === undefined ? 'nowhere' : 'files';
    return { id: this.#idFor(party.name), party, ip, recorded: flow.labels, labelsFrom, workload, names: [] };
  }

  #other(flow: FlowEndpoint, ip: string, names: readonly string[]): End {
    const reserved = reservedOf(flow);
    const isWorld = reserved === undefined ? false : WORLD.includes(reserved);
    const seenAs = [...names, ...(ip === '' ? [] : [ip])];
    const seenCount = seenAs.length;
    if (reserved === undefined || isWorld) {
      const kind = isWorld ? 'outside' : 'unknown';
      const name = isWorld ? 'world' : ip === '' ? 'unknown' : ip;
      const id = this.#idFor(seenAs.length === 0 ? name : `${name} ${seenAs.join(' ')}`);
      const party: Party = { kind, name, namespace: '', workload: '', cluster: '', seenAs, seenCount };
      return { id, party, ip, recorded: flow.labels, labelsFrom: 'flow', workload: undefined, names };
    }
    const party: Party = {
      kind: 'reserved',
      name: reserved,
      namespace: '',
      workload: '',
      cluster: '',
      seenAs,
      seenCount,
    };
    return {
      id: this.#idFor(`${reserved} ${ip}`),
      party,
      ip,
      recorded: flow.labels,
      labelsFrom: 'flow',
      workload: undefined,
      names,
    };
  }

  /** Ends of one name whose labels differ (an old and a new version of a pod) get ids of their own. */
  #idFor(wanted: string): string {
    let id = wanted;
    for (let i = 2; this.#ids.has(id); i += 1) id = `${wanted} (${i})`;
    this.#ids.add(id);
    return id;
  }
}

const WORLD: readonly string[] = ['world', 'world-ipv4', 'world-ipv6'];

/** The cluster that a pod is of; empty where the flow does not say. */
function clusterOf({ labels, clusterName }: FlowEndpoint): string {
  return kubernetesLabel(labels, CLUSTER_KEY) ?? (labels.length === 0 ? clusterName : '');
}

/** From labels, or from the number where a flow has no labels. */
function reservedOf({ labels, identity }: FlowEndpoint): string | undefined {
  const named =
    ['host', 'kube-apiserver', 'remote-node'].find((name) => hasReserved(labels, name)) ??
    labels.find((label) => label.startsWith('reserved:'))?.slice('reserved:'.length);
  if (named !== undefined) return named;
  if (Object.hasOwn(RESERVED_IDENTITIES, identity))
    return RESERVED_IDENTITIES[identity as keyof typeof RESERVED_IDENTITIES];
  return identity >= CIDR_IDENTITIES.first && identity <= CIDR_IDENTITIES.last ? 'world' : undefined;
}

/** Numbers that a node gives to prefixes and names outside. Cilium `pkg/identity/numericidentity.go`. */
const CIDR_IDENTITIES = { first: 2 ** 24, last: 2 ** 25 - 1 } as const;
