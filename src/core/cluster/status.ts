import {
  ACCESS_GRANTED,
  accessLabel,
  type Catalog,
  enforcementLabel,
  findProfile,
  isPlatform,
  profileLabel,
} from '../catalog/index.ts';
import { compile } from '../engine/index.ts';
import { parseInstant } from '../flow/time.ts';
import { readRepository } from '../manifest/read.ts';
import { worldOf } from '../manifest/world.ts';
import { asList, fieldAt, textAt } from '../manifest/yaml/fields.ts';
import type { ClusterObject } from '../model/cluster.ts';
import type { AgentOptions } from '../model/options.ts';
import { formatPolicyRef, POLICY_KINDS, type PolicyRef } from '../model/policy.ts';
import type { Problem, RepositoryRead } from '../model/repository.ts';
import { type Drift, driftOf, type Repository } from './drift.ts';
import { clusterFiles } from './files.ts';
import type { GitSide } from './git-side.ts';
import { isOverdue, openHatchOf } from './hatch.ts';
import { type FieldManager, type ManagedBy, managedBy, managersOfLabel } from './managed-by.ts';
import { type PodsStatus, podsStatus } from './pods-status.ts';
import { type ClusterState, type MissingKind, objectsOf } from './state.ts';

/** What the agents say of a policy: the condition `Valid`, which Cilium sets since 1.16 and never on a NetworkPolicy. */
export type Validity =
  | { readonly kind: 'valid' }
  | {
      readonly kind: 'invalid';
      /** The agent's own words. */
      readonly message: string;
      /** Milliseconds since 1970; absent where it does not say. */
      readonly sinceMs?: number;
    }
  | { readonly kind: 'not-told' };

export interface PolicyStatus extends PolicyRef {
  readonly validity: Validity;
  readonly managedBy: ManagedBy;
  /** Why the agent refuses it by our rules, where it does. */
  readonly refusal: Problem | undefined;
}

export interface HatchStatus {
  readonly isOpen: boolean;
  /** Who wrote the label, newest last; none where managed fields were left out. */
  readonly managers: readonly FieldManager[];
  /** Milliseconds since 1970: by the record that `propolis hatch open` leaves, else by the newest manager. */
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** Whether its time is over. */
  readonly isOverdue: boolean;
  /** Of the record; empty where there is none. */
  readonly reason: string;
  readonly ticket: string;
  readonly by: string;
}

export interface NamespaceStatus {
  readonly name: string;
  readonly isPlatform: boolean;
  /** Empty for none. */
  readonly profile: string;
  readonly isProfileKnown: boolean;
  /** Resources of the catalog to which it has access. */
  readonly access: readonly string[];
  readonly hatch: HatchStatus;
  /** Policies that select some of its pods, and those in it that select none. Sorted. */
  readonly policies: readonly PolicyStatus[];
  readonly pods: PodsStatus;
}

export interface ClusterStatus {
  readonly namespaces: readonly NamespaceStatus[];
  /** Policies that the agents refused, wherever they are. */
  readonly invalid: readonly PolicyStatus[];
  /** Absent where no repository was given. */
  readonly drift?: Drift;
  /** What it was compared with; absent where nobody said. */
  readonly git?: GitSide;
  readonly missing: readonly MissingKind[];
}

export interface StatusQuestion {
  readonly state: ClusterState;
  readonly catalog: Catalog;
  /** Of the cluster's agents. */
  readonly options: AgentOptions;
  readonly repository?: Repository;
  readonly git?: GitSide;
  /** Milliseconds since 1970: when the cluster was read. */
  readonly nowMs: number;
}

/** What is in force in a cluster, namespace by namespace, and how it differs from Git. */
export function statusOf({ state, catalog, options, repository, git, nowMs }: StatusQuestion): ClusterStatus {
  const read = readRepository(clusterFiles(state), { agent: options });
  const policies = policiesOf(state, read);
  const selecting = selectingPolicies(read, options);
  const byNamespace = podsStatus(state);
  return {
    namespaces: objectsOf(state, 'Namespace').map((object) => {
      const { name } = object.metadata;
      const selects = selecting.get(name) ?? new Set();
      return {
        ...labelsStatus(object, catalog),
        hatch: hatchStatus(object, catalog, nowMs),
        policies: policies.filter(
          (policy) => policy.namespace === name || selects.has(formatPolicyRef(policy)),
        ),
        pods: byNamespace(name),
      };
    }),
    invalid: policies.filter(({ validity }) => validity.kind === 'invalid'),
    ...(repository === undefined ? {} : { drift: driftOf(state, repository, { catalog, options }) }),
    ...(git === undefined ? {} : { git }),
    missing: state.missing,
  };
}

