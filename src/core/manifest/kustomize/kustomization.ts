import type { Path, Place } from '../../model/place.ts';
import type { Origin } from '../tracked.ts';
import type { YamlDocument } from '../yaml/document.ts';
import { asFields, asList, asText, field, textList, textMap } from '../yaml/fields.ts';

/** A kustomization, as far as it can change what is read. Paths are relative to the repository's root. */
export interface Kustomization {
  /** Its file, or where the directory was named that has none (Flux writes one for it). */
  readonly file: string;
  readonly directory: string;
  readonly isComponent: boolean;
  readonly resources: readonly Reference[];
  readonly components: readonly Reference[];
  readonly namespace: Setting | undefined;
  readonly namePrefix: string;
  readonly nameSuffix: string;
  readonly labels: readonly LabelSetting[];
  readonly annotations: Setting<Readonly<Record<string, string>>> | undefined;
  readonly patches: readonly Patch[];
  readonly configMaps: readonly GeneratedConfigMap[];
  /** Parts that are not followed: `always` ones add objects, others may change those that are there. */
  readonly notBuilt: readonly { readonly feature: string; readonly place: Place; readonly always: boolean }[];
  readonly helmCharts: { readonly count: number; readonly place: Place } | undefined;
  /** Files that it uses for something else than as resources. */
  readonly otherFiles: readonly string[];
}

export interface Reference {
  readonly path: string;
  readonly origin: Origin;
}

export interface Setting<Value = string> {
  readonly value: Value;
  readonly origin: Origin;
}

/** `labels` and `commonLabels`. */
export interface LabelSetting extends Setting<Readonly<Record<string, string>>> {
  readonly selectors: boolean;
  readonly templates: boolean;
}

/** A patch as written: inline, or the path of a file. */
export interface Patch {
  readonly text: string | undefined;
  readonly path: string | undefined;
  /** `strategic` and `json` where the field says so; `patches` leaves it to the contents. */
  readonly style: 'either' | 'strategic' | 'json';
  readonly target: Readonly<Record<string, string>> | undefined;
  readonly origin: Origin;
}

export interface GeneratedConfigMap {
  readonly name: string;
  readonly literals: readonly string[];
  readonly envFiles: readonly string[];
  readonly files: readonly string[];
}

/**
 * Reads a `kustomization.yaml`. Fields and their order of effect: kustomize `api/types/kustomization.go`, with
 * what `FixKustomization` makes of deprecated ones.
 */
export function readKustomization(document: YamlDocument, directory: string): Kustomization {
  const root = document.value;
  const origin = (path: Path): Origin => ({ locate: document.locate, path });
  const references = (name: string): Reference[] =>
    (asList(field(root, name)) ?? []).flatMap((item, i) =>
      typeof item === 'string' ? [{ path: item, origin: origin([name, i]) }] : [],
    );
  const namespace = asText(field(root, 'namespace'));
  const annotations = asFields(field(root, 'commonAnnotations'));
  return {
    file: document.file,
    directory,
    isComponent: field(root, 'kind') === 'Component',
    resources: [...references('resources'), ...references('bases')],
    components: references('components'),
    namespace:
      namespace === undefined || namespace === ''
        ? undefined
        : { value: namespace, origin: origin(['namespace']) },
    namePrefix: asText(field(root, 'namePrefix')) ?? '',
    nameSuffix: asText(field(root, 'nameSuffix')) ?? '',
    labels: readLabels(root, origin),
    annotations:
      annotations === undefined
        ? undefined
        : { value: textMap(annotations), origin: origin(['commonAnnotations']) },
    patches: readPatches(root, origin),
    configMaps: (asList(field(root, 'configMapGenerator')) ?? []).map(readConfigMap),
    notBuilt: readNotBuilt(document),
    helmCharts: readHelmCharts(document),
    otherFiles: readOtherFiles(root),
  };
}

