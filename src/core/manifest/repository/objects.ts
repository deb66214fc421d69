import type { Path, Place } from '../../model/place.ts';
import { formatPath } from '../../model/place.ts';
import type { VariableScope } from '../flux/variables.ts';
import type { PatchSources } from '../kustomize/apply-patch.ts';
import type { Kustomization } from '../kustomize/kustomization.ts';
import { applyLayer, CLUSTER_SCOPED, currentId, splitApiVersion } from '../kustomize/transform.ts';
import type { RawObject } from '../raw-object.ts';
import { substituteObject, type Unreplaced, variablesOfObject } from '../substitute/object.ts';
import { asRawObject, type Tracked, track } from '../tracked.ts';
import type { Fields } from '../yaml/convert.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { asFields, asList, asText, field, fieldAt, textAt } from '../yaml/fields.ts';
import type { Appearance } from './applied.ts';
import type { Notes } from './notes.ts';

/** One object as a cluster would get it. */
export interface ReadObject extends RawObject {
  readonly kind: string;
  readonly group: string;
  /** Of the object; empty for what has none. For namespaced kinds see `namespace` of the value, which is filled in. */
  readonly namespace: string;
  readonly name: string;
  readonly document: number;
  /** The object's place in its document, which is not the root for items of a list. */
  readonly path: Path;
  /** The same for all that is made from one text. */
  readonly source: string;
  readonly appearance: Appearance;
}

export interface ObjectContext {
  /** Absent where what is found is said elsewhere. */
  readonly notes: Notes | undefined;
  readonly patches: PatchSources;
  /** The variables for what a build applies. */
  scopeOf(appearance: Appearance): VariableScope;
}

/** The same, for those who note what they find. */
export interface CollectContext extends ObjectContext {
  readonly notes: Notes;
}

/** The objects of a document, before anything is changed: itself, or the items of a list. */
export function expandLists(value: unknown, path: Path = []): readonly Path[] {
  const kind = asText(field(value, 'kind')) ?? '';
  const items = kind.endsWith('List') ? asList(field(value, 'items')) : undefined;
  // A list in a list in a list is no manifest any more.
  if (items === undefined || path.length > 8) return asFields(value) === undefined ? [] : [path];
  return items.flatMap((item, i) => expandLists(item, [...path, 'items', i]));
}

/**
 * Builds one object as an appearance says: kustomizations in order, then variables, then the namespace.
 *
 * @returns undefined where a kustomization removes the object
 */
export function buildObject(
  document: YamlDocument,
  path: Path,
  appearance: Appearance,
  context: ObjectContext,
): ReadObject | undefined {
  const plain = fieldAt(document.value, path);
  const scope = context.scopeOf(appearance);
  const layers = appearance.layers.filter((layer) => !isInert(layer));
  const isLocal = appearance.layers.length > 0 && annotation(plain, LOCAL_CONFIG) === 'true';
  if (isLocal) return undefined;
  if (layers.length === 0 && !document.text.includes('$')) {
    const locate = (inner: Path): Place => document.locate([...path, ...inner]);
    return finish({ value: plain, file: document.file, locate }, document, path, appearance);
  }
  const value = fieldAt(document.copy(), path);
  const tracked = track(asFields(value) as Fields, { locate: document.locate, path });
  if (!applyLayers(tracked, layers, context)) return undefined;
  const raw = asRawObject(tracked, document.file);
  replaceVariables(tracked, raw, scope, context.notes);
  return finish(raw, document, path, appearance);
}

const LOCAL_CONFIG = 'config.kubernetes.io/local-config';

function isInert(layer: Kustomization): boolean {
  return (
    layer.namespace === undefined &&
    layer.namePrefix === '' &&
    layer.nameSuffix === '' &&
    layer.labels.length === 0 &&
    layer.annotations === undefined &&
    layer.patches.length === 0 &&
    layer.notBuilt.length === 0
  );
}

