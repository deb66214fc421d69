import type { FluxKustomization } from '../flux/flux-kustomization.ts';
import type { ConfigMapFinder } from '../flux/variables.ts';
import type { PatchSources } from '../kustomize/apply-patch.ts';
import type { Kustomization } from '../kustomize/kustomization.ts';
import { parseYaml } from '../yaml/document.ts';
import { asText, field, fieldAt } from '../yaml/fields.ts';
import { screen } from '../yaml/screen.ts';
import { splitDocuments } from '../yaml/split.ts';
import { textSource } from '../yaml/text.ts';
import { type Appearance, type Applied, type ArgoSource, BARE, findApplied } from './applied.ts';
import { type Deployer, isDeployerKind, readDeployer } from './deployers.ts';
import type { FileIndex } from './index-files.ts';
import { buildObject, expandLists, type ObjectContext, type ReadObject } from './objects.ts';
import { variableScopes } from './variable-scopes.ts';

export type RenderedSet = Extract<Deployer, { kind: 'resource-set' }>;

export interface FoundDeployers {
  readonly flux: readonly FluxKustomization[];
  readonly sets: readonly RenderedSet[];
  readonly charts: readonly { readonly object: ReadObject; readonly count: number }[];
  readonly applied: Applied;
}

export interface DeployerInput {
  readonly index: FileIndex;
  readonly kustomizations: ReadonlyMap<string, Kustomization>;
  readonly find: ConfigMapFinder;
  readonly patches: PatchSources;
  readonly given: Readonly<Record<string, string>>;
  readonly isSelected: (path: string) => boolean;
}

/**
 * Finds what applies which directory. Deployers are objects too: they can hold variables that others define, be
 * patched by the kustomizations of others, and not be applied themselves. So they are read as written, then with the
 * variables that this gave, and then as they are applied, until nothing changes any more.
 */
export function findDeployers(input: DeployerInput): FoundDeployers {
  const bare = (): readonly Appearance[] => [BARE];
  const written = readAll(input, bare, [], (kind) => kind === 'Kustomization').flatMap((deployer) =>
    deployer.kind === 'flux' ? [deployer.flux] : [],
  );
  let found = sort(readAll(input, bare, written));
  const named = found.directories;
  let applied = apply(input, found, []);
  for (let round = 0; round < MAX_ROUNDS && changesDeployers(input, applied, found); round += 1) {
    const appearancesOf = (path: string): readonly Appearance[] => applied.appearances.get(path) ?? [];
    const next = sort(readAll(input, appearancesOf, found.flux));
    const isStable = keyOf(next) === keyOf(found);
    found = next;
    const known = new Set(found.directories);
    applied = apply(
      input,
      found,
      named.filter((directory) => !known.has(directory)),
    );
    if (isStable) break;
  }
  return { ...found, applied };
}

/** Deployers that deploy deployers are rarely nested deeper. */
const MAX_ROUNDS = 5;

function apply(input: DeployerInput, found: Sorted, idle: readonly string[]): Applied {
  return findApplied(input.index, input.kustomizations, { ...found, idle: new Set(idle) }, input.isSelected);
}

function keyOf({ flux, argo }: Sorted): string {
  const keys = flux.map(({ name, path, targetNamespace, postBuild }) =>
    JSON.stringify([name, path, targetNamespace?.value, postBuild]),
  );
  return [...keys, ...argo.map(({ path }) => path)].sort().join('\n');
}

