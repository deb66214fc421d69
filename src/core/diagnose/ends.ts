import type { Catalog } from '../catalog/index.ts';
import { worldName } from '../engine/index.ts';
import { parseAddress } from '../model/cidr.ts';
import type { FlowEndpoint } from '../model/flow.ts';
import { RESERVED_IDENTITIES, reservedLabels } from '../model/identity.ts';
import {
  CLUSTER_KEY,
  type LabelText,
  NAMESPACE_KEY,
  NAMESPACE_LABELS_PREFIX,
  SERVICE_ACCOUNT_KEY,
} from '../model/label.ts';
import type { AgentOptions } from '../model/options.ts';
import type { RepositoryRead, Workload } from '../model/repository.ts';
import type { Endpoint } from '../model/world.ts';
import { namespaceOf } from './flow-namespace.ts';
import type { Edge } from './summarize.ts';
import type { Party } from './types.ts';

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
  readonly #ids = new Set<string>();
  readonly #workloads = new Map<string, Workload[]>();

  constructor(read: RepositoryRead) {
    for (const workload of read.workloads) {
      const list = this.#workloads.get(workload.namespace);
      if (list === undefined) this.#workloads.set(workload.namespace, [workload]);
      else list.push(workload);
    }
  }

  get all(): readonly End[] {
    return [...this.#byKey.values()];
  }

  sourceOf(edge: Edge): End {
    return this.#end(edge.source, edge.sourceIp, edge.direction === 'ingress' ? edge.names : []);
  }

  destinationOf(edge: Edge): End {
    return this.#end(edge.destination, edge.destinationIp, edge.names);
  }

  #end(flow: FlowEndpoint, ip: string, names: readonly string[]): End {
    const namespace = namespaceOf(flow);
    if (namespace === '') {
      const key = JSON.stringify([flow.labels, flow.identity, ip, names]);
      return this.#known(key, () => this.#other(flow, ip, names));
    }
    const workload = workloadOf(this.#workloads.get(namespace) ?? [], flow);
    const name = flow.workloads[0]?.name ?? workload?.name ?? workloadName(flow.podName);
    const key = JSON.stringify([namespace, name, flow.labels]);
    return this.#known(key, () => this.#pod(flow, { namespace, name, workload, ip }));
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
    }: {
      readonly namespace: string;
      readonly name: string;
      readonly workload: Workload | undefined;
      readonly ip: string;
    },
  ): End {
    const party: Party = {
      kind: 'pod',
      name: name === '' ? `${namespace}/*` : `${namespace}/${name}`,
      namespace,
      workload: name,
      seenAs: flow.podName === '' ? [] : [flow.podName],
    };
    const labelsFrom = flow.labels.length > 0 ? 'flow' : workload === undefined ? 'nowhere' : 'files';
    return { id: this.#idFor(party.name), party, ip, recorded: flow.labels, labelsFrom, workload, names: [] };
  }

  #other(flow: FlowEndpoint, ip: string, names: readonly string[]): End {
    const reserved = reservedOf(flow);
    const isWorld = reserved === undefined ? false : WORLD.includes(reserved);
    const seenAs = [...names, ...(ip === '' ? [] : [ip])];
    if (reserved === undefined || isWorld) {
      const kind = isWorld ? 'outside' : 'unknown';
      const name = isWorld ? 'world' : ip === '' ? 'unknown' : ip;
      const id = this.#idFor(seenAs.length === 0 ? name : `${name} ${seenAs.join(' ')}`);
      const party: Party = { kind, name, namespace: '', workload: '', seenAs };
      return { id, party, ip, recorded: flow.labels, labelsFrom: 'flow', workload: undefined, names };
    }
    const party: Party = { kind: 'reserved', name: reserved, namespace: '', workload: '', seenAs };
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

/** From labels, or from the number where a flow has no labels. */
function reservedOf({ labels, identity }: FlowEndpoint): string | undefined {
  const names = labels
    .filter((label) => label.startsWith('reserved:'))
    .map((label) => label.slice('reserved:'.length));
  const named = ['host', 'kube-apiserver', 'remote-node'].find((name) => names.includes(name)) ?? names[0];
  if (named !== undefined) return named;
  return Object.hasOwn(RESERVED_IDENTITIES, identity)
    ? RESERVED_IDENTITIES[identity as keyof typeof RESERVED_IDENTITIES]
    : undefined;
}

function workloadOf(workloads: readonly Workload[], flow: FlowEndpoint): Workload | undefined {
  const named = flow.workloads[0]?.name;
  if (named !== undefined) return workloads.find(({ name }) => name === named);
  let best: Workload | undefined;
  for (const workload of workloads) {
    const isPodOf = flow.podName === workload.name || flow.podName.startsWith(`${workload.name}-`);
    if (isPodOf && workload.name.length > (best?.name.length ?? 0)) best = workload;
  }
  return best;
}

/** The name that pods of a workload share: without a ReplicaSet's and a pod's hash, or an ordinal. */
function workloadName(podName: string): string {
  return podName
    .replace(/-[a-z0-9]{5}$/, '')
    .replace(/-(?:[0-9]{1,5}|[0-9]{8}|[bcdfghjklmnpqrstvwxz2456789]{8,10})$/, '');
}

export interface LabelSources {
  readonly read: RepositoryRead;
  readonly catalog: Catalog;
  readonly options: AgentOptions;
}

/** The endpoint as it would be with the files applied: its own labels, and its namespace's from the files. */
export function endpointInFiles(end: End, sources: LabelSources): Endpoint {
  const { options } = sources;
  if (end.party.kind !== 'pod')
    return { id: end.id, labels: outsideLabels(end, options), addresses: [end.ip] };
  const ports = end.workload?.ports ?? [];
  return { id: end.id, labels: podLabels(end, sources), ports, addresses: end.ip === '' ? [] : [end.ip] };
}

/** The endpoint exactly as the flow recorded it. */
export function endpointAsRecorded(end: End, sources: LabelSources): Endpoint {
  const inFiles = endpointInFiles(end, sources);
  return end.party.kind === 'pod' && end.labelsFrom === 'flow'
    ? { ...inFiles, labels: end.recorded }
    : inFiles;
}

function outsideLabels(end: End, options: AgentOptions): readonly LabelText[] {
  const address = end.ip === '' ? undefined : parseAddress(end.ip);
  const cidr = address === undefined ? [] : [`cidr:${end.ip}/${address.family === 4 ? 32 : 128}`];
  if (end.party.kind === 'outside') {
    const kept = end.recorded.filter(
      (label) => label.startsWith('fqdn:') || label.startsWith('reserved:kube-apiserver'),
    );
    const names = end.names.map((name) => `fqdn:${name}`);
    return [...new Set([`reserved:${worldName(address?.family ?? 4, options)}`, ...cidr, ...names, ...kept])];
  }
  if (end.party.kind === 'unknown')
    return cidr.length === 0
      ? end.recorded
      : [...cidr, `reserved:${worldName(address?.family ?? 4, options)}`];
  const recorded = end.recorded.filter((label) => !label.startsWith('cidr:'));
  const labels = recorded.length > 0 ? recorded : reservedLabels(end.party.name as 'host');
  return [...labels, ...cidr];
}

function podLabels(end: End, { read, catalog, options }: LabelSources): readonly LabelText[] {
  const { namespace } = end.party;
  const own = new Map<string, string>();
  const ofNamespace = new Map<string, string>();
  for (const label of end.recorded) {
    const [key, value] = kubernetesPair(label);
    if (key === undefined) continue;
    if (key.startsWith(NAMESPACE_LABELS_PREFIX))
      ofNamespace.set(key.slice(NAMESPACE_LABELS_PREFIX.length), value);
    else own.set(key, value);
  }
  if (end.labelsFrom !== 'flow') {
    for (const [key, value] of Object.entries(end.workload?.podLabels ?? {})) own.set(key, value);
    own.set(SERVICE_ACCOUNT_KEY, end.workload?.serviceAccount ?? 'default');
    own.set(CLUSTER_KEY, options.clusterName);
  }
  own.set(NAMESPACE_KEY, namespace);
  const declared = read.namespaces.find(({ name }) => name === namespace);
  if (declared !== undefined && (declared.form.kind !== 'implied' || ofNamespace.size === 0)) {
    // Labels of the product's own are as the files say, even where they say none; others may come from elsewhere.
    for (const key of ofNamespace.keys()) if (isManagedLabel(catalog, key)) ofNamespace.delete(key);
    for (const [key, value] of Object.entries(declared.labels)) ofNamespace.set(key, value);
  }
  return [
    ...[...own].map(([key, value]) => kubernetesText(key, value)),
    ...[...ofNamespace].map(([key, value]) => kubernetesText(`${NAMESPACE_LABELS_PREFIX}${key}`, value)),
  ];
}

/** Whether a namespace's label is one that the product writes. */
export function isManagedLabel(catalog: Catalog, key: string): boolean {
  return key.startsWith(`${catalog.labelPrefix}/`) || key.startsWith(`access.${catalog.labelPrefix}/`);
}

function kubernetesPair(label: LabelText): readonly [key: string | undefined, value: string] {
  if (!label.startsWith('k8s:')) return [undefined, ''];
  const equals = label.indexOf('=');
  return equals === -1 ? [label.slice(4), ''] : [label.slice(4, equals), label.slice(equals + 1)];
}

function kubernetesText(key: string, value: string): LabelText {
  return value === '' ? `k8s:${key}` : `k8s:${key}=${value}`;
}
