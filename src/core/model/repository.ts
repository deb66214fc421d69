import type { Path, Place } from './place.ts';
import type { Policy, PolicyRef } from './policy.ts';
import type { NamedPort } from './port.ts';
import type { CidrGroup, Service } from './world.ts';

/** A file's text, by its path relative to the root, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** How a Namespace came to be declared: what an edit of its labels must touch. */
export type NamespaceForm =
  /** A Namespace object, maybe with a placeholder name that a kustomization renames. */
  | { readonly kind: 'object'; readonly path: Path; readonly document: number }
  /** One of `spec.inputs` of a Flux ResourceSet whose template makes a Namespace. */
  | { readonly kind: 'resource-set-input'; readonly input: number; readonly document: number }
  /** Only policies, workloads or a kustomization name it: no file declares it. */
  | { readonly kind: 'implied' };

export interface NamespaceDeclaration {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly place: Place;
  readonly form: NamespaceForm;
}

export const WORKLOAD_KINDS = [
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

export interface Workload {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  /** Labels of its pods. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly serviceAccount: string | undefined;
  /** Pods in the host's network have no identity of their own. */
  readonly hostNetwork: boolean;
  readonly ports: readonly NamedPort[];
  /** All declared container ports, named or not, as `TCP/8080`. */
  readonly containerPorts: readonly string[];
  readonly place: Place;
}

/** Why an object is not in force, or a file could not be read. The wording is in `report/`. */
export interface Problem {
  readonly code: ProblemCode;
  readonly place: Place;
  /** The field, as `spec.ingress[0].fromEndpoint`; empty for a whole file or object. */
  readonly field: string;
  /** The value found, shortened. */
  readonly value: string;
  /** What it must be, or the nearest right name; empty where there is nothing to say. */
  readonly expected: string;
  /** The object, where it is known. */
  readonly object?: { readonly kind: string; readonly namespace: string; readonly name: string };
}

export const PROBLEM_CODES = [
  /** A file that could not be read: no permission, a broken link, a link out of the repository. */
  'unreadable-file',
  /** The file is no YAML. */
  'yaml-syntax',
  /** Over a limit on size, depth, aliases or documents. */
  'over-limit',
  /** A field that the CRD does not have. The API server drops it; strict clients refuse the object. */
  'unknown-field',
  /** A value of the wrong type, or outside the CRD's enum or format. */
  'schema',
  /** The agent refuses the object, so it is in the cluster and not in force. */
  'refused-by-agent',
  /** A variable without a value, which Flux would replace by nothing. */
  'unresolved-variable',
  /** The same object is declared twice. */
  'duplicate-object',
  /** A kind of a cluster that may not be read. `value` is the permission, `expected` the RBAC rule that grants it. */
  'not-permitted',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** An object left out of verdicts, with all that is wrong with it. */
export interface RefusedPolicy extends PolicyRef {
  readonly place: Place;
  readonly problems: readonly Problem[];
}

/** What was taken for what a cluster would get, without building it. */
export interface Approximation {
  readonly code: ApproximationCode;
  readonly count: number;
  /** The first place of it. */
  readonly place: Place;
  /** A name to show: the variable, the file, the kind. */
  readonly detail: string;
}

export const APPROXIMATION_CODES = [
  /** Patches, components, generators, remote bases: `detail` names the feature. */
  'kustomize-not-built',
  /** Helm charts and releases are not rendered: their workloads and policies are unknown. */
  'helm-not-rendered',
  /** A ResourceSet template that this reader does not know how to follow. */
  'resource-set-not-rendered',
  /** A file with templates that is no YAML. */
  'template-skipped',
  /** A policy of a kind that is not judged (ClusterNetworkPolicy, AdminNetworkPolicy …). */
  'kind-not-judged',
  /** A variable whose value is in no file; the object was read with it left as it is. */
  'variable-unknown',
  /** An encrypted file (SOPS): never decrypted. */
  'encrypted',
  /** Several clusters in one repository, and this one was taken. */
  'environment-chosen',
  /** A file with objects, in a directory whose kustomization does not list it: it was left out. */
  'not-applied',
  /** A kind of a cluster that may not be read, or that its API server does not have. `detail` names it. */
  'cluster-kind-unread',
  /** A cluster as it was. `detail` says when. */
  'cluster-snapshot',
  /** What the cluster says of its agents, taken where the catalog does not say. `detail` is the version. */
  'cluster-agent',
] as const;
export type ApproximationCode = (typeof APPROXIMATION_CODES)[number];

export interface ReadCounts {
  readonly files: number;
  readonly documents: number;
  readonly objects: number;
  readonly templatesSkipped: number;
}

/** All that manifests say, whatever of them could be read. */
export interface RepositoryRead {
  readonly policies: readonly Policy[];
  readonly refused: readonly RefusedPolicy[];
  readonly namespaces: readonly NamespaceDeclaration[];
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly cidrGroups: readonly CidrGroup[];
  readonly problems: readonly Problem[];
  readonly approximations: readonly Approximation[];
  readonly counts: ReadCounts;
}
