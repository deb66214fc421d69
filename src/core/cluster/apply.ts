import type { Catalog } from '../catalog/index.ts';
import { isManagedLabel } from '../diagnose/end-labels.ts';
import type { DeclaredObject } from '../manifest/read.ts';
import { asFields, fieldAt, textAt } from '../manifest/yaml/fields.ts';
import type { ClusterKindName, ClusterObject } from '../model/cluster.ts';
import type { Place } from '../model/place.ts';
import type { NamespaceDeclaration, RepositoryRead } from '../model/repository.ts';
import type { ApplyOptions, ClusterWrite, ClusterWriter } from '../ports/cluster-reader.ts';
import { LAST_APPLIED } from './files.ts';
import { type ClusterState, objectsOf } from './state.ts';
import { hasVariable, isVariable } from './variable.ts';

/** Whose the fields are that are applied here. */
export const FIELD_MANAGER = 'propolis';

/** Kinds that are applied, in this order: what others refer to comes first, labels that policies select by last. */
export const APPLIED_KINDS: readonly ClusterKindName[] = [
  'CiliumCIDRGroup',
  'CiliumClusterwideNetworkPolicy',
  'CiliumNetworkPolicy',
  'NetworkPolicy',
  'Namespace',
];

export interface PlannedApply {
  readonly object: ClusterObject;
  readonly place: Place;
}

/** What is in the files and not applied. */
export interface LeftOut {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly place: Place;
  readonly why: /** The API server or the agent would refuse it. */
    | 'refused'
    /** A variable that no file has a value for. */
    | 'variable'
    /** The cluster has no such namespace; making one is not this verb's. */
    | 'namespace-missing';
}

export interface ApplyPlan {
  readonly objects: readonly PlannedApply[];
  readonly leftOut: readonly LeftOut[];
}

export interface ApplyPlanInputs {
  readonly read: RepositoryRead;
  readonly objects: readonly DeclaredObject[];
  readonly catalog: Catalog;
  /** What the cluster has. Of namespaces that it does not have no label is applied. */
  readonly state: Pick<ClusterState, 'objects'>;
  /** Which files are meant. Absent: all. */
  readonly isMeant?: (place: Place) => boolean;
}

