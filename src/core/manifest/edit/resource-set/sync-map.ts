import type { Path } from '../../../model/place.ts';
import { asFields } from '../../yaml/fields.ts';
import { deleteEntry, insertEntry, replaceValue } from '../edit-members.ts';
import type { Step } from '../finish.ts';
import type { Intent } from '../prove.ts';
import { Refused } from '../refuse.ts';
import { mapAt, openTarget, ownEntry } from '../target.ts';
import type { Tree } from '../tree.ts';
import type { PlainValue } from '../types.ts';
import type { InputValues } from './input-values.ts';

/** Where a map of data stands. */
export interface MapPlace {
  readonly document: number;
  readonly path: Path;
}

/** Edits that make the map of a text hold other data, entry by entry, and what they are meant to do. */
export function syncMap(
  before: InputValues,
  after: InputValues,
  place: MapPlace,
): { readonly steps: readonly Step[]; readonly intent: Intent } {
  const steps: Step[] = [];
  const changes = new Map<string, Intent | 'deleted'>();
  for (const [key, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, key) ? before[key] : undefined;
    if (old !== undefined && isSame(old, value)) continue;
    const [oldMap, map] = [asFields(old), asFields(value)] as [
      InputValues | undefined,
      InputValues | undefined,
    ];
    if (oldMap !== undefined && map !== undefined && Object.keys(oldMap).length > 0) {
      const inner = syncMap(oldMap, map, { ...place, path: [...place.path, key] });
      steps.push(...inner.steps);
      changes.set(key, inner.intent);
    } else {
      steps.push((tree) => setEntry(tree, place, key, value));
      changes.set(key, { kind: 'becomes', value });
    }
  }
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key)) continue;
    steps.push((tree) => dropEntry(tree, place, key));
    changes.set(key, 'deleted');
  }
  return { steps, intent: { kind: 'entries', changes } };
}

function setEntry(
  tree: Tree,
  { document, path }: MapPlace,
  key: string,
  value: PlainValue,
): ReturnType<Step> {
  const target = openTarget(tree, document, 'templates');
  const map = mapAt(target, path);
  const entry = ownEntry(target, map, key);
  if (entry === undefined) return insertEntry(target, map, { key, value });
  return replaceValue(target, map, { entry, value });
}

function dropEntry(tree: Tree, { document, path }: MapPlace, key: string): ReturnType<Step> {
  const target = openTarget(tree, document, 'templates');
  const map = mapAt(target, path);
  const entry = ownEntry(target, map, key);
  if (entry === undefined) throw new Refused('not-found', map.start, key);
  return deleteEntry(target, map, entry);
}

function isSame(a: PlainValue, b: PlainValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
