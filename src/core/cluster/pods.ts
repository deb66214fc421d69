import { asFields, asList, asText, field, fieldAt, textAt } from '../manifest/yaml/fields.ts';
import type { ClusterObject } from '../model/cluster.ts';
import { isIdentityLabel } from '../model/identity.ts';
import { WORKLOAD_KINDS, type WorkloadKind } from '../model/repository.ts';

/** Pods that behave alike: of one owner, with the same labels, ports and account. */
export interface PodGroup {
  /** The kind of the owner, or `Pod` for pods of their own and those of kinds that are not known here. */
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly pods: readonly ClusterObject[];
}

/**
 * Groups pods by the workload that owns them, as Cilium names it in flows (`pkg/k8s/utils/workload.go`): a
 * ReplicaSet with its hash taken off is a Deployment, a Job with a time at the end a CronJob. Each pod that runs or will
 * is in one group, and no two groups have the same kind, namespace and name. Pods of one owner that differ in labels
 * (in the middle of a rollout) are several groups: the newest has the owner's name, the others that of their
 * ReplicaSet or, where that is no name of their own, of a pod.
 *
 * Left out are pods that have ended, which keep no address. Those that are not ready stay: policies apply to them.
 */
export function groupPods(pods: readonly ClusterObject[]): readonly PodGroup[] {
  const byOwner = new Map<string, Map<string, ClusterObject[]>>();
  for (const pod of pods) {
    if (hasEnded(pod)) continue;
    const { kind, name } = ownerOf(pod);
    const alike = groupFor(
      byOwner,
      `${kind}/${namespaceOf(pod)}/${name}`,
      () => new Map<string, ClusterObject[]>(),
    );
    groupFor(alike, likeness(pod), (): ClusterObject[] => []).push(pod);
  }
  const taken = new Set<string>();
  const owners = [...byOwner.values()].map((alike) => [...alike.values()].map(sortedPods).sort(newestFirst));
  // Whoever has a name by itself keeps it; only then are names found for the rest.
  const firsts = owners.flatMap(([newest]) =>
    newest === undefined ? [] : nameGroup(newest, [ownerOf], taken),
  );
  const others = owners.flatMap(([, ...older]) =>
    older.flatMap((group) => nameGroup(group, [replicaSetOf], taken)),
  );
  return [...firsts, ...others].sort((a, b) => order(idOf(a), idOf(b)));
}

/** Labels of all pods of a group; of those that are no part of the identity, the ones that all have. */
export function commonLabels({ pods }: PodGroup): Readonly<Record<string, string>> {
  const [first, ...rest] = pods.map(labelsOf);
  const common: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(first ?? {})) {
    if (rest.every((labels) => labels[key] === value)) common[key] = value;
  }
  return common;
}

/** A pod whose containers have all ended. Its address may be another's already. */
export function hasEnded(pod: ClusterObject): boolean {
  const phase = textAt(pod, ['status', 'phase']);
  return phase === 'Succeeded' || phase === 'Failed';
}

function groupFor<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

type Naming = (pod: ClusterObject) => { readonly kind: WorkloadKind; readonly name: string };

function nameGroup(
  pods: readonly ClusterObject[],
  namings: readonly Naming[],
  taken: Set<string>,
): readonly PodGroup[] {
  const [first] = pods;
  if (first === undefined) return [];
  const namespace = namespaceOf(first);
  const candidates = [...namings.map((naming) => naming(first)), ...pods.map(itself)];
  for (const { kind, name } of candidates) {
    const group = { kind, namespace, name, pods };
    const id = idOf(group);
    if (taken.has(id)) continue;
    taken.add(id);
    return [group];
  }
  // An owner may have the name of a pod: with all names taken, the first is told apart by its number of tries.
  const { kind, name } = itself(first);
  const group = { kind, namespace, name: `${name}~${taken.size}`, pods };
  taken.add(idOf(group));
  return [group];
}

function itself(pod: ClusterObject): { readonly kind: WorkloadKind; readonly name: string } {
  return { kind: 'Pod', name: pod.metadata.name };
}

function idOf({ kind, namespace, name }: PodGroup): string {
  return `${namespace}/${name}/${kind}`;
}

interface Owner {
  readonly kind: WorkloadKind;
  readonly name: string;
}

