import type { FluxKustomization } from '../flux/flux-kustomization.ts';
import { type BuildGap, buildFrom, type Tree } from '../kustomize/build.ts';
import type { Kustomization, Setting } from '../kustomize/kustomization.ts';
import { directoryOf, isWithin, resolvePath, upwards } from '../kustomize/paths.ts';
import type { Origin } from '../tracked.ts';
import type { FileIndex } from './index-files.ts';

/** One way in which a file's objects reach a cluster. */
export interface Appearance {
  readonly layers: readonly Kustomization[];
  /** The Flux Kustomization that applies it, where that is known. */
  readonly flux: FluxKustomization | undefined;
  /** For objects without a namespace: what the deployer gives them. */
  readonly defaultNamespace: Setting | undefined;
  /** The directory that is applied; undefined for a file that nothing includes. */
  readonly root: string | undefined;
}

/** A directory that Argo CD applies. */
export interface ArgoSource {
  readonly path: string;
  readonly recurses: boolean;
  readonly namespace: Setting | undefined;
  readonly origin: Origin;
}

export interface Applied {
  /** How each file is applied. A file that is missing here is not applied at all. */
  readonly appearances: ReadonlyMap<string, readonly Appearance[]>;
  /** Files that stand beside a kustomization which does not list them. */
  readonly notListed: readonly string[];
  readonly gaps: readonly BuildGap[];
  readonly kustomizations: readonly Kustomization[];
}

export interface Deployers {
  readonly flux: readonly FluxKustomization[];
  readonly argo: readonly ArgoSource[];
  /** Whether something makes deployers that no file names, so that any directory may be applied. */
  readonly areMore: boolean;
  /** Directories that only deployers name which are not applied themselves. */
  readonly idle: ReadonlySet<string>;
}

/** As it is written. */
export const BARE: Appearance = { layers: [], flux: undefined, defaultNamespace: undefined, root: undefined };

/**
 * Finds out which files are applied, and through which kustomizations.
 *
 * Built are the directories that Flux or Argo CD name, and every kustomization that no other one includes. A file
 * in a directory with a kustomization (its own, or the nearest above) is applied only if that lists it, directly or
 * not, or if a deployer names a directory in between.
 */
export function findApplied(
  index: FileIndex,
  kustomizations: ReadonlyMap<string, Kustomization>,
  deployers: Deployers,
  isSelected: (path: string) => boolean,
): Applied {
  const tree: Tree = {
    kustomizationIn: (directory) => kustomizations.get(directory),
    hasFile: (path) => index.files.has(path),
  };
  const appearances = new Map<string, Appearance[]>();
  const gaps: BuildGap[] = [];
  const built = new Set<string>();
  const build = ({ kustomization, flux, defaultNamespace }: Root): void => {
    const { entries, gaps: found } = buildFrom(kustomization, tree);
    gaps.push(...found);
    const seen = new Set<string>();
    for (const { file, layers } of entries) {
      // The same file by the same way twice is the same.
      const way = `${file} ${layers.map((layer) => layer.directory).join(' ')}`;
      if (seen.has(way)) continue;
      seen.add(way);
      const list = appearances.get(file) ?? [];
      list.push({ layers, flux, defaultNamespace, root: kustomization.directory });
      appearances.set(file, list);
      for (const { directory } of layers) built.add(directory);
    }
  };
  for (const root of deployedRoots(index, kustomizations, deployers)) build(root);
  for (const root of ownRoots(kustomizations, deployers, isSelected)) {
    // A directory that Flux applies may hold others with kustomizations of their own.
    if (!built.has(root.kustomization.directory)) build(root);
  }
  const notListed: string[] = [];
  const known = otherFiles(kustomizations);
  for (const path of index.files.keys()) {
    if (appearances.has(path) || !isSelected(path) || known.has(path)) continue;
    if (isLeftOut(path, kustomizations, deployers)) notListed.push(path);
    else appearances.set(path, [BARE]);
  }
  return { appearances, notListed, gaps, kustomizations: [...kustomizations.values()] };
}

interface Root {
  readonly kustomization: Kustomization;
  readonly flux: FluxKustomization | undefined;
  readonly defaultNamespace: Setting | undefined;
}

function deployedRoots(
  index: FileIndex,
  kustomizations: ReadonlyMap<string, Kustomization>,
  { flux, argo }: Deployers,
): readonly Root[] {
  const roots: Root[] = [];
  for (const deployer of flux) {
    if (deployer.path === undefined) continue;
    const base =
      kustomizations.get(deployer.path) ??
      withoutFile(index, kustomizations, {
        path: deployer.path,
        recurses: true,
        origin: deployer.pathOrigin,
      });
    if (base === undefined) continue;
    roots.push({ kustomization: asFluxBuilds(base, deployer), flux: deployer, defaultNamespace: undefined });
  }
  for (const source of argo) {
    const own = kustomizations.get(source.path);
    const base = own ?? withoutFile(index, kustomizations, source);
    if (base === undefined) continue;
    roots.push({ kustomization: base, flux: undefined, defaultNamespace: source.namespace });
  }
  return roots;
}

