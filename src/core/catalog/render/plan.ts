import type { EditRefusal } from '../../manifest/edit/types.ts';
import { baseName } from '../../manifest/kustomize/paths.ts';
import type { SourceFile } from '../../model/repository.ts';
import type { Catalog } from '../types.ts';
import type { RenderedFile } from './files.ts';
import { originOf } from './marker.ts';
import { operationFiles } from './operations.ts';
import { buildTree, type Surroundings } from './tree.ts';

/** What rendering does, or would do, to one file. */
export type RenderChange =
  | { readonly kind: 'unchanged'; readonly path: string }
  | { readonly kind: 'create'; readonly path: string; readonly after: string }
  | { readonly kind: 'update'; readonly path: string; readonly before: string; readonly after: string }
  | { readonly kind: 'delete'; readonly path: string; readonly before: string }
  | Kept;

/** Left alone, though it is not what the catalog asks for. */
export interface Kept {
  readonly kind: 'kept';
  readonly path: string;
  readonly before: string;
  /** What would stand there; empty where the file would go. */
  readonly after: string;
  readonly reason: /** A file of ours that was changed by hand. */
    | { readonly code: 'edited' }
    /** Somebody's file where one of ours would be. */
    | { readonly code: 'foreign' }
    /** Not written at all: the file `by` declares an object of the same name. */
    | { readonly code: 'clash'; readonly by: string; readonly name: string }
    /** A kustomization that cannot be changed for certain. */
    | { readonly code: 'refused'; readonly refusal: EditRefusal };
}

export interface PlanInputs {
  /** The files of the repository. */
  readonly existing: readonly SourceFile[];
  readonly surroundings?: Surroundings;
  /** Whether files that were edited by hand, or are somebody else's, are replaced too. */
  readonly force?: boolean;
}

/** What has to be done so that the repository holds the tree of the catalog, sorted by path. */
export function planRender(catalog: Catalog, inputs: PlanInputs): readonly RenderChange[] {
  const { surroundings = {}, force = false } = inputs;
  const { existing } = inputs;
  const texts = new Map(existing.map(({ path, text }) => [path, text]));
  const tree = buildTree(catalog, { existing, surroundings, force });
  const around = operationFiles(catalog, new Map(existing.map((file) => [file.path, file])));
  const { stale, leftover, clashes } = tree;
  const files = [...tree.files, ...around.files];
  const refused = [...tree.refused, ...around.refused];
  const textOf = (path: string): string => texts.get(path) ?? '';
  const changes = [
    ...files.map((file) => changeOf(file, texts.get(file.path), force)),
    ...stale.map((path): RenderChange => ({ kind: 'delete', path, before: textOf(path) })),
    ...leftover.map(
      (path): Kept => ({ kind: 'kept', path, before: textOf(path), after: '', reason: { code: 'edited' } }),
    ),
    ...clashes.map(({ path, by, name }): Kept => {
      const before = textOf(path);
      return { kind: 'kept', path, before, after: before, reason: { code: 'clash', by, name } };
    }),
    ...refused.map((refusal): Kept => {
      const before = textOf(refusal.file);
      return {
        kind: 'kept',
        path: refusal.file,
        before,
        after: before,
        reason: { code: 'refused', refusal },
      };
    }),
  ];
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether the repository is not what the catalog asks for. A README of somebody's own is no such difference. */
export function differs(change: RenderChange): boolean {
  switch (change.kind) {
    case 'unchanged':
      return false;
    case 'kept':
      return change.reason.code !== 'foreign' || baseName(change.path) !== 'README.md';
    case 'create':
    case 'update':
    case 'delete':
      return true;
  }
}

function changeOf(
  { path, text, ownership }: RenderedFile,
  before: string | undefined,
  force: boolean,
): RenderChange {
  if (before === undefined) return { kind: 'create', path, after: text };
  if (sameLines(before, text)) return { kind: 'unchanged', path };
  const origin = ownership === 'rendered' && !force ? originOf(before) : 'rendered';
  if (origin === 'rendered') return { kind: 'update', path, before, after: text };
  return { kind: 'kept', path, before, after: text, reason: { code: origin } };
}

/** Git may check out with other line ends. */
function sameLines(a: string, b: string): boolean {
  return a === b || a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');
}