function ownerOf(pod: ClusterObject): Owner {
  const owner = controllerOf(pod);
  if (owner === undefined) return itself(pod);
  switch (owner.kind) {
    case 'ReplicaSet':
      return deploymentOf(pod, owner.name) ?? { kind: 'ReplicaSet', name: owner.name };
    case 'Job': {
      // The Job's name is the CronJob's and the minutes since 1970.
      const cronJob = /^(.{1,253})-\d{8,10}$/.exec(owner.name)?.[1];
      return cronJob === undefined ? { kind: 'Job', name: owner.name } : { kind: 'CronJob', name: cronJob };
    }
    case 'Node': {
      // A pod of the node itself (a static pod), which the node's name is added to.
      const node = textAt(pod, ['spec', 'nodeName']) ?? owner.name;
      const { name } = pod.metadata;
      return { kind: 'Pod', name: name.endsWith(`-${node}`) ? name.slice(0, -node.length - 1) : name };
    }
    default: {
      const kind = WORKLOAD_KINDS.find((known) => known === owner.kind);
      return { kind: kind ?? 'Pod', name: owner.name };
    }
  }
}

function replicaSetOf(pod: ClusterObject): Owner {
  const owner = controllerOf(pod);
  return owner?.kind === 'ReplicaSet' ? { kind: 'ReplicaSet', name: owner.name } : itself(pod);
}

function deploymentOf(pod: ClusterObject, replicaSet: string): Owner | undefined {
  const hash = labelsOf(pod)['pod-template-hash'] ?? '';
  if (hash === '' || !replicaSet.endsWith(`-${hash}`)) return undefined;
  const name = replicaSet.slice(0, -hash.length - 1);
  return name === '' ? undefined : { kind: 'Deployment', name };
}

function controllerOf(pod: ClusterObject): Controller | undefined {
  for (const reference of asList(field(pod.metadata, 'ownerReferences')) ?? []) {
    const kind = asText(field(reference, 'kind'));
    const name = asText(field(reference, 'name'));
    if (field(reference, 'controller') === true && kind !== undefined && name !== undefined)
      return { kind, name };
  }
  return undefined;
}

interface Controller {
  readonly kind: string;
  readonly name: string;
}

/** What makes two pods of an owner behave differently, as text. */
function likeness(pod: ClusterObject): string {
  const isOfJob = controllerOf(pod)?.kind === 'Job';
  const labels = Object.entries(labelsOf(pod))
    .filter(([key]) => isIdentityLabel(key) && !(isOfJob && JOB_NAMES.has(key)))
    .sort(([a], [b]) => order(a, b));
  const spec = field(pod, 'spec');
  return JSON.stringify([
    labels,
    textAt(spec, ['serviceAccountName']) ?? '',
    field(spec, 'hostNetwork') === true,
    portsOf(spec),
  ]);
}

const JOB_NAMES: ReadonlySet<string> = new Set(['job-name', 'batch.kubernetes.io/job-name']);

function portsOf(spec: unknown): readonly unknown[] {
  return ['initContainers', 'containers'].flatMap((list) =>
    (asList(field(spec, list)) ?? []).map((container) => field(container, 'ports') ?? []),
  );
}

function labelsOf(pod: ClusterObject): Readonly<Record<string, string>> {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(asFields(fieldAt(pod, ['metadata', 'labels'])) ?? {})) {
    if (typeof value === 'string') labels[key] = value;
  }
  return labels;
}

function namespaceOf({ metadata }: ClusterObject): string {
  return metadata.namespace ?? '';
}

function sortedPods(pods: readonly ClusterObject[]): readonly ClusterObject[] {
  return [...pods].sort((a, b) => order(a.metadata.name, b.metadata.name));
}

function newestFirst(a: readonly ClusterObject[], b: readonly ClusterObject[]): number {
  const byAge = order(newest(b), newest(a));
  return byAge === 0 ? order(firstName(a), firstName(b)) : byAge;
}

function newest(pods: readonly ClusterObject[]): string {
  return pods.reduce((latest, { metadata }) => {
    const created = metadata.creationTimestamp ?? '';
    return created > latest ? created : latest;
  }, '');
}

function firstName([first]: readonly ClusterObject[]): string {
  return first?.metadata.name ?? '';
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
