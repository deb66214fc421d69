import type { AgentOptions } from '../model/options.ts';
import type { Approximation, ReadCounts, RepositoryRead, SourceFile } from '../model/repository.ts';
import type { VariableScope } from './flux/variables.ts';
import { withoutClaims } from './repository/claims.ts';
import { type Collection, collect } from './repository/collect.ts';
import { collectFiles } from './repository/collect-files.ts';
import { configMapFinder } from './repository/config-maps.ts';
import { placeOfEnvironment, type Selection, selectFiles } from './repository/environment.ts';
import { findDeployers } from './repository/find-deployers.ts';
import { DEFAULT_LIMITS, type FileIndex, indexFiles, type ReadLimits } from './repository/index-files.ts';
import { readKustomizations } from './repository/kustomizations.ts';
import { implyNamespaces, noteApplied } from './repository/note-applied.ts';
import { noteOverLimit } from './repository/note-faults.ts';
import { type Notes, takeNotes } from './repository/notes.ts';
import type { CollectContext, ReadObject } from './repository/objects.ts';
import { patchSources } from './repository/patch-sources.ts';
import { collectRendered } from './repository/rendered.ts';
import { withBackends } from './repository/services.ts';
import { variableScopes } from './repository/variable-scopes.ts';

export { environmentsOf } from './repository/environment.ts';

export interface ReadOptions {
  readonly agent: AgentOptions;
  /** Values of variables, which win over those in files. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Path prefixes to read. Absent: everything. What a kustomization in them includes is read too. */
  readonly paths?: readonly string[];
  /** One of the folders `clusters/<name>`. Absent: the one that looks most like production. */
  readonly environment?: string;
  readonly limits?: Partial<ReadLimits>;
  /** What is known to be missing in the files, or taken for granted with them, besides what reading them finds. */
  readonly known?: readonly Approximation[];
}

/**
 * Reads manifests into what a cluster would hold: policies, namespaces, workloads, Services and CIDR groups, each
 * with its place. Whatever was not followed is among the approximations, and whatever is wrong among the problems,
 * those of refused policies included.
 *
 * Scalars are typed as Kubernetes' own readers do it (`yaml/scalar.ts`). Kustomizations are followed as far as
 * that is certain (`kustomize/`), Flux's variables are replaced (`substitute/`), and ResourceSets are rendered
 * (`flux/resource-set.ts`). Helm charts, encrypted files and unrendered templates are counted and left.
 *
 * @throws PropolisError `unknown-environment`
 */
export function readRepository(files: readonly SourceFile[], options: ReadOptions): RepositoryRead {
  const { collection, notes, counts } = gather(files, options);
  return assemble(collection, notes, counts);
}

/** An object as a cluster would get it, with a way back to the text that it comes from. */
export type DeclaredObject = Pick<ReadObject, 'kind' | 'group' | 'namespace' | 'name' | 'value' | 'locate'>;

/**
 * The same reading, as the objects themselves: what a deployer would apply, one of each kind and name, those that the
 * API server or the agent would refuse among them.
 *
 * @throws PropolisError `unknown-environment`
 */
export function readObjects(files: readonly SourceFile[], options: ReadOptions): readonly DeclaredObject[] {
  return gather(files, options).collection.objects();
}

/** The reading, and the objects that it was made from: those that count where several have one name. */
export function readDeclared(
  files: readonly SourceFile[],
  options: ReadOptions,
): { readonly read: RepositoryRead; readonly objects: readonly DeclaredObject[] } {
  const { collection, notes, counts } = gather(files, options);
  return { read: assemble(collection, notes, counts), objects: collection.objects() };
}

interface Gathered {
  readonly collection: Collection;
  readonly notes: Notes;
  readonly counts: ReadCounts;
}

function gather(files: readonly SourceFile[], options: ReadOptions): Gathered {
  const notes = takeNotes();
  for (const { code, detail, place, count } of options.known ?? [])
    notes.approximate(code, detail, place, count);
  const index = indexFiles(files, { ...DEFAULT_LIMITS, ...options.limits });
  noteOverLimit(index, notes);
  const selection = select(index, options, notes);
  const patches = patchSources(index);
  const isSelected = withoutClaims(index, selection, {
    notes: undefined,
    patches,
    scopeOf: () => NO_VARIABLES,
  });
  const kustomizations = readKustomizations(index, notes, isSelected);
  const find = configMapFinder(index, [...kustomizations.values()], isSelected);
  const given = options.variables ?? {};
  const deployers = findDeployers({ index, kustomizations, find, patches, given, isSelected });
  const context: CollectContext = { notes, patches, scopeOf: variableScopes(deployers.flux, find, given) };
  const collection = collect(options.agent, notes);
  const templatesSkipped = collectFiles(index, deployers.applied, context, collection);
  collectRendered(deployers.sets, deployers.applied, context, collection);
  noteApplied(index, deployers, isSelected, notes);
  implyNamespaces(deployers, collection);
  const read = [...index.files.values()].filter(
    ({ path }) => isSelected(path) || deployers.applied.appearances.has(path),
  );
  const counts = {
    files: read.length,
    documents: read.reduce((sum, { documents }) => sum + documents.length, 0),
    objects: collection.count(),
    templatesSkipped,
  };
  return { collection, notes, counts };
}

const NO_VARIABLES: VariableScope = { values: new Map(), isActive: false, isComplete: false };

function select(index: FileIndex, options: ReadOptions, notes: Notes): Selection {
  const paths = [...index.files.keys(), ...index.envFiles.keys()].sort();
  const weigh = (path: string): number =>
    index.files.get(path)?.documents.filter(({ screening }) => screening.matters).length ?? 0;
  const selection = selectFiles(paths, options, weigh);
  const { environment } = selection;
  if (environment !== undefined) {
    notes.approximate('environment-chosen', environment, placeOfEnvironment(paths, environment));
  }
  return selection;
}

function assemble(collection: Collection, notes: Notes, counts: ReadCounts): RepositoryRead {
  const outcomes = collection.outcomes();
  return {
    policies: outcomes.flatMap((outcome) => (outcome.kind === 'policy' ? [outcome.policy] : [])),
    refused: outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.refused] : [])),
    namespaces: collection.namespaces(),
    workloads: outcomes.flatMap((outcome) => (outcome.kind === 'workload' ? [outcome.workload] : [])),
    services: withBackends(
      outcomes.flatMap((outcome) => (outcome.kind === 'service' ? [outcome.service] : [])),
      outcomes.flatMap((outcome) => (outcome.kind === 'backends' ? [outcome.backends] : [])),
    ),
    cidrGroups: outcomes.flatMap((outcome) => (outcome.kind === 'cidr-group' ? [outcome.group] : [])),
    problems: [...notes.problems, ...outcomes.flatMap(({ problems }) => problems)],
    approximations: notes.approximations(),
    counts,
  };
}
