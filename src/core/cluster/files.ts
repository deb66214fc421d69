import { asFields, asList, field, fieldAt } from '../manifest/yaml/fields.ts';
import type { ClusterKindName, ClusterObject } from '../model/cluster.ts';
import { CLUSTER_FILES } from '../model/place.ts';
import type { SourceFile, WorkloadKind } from '../model/repository.ts';
import { objectText } from './object-text.ts';
import { commonLabels, groupPods, type PodGroup } from './pods.ts';
import { type ClusterState, objectsOf } from './state.ts';

/**
 * What a cluster has, as manifests, so that everything reads a cluster as it reads a repository: one file an object,
 * `cluster:cnp/database/default`, and one for each workload that pods were grouped into (`pods.ts`). The text is made
 * here, so its lines mean nothing: `placeText` says the object alone.
 */
export function clusterFiles(state: Pick<ClusterState, 'objects'>): readonly SourceFile[] {
  const kinds = Object.keys(KEPT) as readonly (keyof typeof KEPT)[];
  const objects = kinds.flatMap((kind) =>
    objectsOf(state, kind)
      .filter((object) => kind !== 'Service' || hasKnownBackends(object, state))
      .map((object) => objectFile(kind, object)),
  );
  const workloads = groupPods(objectsOf(state, 'Pod')).map(workloadFile);
  return [...objects, ...workloads].sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
}

/**
 * A Service without a selector whose backends may not be read is left out: it is unknown then to whoever asks, and a rule
 * that names it is not decided. One that is known to have none is another thing.
 */
function hasKnownBackends(service: ClusterObject, { objects }: Pick<ClusterState, 'objects'>): boolean {
  const selector = asFields(fieldAt(service, ['spec', 'selector'])) ?? {};
  return Object.keys(selector).length > 0 || objects.EndpointSlice !== undefined;
}

/** The path that stands for an object: what kubectl would call it. */
export function clusterPath(shortKind: string, namespace: string, name: string): string {
  const path = `${CLUSTER_FILES}${shortKind}/${namespace === '' ? '' : `${namespace}/`}${name}`;
  // Names of objects never end with a dot; a file of such a name would be read as something else.
  return /(?:\.env|\/(?:chart|kustomization)(?:\.ya?ml)?)$/i.test(path) ? `${path}.` : path;
}

/** The members that verdicts are made of, by kind, and the kind's name in paths. */
const KEPT = {
  Namespace: { short: 'namespace', members: [] },
  Service: { short: 'service', members: ['spec'] },
  EndpointSlice: { short: 'endpointslice', members: ['addressType', 'endpoints'] },
  NetworkPolicy: { short: 'netpol', members: ['spec'] },
  CiliumNetworkPolicy: { short: 'cnp', members: ['spec', 'specs'] },
  CiliumClusterwideNetworkPolicy: { short: 'ccnp', members: ['spec', 'specs'] },
  CiliumCIDRGroup: { short: 'cidrgroup', members: ['spec'] },
} as const satisfies Partial<
  Record<ClusterKindName, { readonly short: string; readonly members: readonly string[] }>
>;

function objectFile(kind: keyof typeof KEPT, object: ClusterObject): SourceFile {
  const { short, members } = KEPT[kind];
  const { name, namespace = '' } = object.metadata;
  const kept = Object.fromEntries(members.map((member) => [member, field(object, member)]));
  return {
    path: clusterPath(short, namespace, name),
    text: objectText({
      apiVersion: object.apiVersion,
      kind,
      metadata: {
        name,
        ...(namespace === '' ? {} : { namespace }),
        labels: asFields(fieldAt(object, ['metadata', 'labels'])),
        annotations: annotationsOf(object),
      },
      ...(kind === 'Service' ? { spec: serviceSpec(kept['spec']) } : kept),
    }),
  };
}

/** Those that somebody wrote: not the copies that kubectl keeps there. */
function annotationsOf(object: ClusterObject): object | undefined {
  const all = asFields(fieldAt(object, ['metadata', 'annotations']));
  if (all === undefined) return undefined;
  return Object.fromEntries(Object.entries(all).filter(([key]) => key !== LAST_APPLIED));
}

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function serviceSpec(spec: unknown): object {
  const members = ['selector', 'ports', 'type', 'clusterIP', 'clusterIPs'];
  return Object.fromEntries(members.map((member) => [member, field(spec, member)]));
}

function workloadFile(group: PodGroup): SourceFile {
  const { kind, namespace, name, pods } = group;
  const [pod] = pods;
  const own = field(pod, 'spec');
  const template = {
    metadata: { labels: withoutJob(kind, commonLabels(group)) },
    spec: {
      hostNetwork: field(own, 'hostNetwork') === true ? true : undefined,
      serviceAccountName: field(own, 'serviceAccountName'),
      initContainers: containers(field(own, 'initContainers')),
      containers: containers(field(own, 'containers')),
    },
  };
  const head = { apiVersion: API_VERSIONS[kind], kind };
  const metadata = { name, namespace };
  return {
    path: clusterPath(kind.toLowerCase(), namespace, name),
    text: objectText(
      kind === 'Pod'
        ? { ...head, metadata: { ...metadata, ...template.metadata }, spec: template.spec }
        : {
            ...head,
            metadata,
            spec: kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template },
          },
    ),
  };
}

/** A CronJob's pods have the name of their Job, which is another one each time. */
function withoutJob(kind: WorkloadKind, labels: Readonly<Record<string, string>>): object {
  if (kind !== 'CronJob') return labels;
  const isOfJob = (key: string): boolean =>
    /^(?:batch\.kubernetes\.io\/)?(?:job-name|controller-uid)$/.test(key);
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !isOfJob(key)));
}

const API_VERSIONS: Readonly<Record<WorkloadKind, string>> = {
  Pod: 'v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  ReplicaSet: 'apps/v1',
  ReplicationController: 'v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
};

function containers(list: unknown): readonly object[] | undefined {
  const kept = (asList(list) ?? []).flatMap((container) => {
    const ports = asList(field(container, 'ports'));
    return ports === undefined
      ? []
      : [{ name: field(container, 'name'), restartPolicy: field(container, 'restartPolicy'), ports }];
  });
  return kept.length === 0 ? undefined : kept;
}
