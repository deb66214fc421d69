import { kubernetesLabel, NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import type { CauseContext } from './cause.ts';
import { type End, isManagedLabel } from './ends.ts';
import { decide, type Judged, refusingSide } from './judged.ts';
import type { Disagreement, LabelDifference } from './types.ts';

/** What may explain that a drop was recorded which the files admit. */
export function disagreementOf(judged: Judged, context: CauseContext): Disagreement {
  const asRecorded = decide(judged.edge, judged, context.recorded());
  if (asRecorded !== undefined && refusingSide(asRecorded) !== undefined) {
    for (const end of [judged.from, judged.to]) {
      const labels = labelDifferences(end, context);
      if (labels.length > 0) return { kind: 'labels-differ', namespace: end.party.namespace, labels };
    }
  }
  const inFiles = new Set(
    context.state.read.policies.map(
      ({ kind, namespace, name }) => `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
    ),
  );
  const foreign = judged.edge.deniedBy.filter((policy) => !inFiles.has(policy));
  return foreign.length > 0 ? { kind: 'policy-not-in-files', policies: foreign } : { kind: 'unexplained' };
}

/** Labels of the product's own that the flow recorded otherwise than the files say. */
function labelDifferences(end: End, { inputs, state }: CauseContext): readonly LabelDifference[] {
  if (end.labelsFrom !== 'flow' || end.party.kind !== 'pod') return [];
  const declared = state.read.namespaces.find(({ name }) => name === end.party.namespace);
  if (declared === undefined) return [];
  const recordedKeys = end.recorded
    .filter((label) => label.startsWith(`k8s:${NAMESPACE_LABELS_PREFIX}`))
    .map((label) => label.slice(`k8s:${NAMESPACE_LABELS_PREFIX}`.length).split('=')[0] ?? '');
  const keys = [...new Set([...recordedKeys, ...Object.keys(declared.labels)])].sort();
  return keys
    .filter((key) => isManagedLabel(inputs.catalog, key))
    .map((key) => ({
      key,
      recorded: kubernetesLabel(end.recorded, `${NAMESPACE_LABELS_PREFIX}${key}`),
      inFiles: Object.hasOwn(declared.labels, key) ? declared.labels[key] : undefined,
    }))
    .filter(({ recorded, inFiles }) => recorded !== inFiles);
}
