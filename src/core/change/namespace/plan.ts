import type { Inputs } from '../../diagnose/index.ts';
import { withFiles } from '../../diagnose/state.ts';
import { applyEdits } from '../../manifest/edit/apply-edits.ts';
import { editNamespaceLabels } from '../../manifest/edit/namespace-labels.ts';
import type { EditResult } from '../../manifest/edit/types.ts';
import type { FileChange } from '../../model/change.ts';
import { PropolisError } from '../../model/errors.ts';
import type { Place } from '../../model/place.ts';
import type { NamespaceDeclaration, SourceFile } from '../../model/repository.ts';
import { compareReads, type NamespaceDifference, type ReadDifference } from '../compare-reads.ts';
import { type Effect, effectOf } from '../effect.ts';
import { type ReadScope, readScopes, scopesOf } from '../scope.ts';
import type { ChangeRefusal, WantedLabels } from '../types.ts';
import { findDeclaration } from './declaration.ts';
import { type NamespaceRequest, wantedLabels } from './wanted.ts';

export type NamespacePlan =
  | { readonly kind: 'change'; readonly change: NamespaceChange }
  /** The files say so already. */
  | { readonly kind: 'unchanged'; readonly namespace: string; readonly place: Place }
  | { readonly kind: 'refused'; readonly refusal: ChangeRefusal };

/** Labels of one namespace, as an edit that was read again: nothing else in the repository changes. */
export interface NamespaceChange {
  readonly namespace: string;
  /** Where it is declared. */
  readonly place: Place;
  readonly labels: readonly LabelChange[];
  /** Annotations that the same text gives, as a template can write both. */
  readonly annotations: readonly LabelChange[];
  readonly file: FileChange;
  /** For each cluster whose reading changes. */
  readonly effects: readonly Effect[];
}

export interface LabelChange {
  readonly key: string;
  /** Undefined: absent. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * Plans a change of a namespace's profile and access: the file that declares it with as few bytes changed as can be,
 * and what that opens and closes in every cluster that reads the file. The changed files are read again; what would
 * reach further than the labels that were asked for is refused.
 *
 * @throws PropolisError `unknown-environment`
 */
export function planNamespaceChange(request: NamespaceRequest, inputs: Inputs): NamespacePlan {
  const { namespace } = request;
  const scopes = readScopes(scopesOf(inputs), inputs.files);
  requireCluster(request.environment, scopes);
  const found = findDeclaration(namespace, scopes, request.environment);
  if (found.kind === 'refused') return found;
  const { declaration } = found;
  const wanted = wantedLabels(request, inputs.catalog, declaration.labels);
  if (wanted.kind === 'refused') return wanted;
  const { labels } = wanted;
  const { place } = declaration;
  const file = inputs.files.find(({ path }) => path === place.file);
  if (found.kind === 'implied' || file === undefined) {
    return refused({ code: 'not-declared', namespace, place, wanted: labels });
  }
  const result = editNamespaceLabels(file, declaration, labels);
  if (result.kind === 'unchanged' && hasAll(declaration, labels))
    return { kind: 'unchanged', namespace, place };
  const cluster = found.scope.name;
  if (result.kind === 'unchanged') {
    return refused({ code: 'set-elsewhere', namespace, place, cluster, wanted: labels });
  }
  if (result.kind === 'refused') {
    return refused({ code: 'edit-refused', refusal: result.refusal, wanted: labels });
  }
  return proved({ declaration, labels, file, result, scopes, cluster }, inputs);
}

function requireCluster(asked: string | undefined, scopes: readonly ReadScope[]): void {
  const names = scopes.map(({ name }) => name);
  if (asked === undefined || names.includes(asked)) return;
  throw new PropolisError('unknown-environment', { value: asked, expected: names.join(', ') });
}

interface Draft {
  readonly declaration: NamespaceDeclaration;
  readonly labels: WantedLabels;
  readonly file: SourceFile;
  readonly result: Extract<EditResult, { readonly kind: 'edit' }>;
  readonly scopes: readonly ReadScope[];
  readonly cluster: string;
}

/** Reads the changed files as every cluster would, and answers only if nothing but the labels changed. */
function proved(draft: Draft, { files }: Inputs): NamespacePlan {
  const { declaration, labels, file, result, scopes, cluster } = draft;
  const { name: namespace, place } = declaration;
  const text = applyEdits(file.text, result.edits);
  const after = readScopes(scopes, withFiles(files, [{ path: file.path, text }]));
  const effects: Effect[] = [];
  let own: NamespaceDifference | undefined;
  for (const scope of scopes) {
    const now = after.find(({ name }) => name === scope.name);
    if (now === undefined) return refused({ code: 'reaches-more', place, what: [`cluster ${scope.name}`] });
    const difference = compareReads(scope.read, now.read);
    const refusal = refusalOf(difference, draft);
    if (refusal !== undefined) return refused(refusal);
    const [changed] = difference.namespaces;
    if (changed === undefined) continue;
    if (scope.name === cluster) own = changed;
    effects.push(effectOf(scope, scope.read, now.read));
  }
  if (own === undefined) return refused({ code: 'set-elsewhere', namespace, place, cluster, wanted: labels });
  return {
    kind: 'change',
    change: {
      namespace,
      place,
      labels: changesOf(own.before?.labels, own.after?.labels),
      annotations: changesOf(own.before?.annotations, own.after?.annotations),
      file: { path: file.path, before: file.text, text },
      effects,
    },
  };
}

/** Whatever else than the labels of this namespace changed. */
function refusalOf(
  { namespaces, others }: ReadDifference,
  { declaration, labels, cluster }: Draft,
): ChangeRefusal | undefined {
  const { name: namespace, place } = declaration;
  const strangers = namespaces.filter(({ name }) => name !== namespace).map(({ name }) => name);
  if (strangers.length > 0) {
    return { code: 'shared-declaration', namespace, place, others: strangers, wanted: labels };
  }
  if (others.length > 0) return { code: 'reaches-more', place, what: others };
  for (const { before, after } of namespaces) {
    if (before === undefined || after === undefined) {
      return { code: 'reaches-more', place, what: [`Namespace ${namespace}`] };
    }
    if (!hasAll(after, labels)) return { code: 'set-elsewhere', namespace, place, cluster, wanted: labels };
    const keys = [
      ...changesOf(before.labels, after.labels),
      ...changesOf(before.annotations, after.annotations),
    ]
      .map(({ key }) => key)
      .filter((key) => !Object.hasOwn(labels, key));
    if (keys.length > 0) return { code: 'reaches-more', place, what: keys };
  }
  return undefined;
}

function hasAll({ labels }: NamespaceDeclaration, wanted: WantedLabels): boolean {
  return Object.entries(wanted).every(([key, value]) =>
    value === undefined ? !Object.hasOwn(labels, key) : Object.hasOwn(labels, key) && labels[key] === value,
  );
}

function changesOf(
  before: Readonly<Record<string, string>> = {},
  after: Readonly<Record<string, string>> = {},
): readonly LabelChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const valueIn = (labels: Readonly<Record<string, string>>, key: string): string | undefined =>
    Object.hasOwn(labels, key) ? labels[key] : undefined;
  return keys
    .map((key) => ({ key, before: valueIn(before, key), after: valueIn(after, key) }))
    .filter((change) => change.before !== change.after);
}

function refused(refusal: ChangeRefusal): NamespacePlan {
  return { kind: 'refused', refusal };
}
