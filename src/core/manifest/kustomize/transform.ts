import { ensureFields, type Origin, setField, type Tracked } from '../tracked.ts';
import type { Fields } from '../yaml/convert.ts';
import { asFields, asList, field, fieldAt, textAt, textMap } from '../yaml/fields.ts';
import { applyPatch, type PatchSources } from './apply-patch.ts';
import type { Kustomization, LabelSetting, Setting } from './kustomization.ts';
import type { Identity } from './match.ts';

/** What a kustomization does that could not be followed for an object: its feature, and where that stands. */
export interface Unfollowed {
  readonly feature: string;
  readonly origin: Origin;
}

/**
 * Changes an object as one kustomization does, in the order of kustomize's transformers
 * (`kusttarget_configplugin.go`): patches, namespace, prefix, suffix, labels, annotations.
 *
 * @param ids the object's names so far; the new one is added
 * @returns undefined where the kustomization removes the object
 */
export function applyLayer(
  object: Tracked,
  layer: Kustomization,
  ids: { namespace: string; name: string }[],
  sources: PatchSources,
): readonly Unfollowed[] | undefined {
  const unfollowed: Unfollowed[] = [];
  for (const patch of layer.patches) {
    const outcome = applyPatch(
      object,
      patch,
      { directory: layer.directory, identity: identify(object, ids) },
      sources,
    );
    if (outcome === 'removed') return undefined;
    if (outcome === 'not-followed') unfollowed.push({ feature: 'patches', origin: patch.origin });
  }
  if (layer.namespace !== undefined) setNamespace(object, layer.namespace);
  setName(object, layer);
  for (const labels of layer.labels) setLabels(object, labels);
  if (layer.annotations !== undefined) setAnnotations(object, layer.annotations);
  ids.push(currentId(object));
  return unfollowed;
}

export function currentId({ value }: Tracked): { readonly namespace: string; readonly name: string } {
  return {
    namespace: textAt(value, ['metadata', 'namespace']) ?? '',
    name: textAt(value, ['metadata', 'name']) ?? '',
  };
}

function identify(object: Tracked, ids: Identity['ids']): Identity {
  const { group, version } = splitApiVersion(textAt(object.value, ['apiVersion']) ?? '');
  return {
    group,
    version,
    kind: textAt(object.value, ['kind']) ?? '',
    ids: [...ids, currentId(object)],
    labels: textMap(fieldAt(object.value, ['metadata', 'labels'])),
    annotations: textMap(fieldAt(object.value, ['metadata', 'annotations'])),
  };
}

export function splitApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash === -1
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/**
 * `namespace:` overwrites the namespace of everything namespaced, and renames Namespace objects of `v1`
 * (kustomize `api/filters/namespace` and `builtinpluginconsts/namespace.go`).
 */
export function setNamespace(object: Tracked, { value, origin }: Setting): void {
  const { kind, apiVersion } = object.value as { readonly kind?: unknown; readonly apiVersion?: unknown };
  if (kind === 'Namespace') {
    if (apiVersion === 'v1') setEntry(object, ['metadata'], 'name', value, origin);
  } else if (typeof kind !== 'string' || !CLUSTER_SCOPED.has(kind)) {
    setEntry(object, ['metadata'], 'namespace', value, origin);
  }
}

/** Kustomize does not know Cilium's kinds and would set it; whoever applies the object drops it again. */
export const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  'Namespace',
  'CiliumClusterwideNetworkPolicy',
  'CiliumCIDRGroup',
]);

/** Namespaces, definitions and API services keep their names (kustomize `PrefixTransformer.go`). */
function setName(object: Tracked, { namePrefix, nameSuffix }: Kustomization): void {
  if (namePrefix === '' && nameSuffix === '') return;
  if (field(object.value, 'kind') === 'Namespace') return;
  const metadata = asFields(field(object.value, 'metadata'));
  const name = field(metadata, 'name');
  // The name still stands where it was written; only what it says is longer.
  if (metadata !== undefined && typeof name === 'string') {
    (metadata as Fields)['name'] = `${namePrefix}${name}${nameSuffix}`;
  }
}

/** Where labels go: kustomize `builtinpluginconsts/commonlabels.go` and `metadatalabels.go`. */
function setLabels(object: Tracked, { value: labels, origin, selectors, templates }: LabelSetting): void {
  const kind = textAt(object.value, ['kind']) ?? '';
  const set = (path: readonly string[]): void => setAll(object, path, labels, origin);
  set(['metadata', 'labels']);
  if (templates) {
    if (TEMPLATE_KINDS.has(kind)) set(['spec', 'template', 'metadata', 'labels']);
    if (kind === 'CronJob') set(['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'labels']);
  }
  if (!selectors) return;
  if (kind === 'Service') set(['spec', 'selector']);
  if (kind === 'NetworkPolicy') setInNetworkPolicy(object, labels, origin);
}

const TEMPLATE_KINDS: ReadonlySet<string> = new Set([
  'ReplicationController',
  'Deployment',
  'ReplicaSet',
  'DaemonSet',
  'StatefulSet',
  'Job',
]);

/** Only where a pod selector has `matchLabels` already: none is created. */
function setInNetworkPolicy(object: Tracked, labels: Readonly<Record<string, string>>, origin: Origin): void {
  const spec = field(object.value, 'spec');
  const selectors = [field(spec, 'podSelector')];
  for (const [list, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const rule of asList(field(spec, list)) ?? []) {
      for (const peer of asList(field(rule, peers)) ?? []) selectors.push(field(peer, 'podSelector'));
    }
  }
  for (const selector of selectors) {
    const matchLabels = asFields(field(selector, 'matchLabels'));
    if (matchLabels !== undefined) setEntries(object, matchLabels, labels, origin);
  }
}

function setAnnotations(object: Tracked, { value, origin }: Setting<Readonly<Record<string, string>>>): void {
  const kind = textAt(object.value, ['kind']) ?? '';
  setAll(object, ['metadata', 'annotations'], value, origin);
  if (TEMPLATE_KINDS.has(kind))
    setAll(object, ['spec', 'template', 'metadata', 'annotations'], value, origin);
}

/** Sets labels or annotations at a path, which is made where it is missing. */
export function setAll(
  object: Tracked,
  path: readonly string[],
  entries: Readonly<Record<string, string>>,
  origin: Origin,
): void {
  const fields = ensureFields(object, path, origin);
  if (fields !== undefined) setEntries(object, fields, entries, origin);
}

function setEntries(
  object: Tracked,
  fields: Fields,
  entries: Readonly<Record<string, string>>,
  origin: Origin,
): void {
  for (const [key, value] of Object.entries(entries)) {
    setField(object.origins, fields, key, value, { locate: origin.locate, path: [...origin.path, key] });
  }
}

function setEntry(
  object: Tracked,
  path: readonly string[],
  key: string,
  value: string,
  origin: Origin,
): void {
  const fields = ensureFields(object, path, origin);
  if (fields !== undefined) setField(object.origins, fields, key, value, origin);
}