function applyLayers(object: Tracked, layers: readonly Kustomization[], context: ObjectContext): boolean {
  const ids = [currentId(object)];
  for (const layer of layers) {
    const unfollowed = applyLayer(object, layer, ids, context.patches);
    if (unfollowed === undefined) return false;
    for (const { feature, origin } of unfollowed) {
      context.notes?.approximate('kustomize-not-built', feature, origin.locate(origin.path));
    }
    for (const { feature, place, always } of layer.notBuilt) {
      if (!always) context.notes?.approximate('kustomize-not-built', feature, place);
    }
  }
  return true;
}

const SUBSTITUTE = 'kustomize.toolkit.fluxcd.io/substitute';

function replaceVariables(
  object: Tracked,
  raw: RawObject,
  scope: VariableScope,
  notes: Notes | undefined,
): void {
  const isDisabled =
    annotation(object.value, SUBSTITUTE) === 'disabled' ||
    textAt(object.value, ['metadata', 'labels', SUBSTITUTE]) === 'disabled';
  if (isDisabled) return;
  if (!scope.isActive) {
    if (notes !== undefined) {
      for (const found of variablesOfObject(object.value)) noteUnknown(found, raw, notes);
    }
    return;
  }
  const unknown = scope.isComplete ? 'empty' : 'keep';
  for (const found of substituteObject(object, scope.values, unknown)) {
    if (found.names.length > 0 && !scope.isComplete) noteUnknown(found, raw, notes);
    else noteUnresolved(found, raw, notes);
  }
}

/** There may be a value in the cluster, so the text was left as it is. */
function noteUnknown({ names, path }: Unreplaced, raw: RawObject, notes: Notes | undefined): void {
  for (const name of names) notes?.approximate('variable-unknown', name, raw.locate(path));
}

/** Flux puts nothing in its place, or fails. */
function noteUnresolved({ text, path }: Unreplaced, raw: RawObject, notes: Notes | undefined): void {
  notes?.problem({
    code: 'unresolved-variable',
    place: raw.locate(path),
    field: formatPath(path),
    value: text.length > 80 ? `${text.slice(0, 80)}…` : text,
    expected: '',
    object: {
      kind: textAt(raw.value, ['kind']) ?? '',
      namespace: textAt(raw.value, ['metadata', 'namespace']) ?? '',
      name: textAt(raw.value, ['metadata', 'name']) ?? '',
    },
  });
}

function annotation(value: unknown, key: string): string | undefined {
  return textAt(value, ['metadata', 'annotations', key]);
}

function finish(raw: RawObject, document: YamlDocument, path: Path, appearance: Appearance): ReadObject {
  const kind = textAt(raw.value, ['kind']) ?? '';
  const name = textAt(raw.value, ['metadata', 'name']) ?? '';
  const written = textAt(raw.value, ['metadata', 'namespace']) ?? '';
  const isScoped = !CLUSTER_SCOPED.has(kind);
  const namespace = isScoped ? namespaceFor(written, appearance) : '';
  return {
    file: raw.file,
    locate: (inner) => raw.locate(inner),
    value: isScoped && written === '' ? withNamespace(raw.value, namespace) : raw.value,
    kind,
    group: splitApiVersion(textAt(raw.value, ['apiVersion']) ?? '').group,
    namespace,
    name,
    document: document.index,
    path,
    source: `${document.file}#${document.index}#${formatPath(path)}`,
    appearance,
  };
}

function namespaceFor(written: string, { defaultNamespace }: Appearance): string {
  return written === '' ? (defaultNamespace?.value ?? 'default') : written;
}

/** The same object with the namespace that it gets. Metadata that are no map stay as they are, to be reported. */
function withNamespace(value: unknown, namespace: string): unknown {
  const fields = asFields(value);
  const metadata = asFields(field(value, 'metadata'));
  const given = field(metadata, 'namespace');
  if (
    fields === undefined ||
    metadata === undefined ||
    (given !== undefined && given !== null && given !== '')
  ) {
    return value;
  }
  const named = Object.assign(Object.create(null) as Fields, metadata, { namespace });
  return Object.assign(Object.create(null) as Fields, fields, { metadata: named });
}
