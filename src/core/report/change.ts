import type { Effect, LabelChange, NamespaceChange, NamespacePlan } from '../change/index.ts';
import { lineChanges } from '../manifest/edit/line-changes.ts';
import { unifiedDiff } from '../manifest/edit/unified-diff.ts';
import type { FileChange } from '../model/change.ts';
import { refusalJson } from './change-refusal.ts';
import { openedText, type TextOptions } from './debug.ts';
import { changedLines } from './fix-lines.ts';
import { labelled } from './layout.ts';
import { type Paint, PLAIN } from './paint.ts';
import { printable } from './printable.ts';
import { count, portTexts } from './units.ts';
import { placeText } from './words/policy.ts';

/** A change of a namespace's labels for people: the lines of the file, and what they open and close. */
export function namespaceChangeText(
  { namespace, place, file, effects }: NamespaceChange,
  { width = 80, paint = PLAIN }: TextOptions = {},
): string {
  const lines = [
    `${paint.strong(printable(namespace))}   ${placeText(place)}`,
    ...fileLines(file, paint),
    ...effectLines(effects, { width, paint }),
  ];
  return `${lines.join('\n')}\n`;
}

/** A plan as data for programs. */
export function namespacePlanJson(plan: NamespacePlan): object {
  const version = 1;
  switch (plan.kind) {
    case 'change': {
      const { namespace, place, labels, annotations, file, effects } = plan.change;
      return {
        version,
        kind: 'change',
        namespace,
        place,
        labels: labels.map(labelJson),
        annotations: annotations.map(labelJson),
        files: [fileJson(file)],
        effects: effects.map(effectJson),
      };
    }
    case 'unchanged':
      return { version, kind: 'unchanged', namespace: plan.namespace, place: plan.place };
    case 'refused':
      return { version, kind: 'refused', refusal: refusalJson(plan.refusal) };
  }
}

function labelJson({ key, before, after }: LabelChange): unknown {
  return { key, before: before ?? null, after: after ?? null };
}

/** The files as a unified diff, which `git apply` takes. */
export function changeDiff(files: readonly FileChange[]): string {
  return files.map(({ path, before = '', text }) => unifiedDiff(path, before, text)).join('');
}

export function fileJson({ path, before = '', text }: FileChange): unknown {
  return { path, isNew: before === '', diff: unifiedDiff(path, before, text) };
}

export function effectJson({ cluster, opens, closes }: Effect): unknown {
  const pairs = (list: Effect['opens']): unknown =>
    list.map(({ from, to, ports }) => ({ from, to, ports: portTexts(ports) }));
  return { cluster, opens: pairs(opens), closes: pairs(closes) };
}

/** The lines of a file that go and come, each run with its place. */
export function fileLines({ path, before = '', text }: FileChange, paint: Paint): readonly string[] {
  return lineChanges(before, text).flatMap(({ line, before: old, after }) => [
    `  ${printable(path)}:${line}`,
    ...changedLines(old, after, paint).map((one) => `    ${one}`),
  ]);
}

const PAIRS_MAX = 12;

/** What a change opens and closes; clusters in which it is the same are told together. */
export function effectLines(
  effects: readonly Effect[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): readonly string[] {
  const layout = { indent: 2, column: 8, width };
  const groups = new Map<string, { readonly effect: Effect; readonly clusters: string[] }>();
  for (const effect of effects) {
    const key = JSON.stringify([pairTexts(effect.opens), pairTexts(effect.closes)]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { effect, clusters: [effect.cluster] });
    else group.clusters.push(effect.cluster);
  }
  return [...groups.values()].flatMap(({ effect: { opens, closes }, clusters }) => {
    const named = clusters.filter((name) => name !== '').map(printable);
    const where = named.length === 0 ? [] : labelled('in', named.join(', '), layout).map(paint.faint);
    if (opens.length + closes.length === 0) {
      const text =
        'opens and closes nothing: the policies in the files decide the same with it and without it';
      return [...where, ...labelled('effect', text, layout)];
    }
    return [...where, ...pairLines('opens', opens, layout), ...pairLines('closes', closes, layout)];
  });
}

function pairLines(
  label: string,
  pairs: Effect['opens'],
  layout: { readonly indent: number; readonly column: number; readonly width: number },
): readonly string[] {
  const texts = pairTexts(pairs);
  const shown = texts.slice(0, PAIRS_MAX);
  const rest = texts.length - shown.length;
  const lines = [
    ...(shown.length === 0 ? ['nothing'] : shown),
    ...(rest === 0 ? [] : [`and ${count(rest)} more pairs (-o json lists them)`]),
  ];
  return lines.flatMap((text, i) => labelled(i === 0 ? label : '', text, layout));
}

function pairTexts(pairs: Effect['opens']): readonly string[] {
  return pairs.map(openedText);
}
