import type { Tracked } from '../tracked.ts';
import type { Fields } from '../yaml/convert.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { asFields, asList, field, textAt } from '../yaml/fields.ts';
import { applyJsonPatch } from './json-patch.ts';
import type { Patch } from './kustomization.ts';
import { effectiveNamespace, type Identity, matchesTarget } from './match.ts';
import { resolvePath } from './paths.ts';
import { mergeStrategically } from './strategic-merge.ts';

/** Where the documents of patches come from. Undefined: there is no such file, or it is no YAML. */
export interface PatchSources {
  file(path: string): readonly YamlDocument[] | undefined;
  /** The documents of a patch that stands in a kustomization; their places are all that of the patch. */
  inline(patch: Patch): readonly YamlDocument[] | undefined;
}

export type PatchOutcome = 'applied' | 'not-for-it' | 'removed' | 'not-followed';

/**
 * Applies one entry of `patches` to an object, if it is for this object: kustomize `PatchTransformer.go`. A list is
 * a JSON patch and needs a target; a map is a strategic merge, whose own kind and name are its target where none
 * is written.
 */
export function applyPatch(
  object: Tracked,
  patch: Patch,
  context: { readonly directory: string; readonly identity: Identity },
  sources: PatchSources,
): PatchOutcome {
  if (patch.target !== undefined) {
    const matches = matchesTarget(patch.target, context.identity);
    if (matches === false) return 'not-for-it';
    if (matches === undefined) return 'not-followed';
  }
  const documents = documentsOf(patch, context.directory, sources);
  if (documents === undefined) return 'not-followed';
  let outcome: PatchOutcome = 'not-for-it';
  for (const document of documents) {
    const next = applyDocument(object, document, patch, context.identity);
    if (next === 'removed' || next === 'not-followed') return next;
    if (next === 'applied') outcome = next;
  }
  return outcome;
}

function documentsOf(
  patch: Patch,
  directory: string,
  sources: PatchSources,
): readonly YamlDocument[] | undefined {
  if (patch.text !== undefined) return sources.inline(patch);
  const path = patch.path === undefined ? undefined : resolvePath(directory, patch.path);
  const documents = path === undefined ? undefined : sources.file(path);
  return documents?.every((document) => document.readable) === true ? documents : undefined;
}

function applyDocument(
  object: Tracked,
  document: YamlDocument,
  patch: Patch,
  identity: Identity,
): PatchOutcome {
  // A patch can go to several objects, and none may share its values.
  const value = document.copy();
  const context = { origins: object.origins, origin: { locate: document.locate, path: [] } };
  const operations = asList(value);
  if (operations !== undefined && patch.style !== 'strategic') {
    if (patch.target === undefined) return 'not-followed';
    return applyJsonPatch(object.value, operations, context) ? 'applied' : 'not-followed';
  }
  const fields = asFields(value);
  if (fields === undefined) return value === null ? 'not-for-it' : 'not-followed';
  if (patch.target === undefined && !isSameObject(fields, identity)) return 'not-for-it';
  const isBuiltIn = !identity.group.includes('cilium.io');
  const changes = patch.target === undefined ? fields : withoutIdentity(fields);
  const kept = mergeStrategically(object.value, changes, { ...context, isBuiltIn });
  if (kept === undefined) return 'not-followed';
  return kept ? 'applied' : 'removed';
}

function isSameObject(patch: Readonly<Fields>, identity: Identity): boolean {
  const apiVersion = textAt(patch, ['apiVersion']) ?? '';
  const own = identity.group === '' ? identity.version : `${identity.group}/${identity.version}`;
  const namespace = textAt(patch, ['metadata', 'namespace']) ?? '';
  const name = textAt(patch, ['metadata', 'name']) ?? '';
  return (
    apiVersion === own &&
    field(patch, 'kind') === identity.kind &&
    identity.ids.some(
      (id) => id.name === name && effectiveNamespace(id.namespace) === effectiveNamespace(namespace),
    )
  );
}

/** With a target, a patch's own name and kind are only there to make it an object. */
function withoutIdentity(patch: Readonly<Fields>): Readonly<Fields> {
  const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = patch;
  const fields = asFields(metadata);
  if (fields === undefined) return rest;
  const { name: _name, namespace: _namespace, ...others } = fields;
  return { ...rest, metadata: others };
}
