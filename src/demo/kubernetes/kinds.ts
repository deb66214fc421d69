import { CLUSTER_KIND_NAMES, CLUSTER_KINDS, type ClusterKindName } from '../../core/model/cluster.ts';
import type { Subject } from './status.ts';

/** A kind as this server has it, in one version. */
export interface ServedKind extends Subject {
  readonly kind: string;
  readonly version: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly isNamespaced: boolean;
  /** Whether `status` is written by itself, and only there. */
  readonly hasStatus: boolean;
  /** Whether `metadata.generation` counts the changes of what is wished for. */
  readonly hasGeneration: boolean;
}

const SHORT_NAMES: Readonly<Record<string, readonly string[]>> = {
  Namespace: ['ns'],
  Pod: ['po'],
  Service: ['svc'],
  Node: ['no'],
  ConfigMap: ['cm'],
  NetworkPolicy: ['netpol'],
  CiliumNetworkPolicy: ['cnp', 'ciliumnp'],
  CiliumClusterwideNetworkPolicy: ['ccnp'],
  CiliumCIDRGroup: ['ccg'],
  CiliumIdentity: ['ciliumid'],
  CiliumEndpoint: ['cep', 'ciliumep'],
  Deployment: ['deploy'],
  StatefulSet: ['sts'],
  DaemonSet: ['ds'],
  ReplicaSet: ['rs'],
  CronJob: ['cj'],
};

/** What makes pods. Propolis does not read it of a cluster; people do. */
const WORKLOADS = [
  ['apps', 'Deployment', 'deployments'],
  ['apps', 'StatefulSet', 'statefulsets'],
  ['apps', 'DaemonSet', 'daemonsets'],
  ['apps', 'ReplicaSet', 'replicasets'],
  ['batch', 'Job', 'jobs'],
  ['batch', 'CronJob', 'cronjobs'],
] as const;
export const WORKLOAD_KINDS: readonly (typeof WORKLOADS)[number][1][] = WORKLOADS.map(([, kind]) => kind);

const WITH_STATUS: ReadonlySet<string> = new Set([
  'Namespace',
  'Pod',
  'Service',
  'Node',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  ...WORKLOAD_KINDS,
]);
const WITHOUT_GENERATION: ReadonlySet<string> = new Set(['Namespace', 'Pod', 'Service', 'Node', 'ConfigMap']);

export interface KindOptions {
  /** A cluster in which Cilium is not installed has none of its kinds. */
  readonly isWithoutCilium?: boolean;
  /** Cilium before 1.18 has CIDR groups as `v2alpha1`. */
  readonly cidrGroupVersion?: 'v2' | 'v2alpha1';
}

/** All kinds that are served. */
export function servedKinds({
  isWithoutCilium = false,
  cidrGroupVersion = 'v2',
}: KindOptions = {}): readonly ServedKind[] {
  const read = CLUSTER_KIND_NAMES.map((kind) => readKind(kind, cidrGroupVersion));
  const workloads = WORKLOADS.map(([group, kind, plural]) =>
    served({ group, kind, plural, version: 'v1', isNamespaced: true }),
  );
  return [...read, ...workloads].filter(({ group }) => !(isWithoutCilium && group === 'cilium.io'));
}

function readKind(kind: ClusterKindName, cidrGroupVersion: string): ServedKind {
  const { group, versions, plural, isNamespaced } = CLUSTER_KINDS[kind];
  const version = kind === 'CiliumCIDRGroup' ? cidrGroupVersion : (versions[0] ?? 'v1');
  return served({ group, kind, plural, version, isNamespaced });
}

function served(
  given: Pick<ServedKind, 'group' | 'kind' | 'plural' | 'version' | 'isNamespaced'>,
): ServedKind {
  return {
    ...given,
    singular: given.kind.toLowerCase(),
    shortNames: SHORT_NAMES[given.kind] ?? [],
    hasStatus: WITH_STATUS.has(given.kind),
    hasGeneration: !WITHOUT_GENERATION.has(given.kind),
  };
}

/** `v1`, `cilium.io/v2`. */
export function apiVersionOf({ group, version }: Pick<ServedKind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}