/** What the files say that a cluster should have: policies, CIDR groups, and the catalog's labels of namespaces. */
export function planApply({
  read,
  objects,
  catalog,
  state,
  isMeant = () => true,
}: ApplyPlanInputs): ApplyPlan {
  const planned: PlannedApply[] = [];
  const leftOut: LeftOut[] = [];
  const refused = new Set(read.refused.map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`));
  for (const kind of APPLIED_KINDS) {
    if (kind === 'Namespace') continue;
    for (const declared of objects.filter((object) => object.kind === kind)) {
      const { namespace, name } = declared;
      const place = declared.locate([]);
      if (!isMeant(place)) continue;
      const isRefused = refused.has(`${kind}/${namespace}/${name}`) || name === '';
      const why = hasVariable(declared.value) ? 'variable' : isRefused ? 'refused' : undefined;
      if (why === undefined) planned.push({ object: policyObject(kind, declared), place });
      else leftOut.push({ kind, namespace, name, place, why });
    }
  }
  for (const declared of read.namespaces) {
    if (declared.form.kind === 'implied' || !isMeant(declared.place)) continue;
    const found = namespaceLabels(declared, { catalog, state });
    if (found === undefined) continue;
    if ('why' in found) leftOut.push(found);
    else planned.push(found);
  }
  return { objects: planned, leftOut };
}

function policyObject(kind: ClusterKindName, { namespace, name, value }: DeclaredObject): ClusterObject {
  const labels = asFields(fieldAt(value, ['metadata', 'labels']));
  const annotations = asFields(fieldAt(value, ['metadata', 'annotations']));
  const fields = asFields(value) ?? {};
  return {
    apiVersion: textAt(value, ['apiVersion']) ?? '',
    kind,
    metadata: {
      name,
      ...(namespace === '' ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels: labels as Readonly<Record<string, string>> }),
      ...(annotations === undefined
        ? {}
        : { annotations: withoutCopy(annotations) as Readonly<Record<string, string>> }),
    },
    ...(fields['spec'] === undefined ? {} : { spec: fields['spec'] }),
    ...(fields['specs'] === undefined ? {} : { specs: fields['specs'] }),
  };
}

function withoutCopy(annotations: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED));
}

/** Nothing, where neither file nor cluster has a label of the catalog's by us. */
function namespaceLabels(
  { name, labels, place }: NamespaceDeclaration,
  { catalog, state }: Pick<ApplyPlanInputs, 'catalog' | 'state'>,
): PlannedApply | LeftOut | undefined {
  const own = Object.entries(labels).filter(([key]) => isManagedLabel(catalog, key));
  const inCluster = objectsOf(state, 'Namespace').find(({ metadata }) => metadata.name === name);
  const ref = { kind: 'Namespace', namespace: '', name, place };
  if (state.objects.Namespace !== undefined && inCluster === undefined) {
    return own.length === 0 ? undefined : { ...ref, why: 'namespace-missing' };
  }
  if (own.some(([, value]) => isVariable(value))) return { ...ref, why: 'variable' };
  // An apply without labels takes back those that were applied before.
  if (own.length === 0 && !isManagedHere(inCluster)) return undefined;
  const metadata = { name, ...(own.length === 0 ? {} : { labels: Object.fromEntries(own) }) };
  return { object: { apiVersion: 'v1', kind: 'Namespace', metadata }, place };
}

function isManagedHere(object: ClusterObject | undefined): boolean {
  return (object?.metadata.managedFields ?? []).some((entry) => textAt(entry, ['manager']) === FIELD_MANAGER);
}

/** What became of one object. */
export interface AppliedResult extends PlannedApply {
  readonly outcome:
    | { readonly kind: 'created' | 'changed' | 'unchanged' }
    /** Nothing was asked of the cluster: a client-side dry run. */
    | { readonly kind: 'not-asked' }
    | Exclude<ClusterWrite, { readonly kind: 'written' }>;
}

/** Applies one after the other. What fails does not keep the rest from being applied. */
export async function applyAll(
  writer: ClusterWriter,
  { objects }: ApplyPlan,
  state: Pick<ClusterState, 'objects'>,
  options: Omit<ApplyOptions, 'fieldManager'>,
): Promise<readonly AppliedResult[]> {
  const results: AppliedResult[] = [];
  for (const planned of objects) {
    const write = await writer.apply(planned.object, { ...options, fieldManager: FIELD_MANAGER });
    results.push({ ...planned, outcome: outcomeOf(write, state) });
  }
  return results;
}

function outcomeOf(write: ClusterWrite, state: Pick<ClusterState, 'objects'>): AppliedResult['outcome'] {
  if (write.kind !== 'written') return write;
  if (write.isNew) return { kind: 'created' };
  const { kind, metadata } = write.object;
  const before = objectsOf(state, kind as ClusterKindName).find(
    ({ metadata: other }) =>
      other.name === metadata.name && (other.namespace ?? '') === (metadata.namespace ?? ''),
  );
  const isSame = before !== undefined && contents(before) === contents(write.object);
  return { kind: isSame ? 'unchanged' : 'changed' };
}

/** What people write of an object, as text in one order. */
function contents({ metadata, ...rest }: ClusterObject): string {
  const { labels = {}, annotations = {} } = metadata;
  return JSON.stringify(ordered([labels, annotations, rest['spec'] ?? null, rest['specs'] ?? null]));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  const fields = asFields(value);
  if (fields === undefined) return value;
  return Object.keys(fields)
    .sort()
    .map((key) => [key, ordered(fields[key])]);
}
