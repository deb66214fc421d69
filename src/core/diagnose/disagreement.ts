import { dropReasonByName } from '../model/drop-reason.ts';
import { kubernetesLabel, NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import type { Rule } from '../model/policy.ts';
import type { CauseContext } from './cause-context.ts';
import { isManagedLabel } from './end-labels.ts';
import type { End } from './ends.ts';
import { decide, type Judged, refusingSide } from './judged.ts';
import { findRule } from './service-port.ts';
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
  const policies = policiesNotInFiles(judged, context);
  if (policies.length > 0) return { kind: 'policy-not-in-files', policies };
  if (isDeniedByRule(judged)) return { kind: 'deny-rule-not-in-files', policies: judged.edge.deniedBy };
  return nameExpired(judged, context) ?? { kind: 'unexplained' };
}

/** The agent said that a deny rule matched, and the files refuse for want of a rule: an allow would not help. */
export function missingDenyRule(judged: Judged, context: CauseContext): Disagreement | undefined {
  if (!isDeniedByRule(judged)) return undefined;
  const policies = policiesNotInFiles(judged, context);
  return policies.length > 0
    ? { kind: 'policy-not-in-files', policies }
    : { kind: 'deny-rule-not-in-files', policies: judged.edge.deniedBy };
}

function isDeniedByRule({ edge }: Judged): boolean {
  return dropReasonByName(edge.dropReason)?.klass === 'policy-deny';
}

function policiesNotInFiles({ edge }: Judged, { state }: CauseContext): readonly string[] {
  const inFiles = new Set(
    state.read.policies.map(
      ({ kind, namespace, name }) => `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`,
    ),
  );
  return edge.deniedBy.filter((policy) => !inFiles.has(policy));
}

/** A connection was cut in its middle that a rule admits by name: the agent had forgotten the address. */
function nameExpired({ edge, decision }: Judged, { state }: CauseContext): Disagreement | undefined {
  if (!edge.isMidConnection || decision === undefined) return undefined;
  const { rules } = decision.egress;
  const isByName = ({ peers }: Rule): boolean =>
    peers.kind === 'some' && peers.peers.every(({ kind }) => kind === 'fqdn');
  const byName = rules.filter((ref) => {
    const found = findRule(state.read.policies, ref);
    return found !== undefined && isByName(found.rule);
  });
  return byName.length > 0 && byName.length === rules.length
    ? { kind: 'name-expired', policies: byName.map(({ policy }) => policy) }
    : undefined;
}

/** Labels of the product's own that the flow recorded otherwise than the files say. */
function labelDifferences(end: End, { inputs, state }: CauseContext): readonly LabelDifference[] {
  if (end.labelsFrom !== 'flow' || end.party.kind !== 'pod' || end.party.cluster !== '') return [];
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
