import type { Kept, RenderChange } from '../catalog/render/index.ts';
import { differs } from '../catalog/render/index.ts';
import { unifiedDiff } from '../manifest/edit/unified-diff.ts';
import { editRefusalText } from './change-refusal.ts';
import type { TextOptions } from './debug.ts';
import { labelled } from './layout.ts';
import { PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { plural } from './units.ts';

/** What rendering did (`isDone`), or would do: a line for each file that is not as it should be, and the sum. */
export function renderText(
  changes: readonly RenderChange[],
  { isDone, width = 80, paint = PLAIN }: TextOptions & { readonly isDone: boolean },
): string {
  const mark = (kind: Exclude<RenderChange['kind'], 'kept'>, text: (path: string) => string) =>
    changes.flatMap((change) => (change.kind === kind ? [text(printable(change.path))] : []));
  const lines = [
    ...mark('create', (path) => paint.good(`+ ${path}`)),
    ...mark('update', (path) => paint.strong(`~ ${path}`)),
    ...mark('delete', (path) => paint.bad(`- ${path}`)),
    ...keptLines(changes, { width, paint }),
  ];
  return [...lines, summaryText(changes, isDone), ''].join('\n');
}

/** Files that were left alone, and once for all of the same kind why. */
function keptLines(
  changes: readonly RenderChange[],
  { width, paint }: Required<TextOptions>,
): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const change of changes) {
    if (change.kind !== 'kept') continue;
    const text = keptText(change);
    groups.set(text, [...(groups.get(text) ?? []), change.path]);
  }
  return [...groups].flatMap(([text, paths]) => [
    ...paths.map((path) => paint.bad(`! ${printable(path)}`)),
    ...labelled('', text, { indent: 2, column: 0, width }),
  ]);
}

/** `24 files: 3 created, 1 changed, 20 as they should be`. */
export function summaryText(changes: readonly RenderChange[], isDone: boolean): string {
  const count = (kind: RenderChange['kind']): number => changes.filter((one) => one.kind === kind).length;
  const words = [
    ['create', isDone ? 'created' : 'missing'],
    ['update', isDone ? 'changed' : 'different'],
    ['delete', isDone ? 'deleted' : 'no longer asked for'],
    ['kept', 'left alone'],
    ['unchanged', 'as they should be'],
  ] as const;
  const parts = words.flatMap(([kind, word]) => (count(kind) === 0 ? [] : [`${count(kind)} ${word}`]));
  return `${plural(changes.length, 'file')}: ${parts.join(', ')}`;
}

/** Why a file was left alone, and what to do about it. */
function keptText({ reason, after, path }: Kept): string {
  switch (reason.code) {
    case 'edited':
      return after === ''
        ? 'rendered once and edited by hand since, and the catalog no longer asks for it: left alone. Delete it, or give --force.'
        : 'rendered, and edited by hand since: left alone. Bring the change into propolis.yaml, or into a file of its own; --force renders it anew.';
    case 'foreign':
      return path.endsWith('.md')
        ? 'not rendered by propolis: left alone. --force replaces it.'
        : 'not rendered by propolis, and in the place of a file that would be: left alone. Give it another name, or --force to replace it.';
    case 'clash':
      return `not written: ${printable(reason.by)} declares ${printable(reason.name)} already, and kustomize takes no second one. Delete that file, and take it out of its kustomization.`;
    case 'refused':
      return `line ${reason.refusal.line} cannot be changed for certain: ${editRefusalText(reason.refusal)}. Change its resources by hand.`;
  }
}

/** What would be different, as `git apply` takes it. */
export function renderDiff(changes: readonly RenderChange[]): string {
  return changes
    .filter(differs)
    .map((change) => {
      switch (change.kind) {
        case 'unchanged':
          return '';
        case 'create':
          return unifiedDiff(change.path, '', change.after);
        case 'update':
        case 'kept':
          return unifiedDiff(change.path, change.before, change.after);
        case 'delete':
          return unifiedDiff(change.path, change.before, '');
      }
    })
    .join('');
}

export function renderJson(changes: readonly RenderChange[], isDone: boolean): unknown {
  return {
    version: 1,
    written: isDone,
    differs: changes.some(differs),
    files: changes.map((change) => ({
      path: change.path,
      change: change.kind,
      ...(change.kind === 'kept' ? { reason: { ...change.reason, text: keptText(change) } } : {}),
      ...(differs(change) ? { diff: renderDiff([change]) } : {}),
    })),
  };
}
