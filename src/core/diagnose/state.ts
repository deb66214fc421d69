import type { Catalog } from '../catalog/index.ts';
import { compile, type Engine } from '../engine/index.ts';
import { type ReadOptions, readRepository } from '../manifest/read.ts';
import { worldOf } from '../manifest/world.ts';
import type { AgentOptions } from '../model/options.ts';
import type { Place } from '../model/place.ts';
import type { Direction } from '../model/policy.ts';
import type { NamespaceDeclaration, RepositoryRead, SourceFile } from '../model/repository.ts';
import type { Endpoint } from '../model/world.ts';
import { endpointAsRecorded, endpointInFiles } from './end-labels.ts';
import type { End } from './ends.ts';
import { outsidersOf } from './outsiders.ts';

/** What a diagnosis is made of besides flows. */
export interface Inputs {
  readonly files: readonly SourceFile[];
  readonly catalog: Catalog;
  readonly options: AgentOptions;
  readonly readOptions: ReadOptions;
  /** Whether nobody said what the cluster is called, so that the flows may. */
  readonly isClusterNameAssumed?: boolean;
}

/** Files as read, and an engine over them and the ends that were seen. */
export interface State {
  readonly files: readonly SourceFile[];
  readonly read: RepositoryRead;
  readonly engine: Engine;
}

/** The world of the files with the ends of the flows in it: an end that was seen stands for the one declared. */
export function stateOf(inputs: Inputs, files: readonly SourceFile[], ends: readonly End[]): State {
  return stateOfRead(inputs, { files, read: readRepository(files, inputs.readOptions), ends });
}

/** The same of files that were read before. @param others endpoints that neither files nor flows have */
export function stateOfRead(
  inputs: Inputs,
  {
    others = [],
    ...given
  }: {
    readonly files: readonly SourceFile[];
    readonly read: RepositoryRead;
    readonly ends: readonly End[];
    readonly others?: readonly Endpoint[];
  },
): State {
  return stateWith(inputs, { ...given, added: others, endpointOf: endpointInFiles });
}

/** The same policies over labels exactly as the flows recorded them. */
export function recordedState(inputs: Inputs, { files, read }: State, ends: readonly End[]): State {
  return stateWith(inputs, { files, read, ends, added: [], endpointOf: endpointAsRecorded });
}

/** The world as it would be with other labels on a namespace, whatever the files say of it. */
export function stateWithLabels(
  inputs: Inputs,
  { files, read }: State,
  {
    ends,
    namespace,
    change,
  }: {
    readonly ends: readonly End[];
    readonly namespace: string;
    readonly change: (labels: Labels) => Labels;
  },
): State {
  const known = read.namespaces.find(({ name }) => name === namespace);
  const place: Place = known?.place ?? { file: '', line: 0, column: 0 };
  const changed: NamespaceDeclaration = {
    name: namespace,
    annotations: known?.annotations ?? {},
    place,
    // Declared or not: from now on these labels are what it has.
    form: known === undefined || known.form.kind === 'implied' ? DECLARED : known.form,
    labels: change(known?.labels ?? {}),
  };
  const namespaces = [...read.namespaces.filter((one) => one !== known), changed];
  return stateOfRead(inputs, { files, read: { ...read, namespaces }, ends });
}

type Labels = Readonly<Record<string, string>>;
const DECLARED: NamespaceDeclaration['form'] = { kind: 'object', path: [], document: 0 };

/** The files as read before, with ends that were seen and nobody else: enough to judge flows between them. */
export function stateOfSeen(
  inputs: Inputs,
  { files, read }: Omit<State, 'engine'>,
  ends: readonly End[],
): State {
  const { catalog, options } = inputs;
  const endpoints = ends.map((end) => endpointInFiles(end, { read, catalog, options }));
  return { files, read, engine: compile({ ...worldOf(read, options), endpoints }, options) };
}

function stateWith(
  inputs: Inputs,
  {
    files,
    read,
    ends,
    added,
    endpointOf,
  }: {
    readonly files: readonly SourceFile[];
    readonly read: RepositoryRead;
    readonly ends: readonly End[];
    readonly added: readonly Endpoint[];
    readonly endpointOf: typeof endpointInFiles;
  },
): State {
  const { catalog, options } = inputs;
  const world = worldOf(read, options);
  const seen = new Map<string, Endpoint>();
  for (const end of ends) seen.set(end.id, endpointOf(end, { read, catalog, options }));
  const names = ends.flatMap((end) => end.names);
  const declared = [...world.endpoints, ...outsidersOf(read, options, names)];
  const ids = new Set(declared.map(({ id }) => id));
  const others = [...declared, ...added.filter(({ id }) => !ids.has(id))].flatMap((endpoint) => {
    const same = seen.get(endpoint.id);
    if (same === undefined) return [endpoint];
    // Pods of the files whose labels are others than those seen are judged too: they may come or be gone.
    return hasLabels(same, endpoint.labels) ? [] : [{ ...endpoint, id: `${endpoint.id}${IN_FILES}` }];
  });
  const endpoints = [...others, ...seen.values()];
  return { files, read, engine: compile({ ...world, endpoints }, options) };
}

const IN_FILES = ' (in files)';

function hasLabels({ labels }: Endpoint, others: Endpoint['labels']): boolean {
  const own = new Set(labels);
  return own.size === new Set(others).size && others.every((label) => own.has(label));
}

/** What a person calls an endpoint that is no end of a flow. */
export function declaredName(id: string): string {
  return id.endsWith(IN_FILES) ? id.slice(0, -IN_FILES.length) : id;
}

/** The rules of one direction whose policies select the end. */
export function entriesOfSubject(
  { engine }: State,
  { id }: End,
  direction: Direction,
): Engine['compiled']['entries'] {
  const index = engine.find(id);
  if (index === undefined) return [];
  const { egress, ingress, egressClassOf, ingressClassOf } = engine.compiled;
  return direction === 'egress'
    ? (egress[egressClassOf[index] as number]?.entries ?? [])
    : (ingress[ingressClassOf[index] as number]?.entries ?? []);
}

/** The files with some of them replaced. */
export function withFiles(
  files: readonly SourceFile[],
  changed: readonly SourceFile[],
): readonly SourceFile[] {
  const texts = new Map(changed.map((file) => [file.path, file]));
  const kept = files.map((file) => texts.get(file.path) ?? file);
  const paths = new Set(files.map(({ path }) => path));
  return [...kept, ...changed.filter(({ path }) => !paths.has(path))];
}
