import type { Path } from '../../model/place.ts';
import {
  type LabelSetting,
  type Patch,
  type Reference,
  readPatch,
  type Setting,
} from '../kustomize/kustomization.ts';
import { isRemote, resolvePath } from '../kustomize/paths.ts';
import type { RawObject } from '../raw-object.ts';
import type { Origin } from '../tracked.ts';
import { asFields, asList, fieldAt, textAt, textList, textMap } from '../yaml/fields.ts';

/** A Flux Kustomization: which directory is applied, and what is changed on the way. */
export interface FluxKustomization {
  readonly name: string;
  /** The file that declares it. */
  readonly file: string;
  /** Relative to the repository's root; undefined where it leaves it or holds a variable. */
  readonly path: string | undefined;
  readonly pathText: string;
  readonly pathOrigin: Origin;
  readonly targetNamespace: Setting | undefined;
  readonly namePrefix: string | undefined;
  readonly nameSuffix: string | undefined;
  readonly commonLabels: LabelSetting | undefined;
  readonly commonAnnotations: Setting<Readonly<Record<string, string>>> | undefined;
  readonly patches: readonly Patch[];
  readonly components: readonly Reference[];
  readonly postBuild: PostBuild | undefined;
}

export interface PostBuild {
  readonly values: Readonly<Record<string, string>>;
  readonly from: readonly { readonly kind: string; readonly name: string }[];
  /** `substituteStrategy: Always`: replace even where no variable is given. */
  readonly always: boolean;
}

/** Reads `kustomize.toolkit.fluxcd.io` Kustomizations (fluxcd/kustomize-controller `docs/spec/v1`). */
export function readFluxKustomization({ value, file, locate }: RawObject): FluxKustomization {
  const origin = (path: Path): Origin => ({ locate, path });
  const pathText = textAt(value, ['spec', 'path']) ?? '';
  const sourceName = textAt(value, ['spec', 'sourceRef', 'name']);
  const namespace = textAt(value, ['spec', 'targetNamespace']);
  const labels = asFields(fieldAt(value, ['spec', 'commonMetadata', 'labels']));
  const annotations = asFields(fieldAt(value, ['spec', 'commonMetadata', 'annotations']));
  return {
    name: textAt(value, ['metadata', 'name']) ?? '',
    file,
    path: readPath(pathText, sourceName),
    pathText,
    pathOrigin: origin(['spec', 'path']),
    targetNamespace:
      namespace === undefined || namespace === ''
        ? undefined
        : { value: namespace, origin: origin(['spec', 'targetNamespace']) },
    namePrefix: textAt(value, ['spec', 'namePrefix']),
    nameSuffix: textAt(value, ['spec', 'nameSuffix']),
    commonLabels:
      labels === undefined
        ? undefined
        : {
            value: textMap(labels),
            origin: origin(['spec', 'commonMetadata', 'labels']),
            selectors: false,
            templates: false,
          },
    commonAnnotations:
      annotations === undefined
        ? undefined
        : { value: textMap(annotations), origin: origin(['spec', 'commonMetadata', 'annotations']) },
    patches: [
      ...readPatches(value, 'patchesStrategicMerge', 'strategic', origin),
      ...readPatches(value, 'patches', 'either', origin),
      ...readPatches(value, 'patchesJson6902', 'json', origin),
    ],
    components: textList(fieldAt(value, ['spec', 'components'])).map((path, i) => ({
      path,
      origin: origin(['spec', 'components', i]),
    })),
    postBuild: readPostBuild(value),
  };
}

function readPatches(
  value: unknown,
  name: string,
  style: Patch['style'],
  origin: (path: Path) => Origin,
): readonly Patch[] {
  return (asList(fieldAt(value, ['spec', name])) ?? []).map((item, i) =>
    readPatch(item, style, origin(['spec', name, i])),
  );
}

function readPath(text: string, sourceName: string | undefined): string | undefined {
  if (text.includes('${') || isRemote(text)) return undefined;
  const path = resolvePath('', text.replace(/^\/+/, ''));
  // Without a path the whole source is meant; only the repository that Flux was bootstrapped from is surely this one.
  return path === '' && sourceName !== 'flux-system' ? undefined : path;
}

function readPostBuild(value: unknown): PostBuild | undefined {
  const postBuild = asFields(fieldAt(value, ['spec', 'postBuild']));
  if (postBuild === undefined) return undefined;
  return {
    values: textMap(postBuild['substitute']),
    from: (asList(postBuild['substituteFrom']) ?? []).map((item) => ({
      kind: textAt(item, ['kind']) ?? '',
      name: textAt(item, ['name']) ?? '',
    })),
    always: postBuild['substituteStrategy'] === 'Always',
  };
}
