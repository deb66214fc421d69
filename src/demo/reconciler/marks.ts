import { type JsonMap, textAt } from '../kubernetes/json.ts';

const GROUP = 'kustomize.toolkit.fluxcd.io';

/** What labels and annotations ask of Flux (kustomize-controller, docs/spec/v1/kustomizations.md). */
export function isMarked(
  object: JsonMap | undefined,
  name: 'reconcile' | 'ssa' | 'prune',
  value: string,
): boolean {
  if (object === undefined) return false;
  return ['labels', 'annotations'].some(
    (where) => textAt(object, 'metadata', where, `${GROUP}/${name}`).toLowerCase() === value.toLowerCase(),
  );
}

/** Which Kustomization an object belongs to: what Flux writes on all that it applies. */
export function ownerLabels(name: string, namespace: string): Readonly<Record<string, string>> {
  return { [`${GROUP}/name`]: name, [`${GROUP}/namespace`]: namespace };
}