/** All deployers of the selected files, and those that ResourceSets make. */
function readAll(
  input: DeployerInput,
  appearancesOf: (path: string) => readonly Appearance[],
  known: readonly FluxKustomization[],
  isWanted: (kind: string) => boolean = isDeployerKind,
): readonly Deployer[] {
  // What is found on the way is said later, when the objects themselves are read.
  const context: ObjectContext = {
    notes: undefined,
    patches: input.patches,
    scopeOf: variableScopes(known, input.find, input.given),
  };
  const found: Deployer[] = [];
  for (const [path, file] of input.index.files) {
    if (!input.isSelected(path) || file.isInChart) continue;
    for (const { screening, parse } of file.documents) {
      const { kind, matters } = screening;
      if (!matters || !(isWanted(kind) || isUnsure(kind))) continue;
      const document = parse();
      if (!document.readable) continue;
      for (const at of expandLists(document.value)) {
        const inside = asText(field(fieldAt(document.value, at), 'kind')) ?? '';
        for (const appearance of isWanted(inside) ? appearancesOf(path) : []) {
          const object = buildObject(document, at, appearance, context);
          const deployer = object === undefined ? undefined : readDeployer(object);
          if (deployer !== undefined) found.push(deployer);
        }
      }
    }
  }
  return [
    ...found,
    ...found.flatMap((deployer) => (deployer.kind === 'resource-set' ? made(deployer, context) : [])),
  ];
}

/** Only parsing tells what a document in flow style, or a list, holds. */
function isUnsure(kind: string): boolean {
  return kind === '' || kind.endsWith('List');
}

/** Deployers that a ResourceSet makes. */
function made({ set, object }: RenderedSet, context: ObjectContext): readonly Deployer[] {
  return set.rendered.flatMap(({ text, path }) => {
    const source = textSource(object.file, text);
    return splitDocuments(text).flatMap((range) => {
      const { kind, matters } = screen(text.slice(range.start, range.end));
      if (!matters || !(isDeployerKind(kind) || isUnsure(kind))) return [];
      const document = parseYaml(source, range);
      const placed = { ...document, locate: () => object.locate(path) };
      const read = buildObject(placed, [], BARE, { ...context, scopeOf: () => INACTIVE });
      const deployer = read === undefined ? undefined : readDeployer(read);
      return deployer === undefined ? [] : [deployer];
    });
  });
}

/** Variables were replaced in the ResourceSet itself. */
const INACTIVE = { values: new Map<string, string>(), isActive: false, isComplete: false };

interface Sorted extends Omit<FoundDeployers, 'applied'> {
  readonly argo: readonly ArgoSource[];
  readonly areMore: boolean;
  /** All directories that they name. */
  readonly directories: readonly string[];
  /** The files that declare them. */
  readonly files: readonly string[];
}

function sort(deployers: readonly Deployer[]): Sorted {
  const flux = deployers.flatMap((deployer) => (deployer.kind === 'flux' ? [deployer.flux] : []));
  const sets = deployers.filter((deployer) => deployer.kind === 'resource-set');
  const applications = deployers.filter((deployer) => deployer.kind === 'argo');
  const argo = applications.flatMap(({ sources }) => sources);
  return {
    flux,
    sets,
    argo,
    charts: applications
      .filter(({ charts }) => charts > 0)
      .map(({ object, charts }) => ({ object, count: charts })),
    areMore:
      deployers.some(({ kind }) => kind === 'generator') ||
      sets.some(({ set }) => set.fault !== '') ||
      flux.some(({ path, pathText }) => path === undefined && pathText.includes('${')),
    directories: [...flux, ...argo].flatMap(({ path }) => path ?? []),
    files: [...flux.map(({ file }) => file), ...[...sets, ...applications].map(({ object }) => object.file)],
  };
}

/** Whether patches, variables of their own, or not being applied changes any deployer from what is known of it. */
function changesDeployers({ index }: DeployerInput, { appearances }: Applied, { files }: Sorted): boolean {
  if (files.some((file) => !appearances.has(file))) return true;
  for (const [path, list] of appearances) {
    const isChanged = list.some(({ layers, flux }) => {
      const hasOwnValues = Object.keys(flux?.postBuild?.values ?? {}).length > 0;
      return hasOwnValues || layers.some((layer) => layer.patches.length > 0);
    });
    if (
      isChanged &&
      index.files.get(path)?.documents.some(({ screening }) => isDeployerKind(screening.kind)) === true
    ) {
      return true;
    }
  }
  return false;
}