function labelsStatus(
  { metadata }: ClusterObject,
  catalog: Catalog,
): Pick<NamespaceStatus, 'name' | 'isPlatform' | 'profile' | 'isProfileKnown' | 'access'> {
  const labels = metadata.labels ?? {};
  const valueOf = (key: string): string => (Object.hasOwn(labels, key) ? (labels[key] ?? '') : '');
  const profile = valueOf(profileLabel(catalog));
  return {
    name: metadata.name,
    isPlatform: isPlatform(catalog, metadata.name),
    profile,
    isProfileKnown: findProfile(catalog, profile) !== undefined,
    access: catalog.resources
      .map(({ name }) => name)
      .filter((name) => valueOf(accessLabel(catalog, name)) === ACCESS_GRANTED),
  };
}

const CLOSED: HatchStatus = { isOpen: false, managers: [], isOverdue: false, reason: '', ticket: '', by: '' };

function hatchStatus(object: ClusterObject, catalog: Catalog, nowMs: number): HatchStatus {
  const open = openHatchOf(object, catalog);
  if (open === undefined) return CLOSED;
  const managers = [...managersOfLabel(object, enforcementLabel(catalog))].sort((a, b) =>
    order(a.time, b.time),
  );
  const sinceMs = open.sinceMs ?? parseInstant(managers.at(-1)?.time ?? '')?.ms;
  const { untilMs, reason, ticket, by } = open;
  return {
    isOpen: true,
    managers,
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(untilMs === undefined ? {} : { untilMs }),
    isOverdue: isOverdue(open, nowMs),
    reason,
    ticket,
    by,
  };
}

function policiesOf(state: ClusterState, read: RepositoryRead): readonly PolicyStatus[] {
  const refusals = new Map(read.refused.map((refused) => [formatPolicyRef(refused), refused.problems[0]]));
  return POLICY_KINDS.flatMap((kind) =>
    objectsOf(state, kind).map((object) => {
      const ref = { kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name };
      return {
        ...ref,
        validity: validityOf(object),
        managedBy: managedBy(object),
        refusal: refusals.get(formatPolicyRef(ref)),
      };
    }),
  );
}

function validityOf(object: ClusterObject): Validity {
  const conditions = asList(fieldAt(object, ['status', 'conditions'])) ?? [];
  const valid = conditions.find((condition) => textAt(condition, ['type']) === 'Valid');
  switch (textAt(valid, ['status'])) {
    case 'True':
      return { kind: 'valid' };
    case 'False': {
      const sinceMs = parseInstant(textAt(valid, ['lastTransitionTime']) ?? '')?.ms;
      const message = textAt(valid, ['message']) ?? '';
      return { kind: 'invalid', message, ...(sinceMs === undefined ? {} : { sinceMs }) };
    }
    default:
      return { kind: 'not-told' };
  }
}

/** By namespace: the policies of which some rule is about a pod of it. */
function selectingPolicies(
  read: RepositoryRead,
  options: AgentOptions,
): ReadonlyMap<string, ReadonlySet<string>> {
  const engine = compile(worldOf(read, options), options);
  const { egress, ingress, egressClassOf, ingressClassOf } = engine.compiled;
  const found = new Map<string, Set<string>>();
  const hasPods = new Set(read.workloads.map(({ namespace }) => namespace));
  for (const [i, { id }] of engine.endpoints.entries()) {
    const slash = id.indexOf('/');
    if (slash <= 0) continue;
    const namespace = id.slice(0, slash);
    // Any pod of a namespace stands for those that are there; it counts where there is none.
    if (id.endsWith('/*') && hasPods.has(namespace)) continue;
    let names = found.get(namespace);
    if (names === undefined) found.set(namespace, (names = new Set()));
    const classes = [egress[egressClassOf[i] as number], ingress[ingressClassOf[i] as number]];
    for (const { policy } of classes.flatMap((one) => one?.entries ?? [])) names.add(formatPolicyRef(policy));
  }
  return found;
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
