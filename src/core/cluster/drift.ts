import { type Catalog, enforcementLabel } from '../catalog/index.ts';
import { isManagedLabel } from '../diagnose/end-labels.ts';
import type { DeclaredObject } from '../manifest/read.ts';
import type { ClusterKindName, ClusterObject } from '../model/cluster.ts';
import type { AgentOptions } from '../model/options.ts';
import { formatPath, type Place } from '../model/place.ts';
import type { ApproximationCode, RepositoryRead } from '../model/repository.ts';
import { fieldDifference } from './field-difference.ts';
import { type FieldManager, type ManagedBy, managedBy, managersOfLabel } from './managed-by.ts';
import { policyForm } from './policy-form.ts';
import { type ClusterState, objectsOf } from './state.ts';
import { hasVariable, isVariable } from './variable.ts';

/** Kinds whose objects Git and cluster must share. */
export const DRIFT_KINDS = [
  'CiliumClusterwideNetworkPolicy',
  'CiliumNetworkPolicy',
  'NetworkPolicy',
  'CiliumCIDRGroup',
] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

export interface DriftRef {
  readonly kind: DriftKind;
  /** Empty for what has none. */
  readonly namespace: string;
  readonly name: string;
}

export type PolicyDrift = DriftRef &
  (
    | {
        /** In Git, and not in the cluster. */
        readonly code: 'missing';
        readonly place: Place;
        /** Whether our rules say that the API server or the agent would refuse it. */
        readonly isRefused: boolean;
      }
    | {
        /** In the cluster, and not in Git as far as it was read. */
        readonly code: 'extra';
        readonly managedBy: ManagedBy;
      }
    | ({
        /** In both, and not the same. */
        readonly code: 'different';
      } & Difference)
    | ({
        /** In both, written differently, and it means the same. */
        readonly code: 'worded';
      } & Difference)
  ) & {
    /** Whether more reading of Git might explain it: what was not built, rendered or decrypted. */
    readonly isApproximate: boolean;
    /** False for what explains itself: words alone, and objects of charts or of other objects. */
    readonly isDrift: boolean;
  };

interface Difference {
  readonly place: Place;
  /** `spec.egress[0].toPorts[0].ports[0].port`, as Git has it. */
  readonly field: string;
  /** Undefined: not there. */
  readonly inGit: unknown;
  readonly inCluster: unknown;
}

/** A label of the catalog's that a namespace has otherwise than Git says. */
export interface LabelDrift {
  readonly namespace: string;
  readonly key: string;
  /** Undefined: absent. */
  readonly inGit: string | undefined;
  readonly inCluster: string | undefined;
  readonly place: Place;
  /** Who wrote the cluster's label, where managed fields tell. */
  readonly managers: readonly FieldManager[];
}

export interface Drift {
  readonly policies: readonly PolicyDrift[];
  readonly labels: readonly LabelDrift[];
  /** Namespaces that Git declares and the cluster has not. */
  readonly missingNamespaces: readonly { readonly name: string; readonly place: Place }[];
  /** Kinds that could not be read of the cluster, so that nothing is said of them. */
  readonly notCompared: readonly ClusterKindName[];
}

export interface Repository {
  readonly read: RepositoryRead;
  readonly objects: readonly DeclaredObject[];
}

/** How cluster and Git differ in policies, and in the catalog's labels of namespaces. */
export function driftOf(
  state: ClusterState,
  repository: Repository,
  { catalog, options }: { readonly catalog: Catalog; readonly options: AgentOptions },
): Drift {
  const isIncomplete = repository.read.approximations.some(({ code }) => INCOMPLETE.has(code));
  const compared = DRIFT_KINDS.filter((kind) => state.objects[kind] !== undefined);
  const missing = new Set(state.missing.map(({ kind }) => kind));
  return {
    policies: compared.flatMap((kind) => kindDrift(kind, state, { repository, options, isIncomplete })),
    ...namespaceDrift(state, repository, catalog),
    // An API server without Cilium's CIDR groups has none of them, which is no lack of a permission.
    notCompared: [...DRIFT_KINDS, 'Namespace' as const].filter((kind) => missing.has(kind)),
  };
}

/** What leaves open what else Git may say. */
const INCOMPLETE: ReadonlySet<ApproximationCode> = new Set([
  'kustomize-not-built',
  'resource-set-not-rendered',
  'template-skipped',
  'encrypted',
  'variable-unknown',
  'environment-chosen',
]);

