import type { FluxKustomization } from '../flux/flux-kustomization.ts';
import type { ConfigMapFinder } from '../flux/variables.ts';
import type { PatchSources } from '../kustomize/apply-patch.ts';
import type { Kustomization } from '../kustomize/kustomization.ts';
import { parseYaml } from '../yaml/document.ts';
import { asText, field, fieldAt } from '../yaml/fields.ts';
import { screen } from '../yaml/screen.ts';
import { splitDocuments } from '../yaml/split.ts';
import { textSource } from '../yaml/text.ts';
import { type Appearance, type Applied, BARE, findApplied } from './applied.ts';
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
 * Finds what applies which directory. Deployers are objects too: they can hold variables that others define, and be
 * patched by the kustomizations of others. So they are read as written, then with the variables that this gave, and
 * then once more as they are applied, if that changes them.
 */
export function findDeployers(input: DeployerInput): FoundDeployers {
  const bare = (): readonly Appearance[] => [BARE];
  const written = readAll(input, bare, [], (kind) => kind === 'Kustomization').flatMap((deployer) =>
    deployer.kind === 'flux' ? [deployer.flux] : [],
  );
  const first = sort(readAll(input, bare, written));
  const applied = findApplied(input.index, input.kustomizations, first, input.isSelected);
  if (!changesDeployers(input, applied)) return { ...first, applied };
  const appearancesOf = (path: string): readonly Appearance[] => applied.appearances.get(path) ?? [];
  const second = sort(readAll(input, appearancesOf, first.flux));
  return { ...second, applied: findApplied(input.index, input.kustomizations, second, input.isSelected) };
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

function sort(deployers: readonly Deployer[]): Omit<FoundDeployers, 'applied'> & {
  readonly argo: readonly Extract<Deployer, { kind: 'argo' }>['sources'][number][];
  readonly areMore: boolean;
} {
  const flux = deployers.flatMap((deployer) => (deployer.kind === 'flux' ? [deployer.flux] : []));
  const sets = deployers.filter((deployer) => deployer.kind === 'resource-set');
  return {
    flux,
    sets,
    argo: deployers.flatMap((deployer) => (deployer.kind === 'argo' ? deployer.sources : [])),
    charts: deployers.flatMap((deployer) =>
      deployer.kind === 'argo' && deployer.charts > 0
        ? [{ object: deployer.object, count: deployer.charts }]
        : [],
    ),
    areMore:
      deployers.some(({ kind }) => kind === 'generator') ||
      sets.some(({ set }) => set.fault !== '') ||
      flux.some(({ path, pathText }) => path === undefined && pathText.includes('${')),
  };
}

/** Whether patches, or variables of their own, change any deployer from what was read of it so far. */
function changesDeployers({ index }: DeployerInput, { appearances }: Applied): boolean {
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
