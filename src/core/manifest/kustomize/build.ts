import type { Origin } from '../tracked.ts';
import type { Kustomization, Reference } from './kustomization.ts';
import { isRemote, resolvePath } from './paths.ts';

/** A file as a build includes it: with the kustomizations that change its objects, in order of effect. */
export interface Entry {
  readonly file: string;
  readonly layers: readonly Kustomization[];
}

/** What a build met and could not follow. */
export interface BuildGap {
  readonly feature: 'remote' | 'missing' | 'cycle' | 'too-many';
  readonly detail: string;
  readonly origin: Origin;
}

export interface Tree {
  /** The kustomization of a directory, if it has one. */
  kustomizationIn(directory: string): Kustomization | undefined;
  hasFile(path: string): boolean;
}

export interface Build {
  readonly entries: readonly Entry[];
  readonly gaps: readonly BuildGap[];
}

/** Bases that are included twice at each of many levels would double each time. */
const MAX_ENTRIES = 50_000;
const MAX_NESTING = 64;

/**
 * Follows a kustomization to the files that it includes. As in kustomize (`kusttarget.go`): a directory is built
 * on its own and then changed by what includes it; a component has no build of its own, it changes all that was
 * collected before it.
 */
export function buildFrom(root: Kustomization, tree: Tree): Build {
  const state: State = { tree, gaps: [], open: new Set(), count: 0 };
  const entries = accumulate(root, [], state);
  return { entries: entries.map(({ file, layers }) => ({ file, layers })), gaps: state.gaps };
}

interface State {
  readonly tree: Tree;
  readonly gaps: BuildGap[];
  readonly open: Set<string>;
  count: number;
}

interface OpenEntry {
  readonly file: string;
  readonly layers: Kustomization[];
}

function accumulate(kustomization: Kustomization, before: readonly OpenEntry[], state: State): OpenEntry[] {
  const entries = [...before];
  state.open.add(kustomization.directory);
  for (const reference of kustomization.resources) {
    entries.push(...resourceEntries(kustomization, reference, state));
    if (state.count > MAX_ENTRIES) {
      state.gaps.push({ feature: 'too-many', detail: reference.path, origin: reference.origin });
      break;
    }
  }
  let all = entries;
  for (const reference of kustomization.components) {
    const component = directoryOfReference(kustomization, reference, state);
    if (component !== undefined) all = accumulate(component, all, state);
  }
  for (const entry of all) entry.layers.push(kustomization);
  state.open.delete(kustomization.directory);
  return all;
}

function resourceEntries(
  kustomization: Kustomization,
  reference: Reference,
  state: State,
): readonly OpenEntry[] {
  const path = resolvePath(kustomization.directory, reference.path);
  if (path !== undefined && !isRemote(reference.path) && state.tree.hasFile(path)) {
    state.count += 1;
    return [{ file: path, layers: [] }];
  }
  const base = directoryOfReference(kustomization, reference, state);
  return base === undefined ? [] : accumulate(base, [], state);
}

function directoryOfReference(
  { directory }: Kustomization,
  reference: Reference,
  state: State,
): Kustomization | undefined {
  const gap = (feature: BuildGap['feature']): undefined => {
    state.gaps.push({ feature, detail: reference.path, origin: reference.origin });
    return undefined;
  };
  if (isRemote(reference.path)) return gap('remote');
  const path = resolvePath(directory, reference.path);
  const found = path === undefined ? undefined : state.tree.kustomizationIn(path);
  if (found === undefined) return gap('missing');
  if (state.open.has(found.directory)) return gap('cycle');
  return state.open.size >= MAX_NESTING ? gap('too-many') : found;
}