/** What Flux makes of a directory's kustomization before it builds it (fluxcd/pkg `kustomize_generator.go`). */
function asFluxBuilds(base: Kustomization, flux: FluxKustomization): Kustomization {
  return {
    ...base,
    namespace: flux.targetNamespace ?? base.namespace,
    namePrefix: flux.namePrefix ?? base.namePrefix,
    nameSuffix: flux.nameSuffix ?? base.nameSuffix,
    patches: [...base.patches, ...flux.patches],
    components: [...base.components, ...flux.components],
    labels: flux.commonLabels === undefined ? base.labels : [...base.labels, flux.commonLabels],
    annotations: mergedAnnotations(base.annotations, flux.commonAnnotations),
  };
}

function mergedAnnotations(
  base: Kustomization['annotations'],
  flux: FluxKustomization['commonAnnotations'],
): Kustomization['annotations'] {
  if (base === undefined || flux === undefined) return base ?? flux;
  return { value: { ...base.value, ...flux.value }, origin: flux.origin };
}

/**
 * The kustomization of a directory that has none: all files in it and below, and where a directory has one, that
 * (fluxcd/pkg `scanManifests`). Undefined where there is no such directory.
 */
function withoutFile(
  index: FileIndex,
  kustomizations: ReadonlyMap<string, Kustomization>,
  { path, recurses, origin }: { readonly path: string; readonly recurses: boolean; readonly origin: Origin },
): Kustomization | undefined {
  const listed = new Set<string>();
  const skip = path === '' ? 0 : path.length + 1;
  for (const [file, { isInChart }] of index.files) {
    if (!isWithin(file, path) || isInChart) continue;
    const directory = directoryOf(file);
    const nested = upwards(directory)
      .filter((above) => above !== path && isWithin(above, path) && kustomizations.has(above))
      .at(-1);
    if (!recurses && directory !== path) continue;
    listed.add((nested ?? file).slice(skip));
  }
  if (listed.size === 0) return undefined;
  return {
    file: origin.locate([]).file,
    directory: path,
    isComponent: false,
    resources: [...listed].map((name) => ({ path: name, origin })),
    components: [],
    namespace: undefined,
    namePrefix: '',
    nameSuffix: '',
    labels: [],
    annotations: undefined,
    patches: [],
    configMaps: [],
    notBuilt: [],
    helmCharts: undefined,
    otherFiles: [],
  };
}

/** Kustomizations that nobody includes, and no deployer names, are applied by someone all the same. */
function ownRoots(
  kustomizations: ReadonlyMap<string, Kustomization>,
  deployers: Deployers,
  isSelected: (path: string) => boolean,
): readonly Root[] {
  const taken = new Set<string | undefined>([
    ...[...kustomizations.values()].flatMap(includedDirectories),
    ...deployers.flux.map(({ path }) => path),
    ...deployers.argo.map(({ path }) => path),
    ...deployers.idle,
  ]);
  return [...kustomizations.values()]
    .filter(({ directory, isComponent, file }) => !isComponent && !taken.has(directory) && isSelected(file))
    .map((kustomization) => ({ kustomization, flux: undefined, defaultNamespace: undefined }));
}

function includedDirectories({ directory, resources, components }: Kustomization): readonly string[] {
  return [...resources, ...components].flatMap(({ path }) => resolvePath(directory, path) ?? []);
}

/** Kustomizations, and what belongs to one without being a resource of it: patches, values and such. */
function otherFiles(kustomizations: ReadonlyMap<string, Kustomization>): ReadonlySet<string> {
  const files = new Set<string>();
  for (const { file, directory, otherFiles: others, patches } of kustomizations.values()) {
    files.add(file);
    for (const path of [...others, ...patches.flatMap((patch) => patch.path ?? [])]) {
      const resolved = resolvePath(directory, path);
      if (resolved !== undefined) files.add(resolved);
    }
  }
  return files;
}

function isLeftOut(
  path: string,
  kustomizations: ReadonlyMap<string, Kustomization>,
  deployers: Deployers,
): boolean {
  const directory = directoryOf(path);
  if (kustomizations.has(directory) || upwards(directory).some((above) => deployers.idle.has(above)))
    return true;
  // Further up, something that makes deployers may still apply this directory.
  return !deployers.areMore && upwards(directory).some((above) => kustomizations.has(above));
}