function readLabels(root: unknown, origin: (path: Path) => Origin): readonly LabelSetting[] {
  const settings: LabelSetting[] = [];
  for (const [i, item] of (asList(field(root, 'labels')) ?? []).entries()) {
    const selectors = field(item, 'includeSelectors') === true;
    settings.push({
      value: textMap(field(item, 'pairs')),
      origin: origin(['labels', i, 'pairs']),
      selectors,
      templates: selectors || field(item, 'includeTemplates') === true,
    });
  }
  const common = asFields(field(root, 'commonLabels'));
  if (common !== undefined) {
    settings.push({
      value: textMap(common),
      origin: origin(['commonLabels']),
      selectors: true,
      templates: true,
    });
  }
  return settings;
}

function readPatches(root: unknown, origin: (path: Path) => Origin): readonly Patch[] {
  const patches: Patch[] = [];
  for (const [i, item] of (asList(field(root, 'patchesStrategicMerge')) ?? []).entries()) {
    if (typeof item !== 'string') continue;
    // Either a path or the patch itself; a patch has at least one colon and a line break.
    const isText = item.includes('\n') || item.includes(': ');
    patches.push({
      text: isText ? item : undefined,
      path: isText ? undefined : item,
      style: 'strategic',
      target: undefined,
      origin: origin(['patchesStrategicMerge', i]),
    });
  }
  for (const name of ['patches', 'patchesJson6902'] as const) {
    for (const [i, item] of (asList(field(root, name)) ?? []).entries()) {
      patches.push(readPatch(item, name === 'patches' ? 'either' : 'json', origin([name, i])));
    }
  }
  return patches;
}

/** One entry of `patches`, of a kustomization or of a Flux Kustomization. */
export function readPatch(item: unknown, style: Patch['style'], origin: Origin): Patch {
  const target = asFields(field(item, 'target'));
  const text = asText(field(item, 'patch'));
  return {
    text,
    path: text === undefined ? asText(field(item, 'path')) : undefined,
    style,
    target: target === undefined ? undefined : textMap(target),
    origin,
  };
}

function readConfigMap(item: unknown): GeneratedConfigMap {
  const env = asText(field(item, 'env'));
  return {
    name: asText(field(item, 'name')) ?? '',
    literals: textList(field(item, 'literals')),
    envFiles: [...textList(field(item, 'envs')), ...(env === undefined ? [] : [env])],
    files: textList(field(item, 'files')),
  };
}

function readNotBuilt(document: YamlDocument): Kustomization['notBuilt'] {
  const found: { feature: string; place: Place; always: boolean }[] = [];
  for (const feature of ['generators', 'transformers', 'replacements', 'vars', 'configurations', 'openapi']) {
    const value = field(document.value, feature);
    const isEmpty = value === undefined || value === null || asList(value)?.length === 0;
    if (!isEmpty)
      found.push({ feature, place: document.locate([feature]), always: feature === 'generators' });
  }
  return found;
}

function readHelmCharts(document: YamlDocument): Kustomization['helmCharts'] {
  for (const name of ['helmCharts', 'helmChartInflationGenerator']) {
    const count = asList(field(document.value, name))?.length ?? 0;
    if (count > 0) return { count, place: document.locate([name]) };
  }
  return undefined;
}

function readOtherFiles(root: unknown): readonly string[] {
  const lists = ['crds', 'configurations', 'transformers', 'validators', 'generators'].flatMap((name) =>
    textList(field(root, name)),
  );
  const generators = ['configMapGenerator', 'secretGenerator'].flatMap((name) =>
    (asList(field(root, name)) ?? []).flatMap((item) => textList(field(item, 'files')).map(withoutKey)),
  );
  const replacements = (asList(field(root, 'replacements')) ?? []).flatMap(
    (item) => asText(field(item, 'path')) ?? [],
  );
  const helm = (asList(field(root, 'helmCharts')) ?? []).flatMap((item) => [
    ...textList([field(item, 'valuesFile')]),
    ...textList(field(item, 'additionalValuesFiles')),
  ]);
  const openapi = asText(field(field(root, 'openapi'), 'path'));
  return [...lists, ...generators, ...replacements, ...helm, ...(openapi === undefined ? [] : [openapi])];
}

/** `key=path` is a path under another key. */
export function withoutKey(file: string): string {
  const equals = file.indexOf('=');
  return equals === -1 ? file : file.slice(equals + 1);
}