interface Comparing {
  readonly repository: Repository;
  readonly options: AgentOptions;
  readonly isIncomplete: boolean;
}

function kindDrift(kind: DriftKind, state: ClusterState, comparing: Comparing): readonly PolicyDrift[] {
  const { repository, isIncomplete } = comparing;
  const inCluster = new Map(objectsOf(state, kind).map((object) => [keyOf(object), object]));
  const inGit = new Map(
    repository.objects
      .filter((object) => object.kind === kind)
      .map((object) => [`${object.namespace}/${object.name}`, object]),
  );
  const refused = new Set(
    repository.read.refused.filter((one) => one.kind === kind).map((one) => `${one.namespace}/${one.name}`),
  );
  const found: PolicyDrift[] = [];
  for (const [key, declared] of inGit) {
    const { namespace, name } = declared;
    const object = inCluster.get(key);
    if (object !== undefined) {
      found.push(...objectDrift(kind, { declared, object }, comparing));
      continue;
    }
    const isApproximate = hasVariable(declared.value);
    found.push({
      kind,
      namespace,
      name,
      code: 'missing',
      isApproximate,
      isDrift: true,
      place: declared.locate([]),
      isRefused: refused.has(key),
    });
  }
  for (const [key, object] of inCluster) {
    if (inGit.has(key)) continue;
    const by = managedBy(object);
    const { name, namespace = '' } = object.metadata;
    found.push({
      kind,
      namespace,
      name,
      code: 'extra',
      managedBy: by,
      isApproximate: isIncomplete && by.kind !== 'nobody',
      isDrift: isExtraDrift(by, isIncomplete),
    });
  }
  return found;
}

/** What a chart or another object makes is in Git as that; what Flux or Argo CD brings may be in what was not read. */
function isExtraDrift(by: ManagedBy, isIncomplete: boolean): boolean {
  switch (by.kind) {
    case 'nobody':
      return true;
    case 'flux-kustomization':
    case 'argo-cd':
      return !isIncomplete;
    case 'flux-helm-release':
    case 'helm':
    case 'owner':
      return false;
  }
}

function objectDrift(
  kind: DriftKind,
  { declared, object }: { readonly declared: DeclaredObject; readonly object: ClusterObject },
  { options }: Comparing,
): readonly PolicyDrift[] {
  const git = policyForm(declared, options);
  const cluster = policyForm({ value: object }, options);
  const difference = fieldDifference(git.value, cluster.value, isVariable);
  if (difference === undefined) return [];
  const { namespace, name } = declared;
  const isSame = git.meaning !== undefined && git.meaning === cluster.meaning;
  return [
    {
      kind,
      namespace,
      name,
      code: isSame ? 'worded' : 'different',
      isDrift: !isSame,
      isApproximate: hasVariable(declared.value),
      place: declared.locate(difference.path),
      field: formatPath(difference.path),
      inGit: difference.first,
      inCluster: difference.second,
    },
  ];
}

function keyOf({ metadata: { name, namespace = '' } }: ClusterObject): string {
  return `${namespace}/${name}`;
}

function namespaceDrift(
  state: ClusterState,
  { read }: Repository,
  catalog: Catalog,
): Pick<Drift, 'labels' | 'missingNamespaces'> {
  if (state.objects.Namespace === undefined) return { labels: [], missingNamespaces: [] };
  const labels: LabelDrift[] = [];
  const missingNamespaces: { readonly name: string; readonly place: Place }[] = [];
  const inCluster = new Map(objectsOf(state, 'Namespace').map((object) => [object.metadata.name, object]));
  for (const { name, labels: inGit, place, form } of read.namespaces) {
    const object = inCluster.get(name);
    if (form.kind === 'implied') continue;
    if (object === undefined) {
      missingNamespaces.push({ name, place });
      continue;
    }
    const has: Readonly<Record<string, string>> = object.metadata.labels ?? {};
    const keys = [...new Set([...Object.keys(inGit), ...Object.keys(has)])].sort();
    for (const key of keys.filter((one) => isManagedLabel(catalog, one))) {
      const [git, cluster] = [own(inGit, key), own(has, key)];
      if (git === cluster || isVariable(git)) continue;
      // An open hatch is never in Git, and is told by itself.
      if (key === enforcementLabel(catalog) && git === undefined) continue;
      const managers = managersOfLabel(object, key);
      labels.push({ namespace: name, key, inGit: git, inCluster: cluster, place, managers });
    }
  }
  return { labels, missingNamespaces };
}

function own(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
