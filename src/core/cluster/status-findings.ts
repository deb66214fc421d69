import type { Place } from '../model/place.ts';
import { formatPolicyRef } from '../model/policy.ts';
import type { LabelDrift, PolicyDrift } from './drift.ts';
import type { ClusterStatus, HatchStatus, NamespaceStatus, PolicyStatus } from './status.ts';

/** Something that is not as it should be. */
export type StatusFinding =
  | { readonly kind: 'hatch-open'; readonly namespace: string; readonly hatch: HatchStatus }
  /** The agents refused it, so that it is in the cluster and not in force. */
  | { readonly kind: 'invalid-policy'; readonly policy: PolicyStatus }
  | { readonly kind: 'unmanaged-pods'; readonly namespace: string; readonly pods: readonly string[] }
  | { readonly kind: 'policy-drift'; readonly drift: PolicyDrift }
  | { readonly kind: 'label-drift'; readonly drift: LabelDrift }
  | { readonly kind: 'missing-namespace'; readonly name: string; readonly place: Place };

/** What is wrong, in the cluster or in one namespace of it. */
export function statusFindings(status: ClusterStatus, namespace?: string): readonly StatusFinding[] {
  const { namespaces, invalid, drift } = status;
  const shown = namespaces.filter(({ name }) => namespace === undefined || name === namespace);
  const [only] = namespace === undefined ? [] : shown;
  const bearsOn = bearing(only, namespace);
  return [
    ...shown.flatMap(({ name, hatch }): readonly StatusFinding[] =>
      hatch.isOpen ? [{ kind: 'hatch-open', namespace: name, hatch }] : [],
    ),
    ...invalid.filter(bearsOn).map((policy): StatusFinding => ({ kind: 'invalid-policy', policy })),
    ...shown.flatMap(({ name, pods }): readonly StatusFinding[] =>
      pods.unmanaged.length > 0 ? [{ kind: 'unmanaged-pods', namespace: name, pods: pods.unmanaged }] : [],
    ),
    ...(drift?.missingNamespaces ?? [])
      .filter(({ name }) => namespace === undefined || name === namespace)
      .map(({ name, place }): StatusFinding => ({ kind: 'missing-namespace', name, place })),
    ...(drift?.labels ?? [])
      .filter((one) => namespace === undefined || one.namespace === namespace)
      .map((one): StatusFinding => ({ kind: 'label-drift', drift: one })),
    ...driftBearing(status, namespace)
      .filter(({ isDrift }) => isDrift)
      .map((one): StatusFinding => ({ kind: 'policy-drift', drift: one })),
  ];
}

/** Drift of policies that may bear on a namespace: of one that is missing nobody knows whom it would select. */
export function driftBearing(
  { namespaces, drift }: ClusterStatus,
  namespace?: string,
): readonly PolicyDrift[] {
  const only = namespaces.find(({ name }) => name === namespace);
  const bearsOn = bearing(only, namespace);
  return (drift?.policies ?? []).filter(
    (one) =>
      bearsOn(one) || (one.namespace === '' && (one.code === 'missing' || one.kind === 'CiliumCIDRGroup')),
  );
}

/** Whether a policy is in a namespace or selects pods of it; every policy does where none is named. */
function bearing(
  only: NamespaceStatus | undefined,
  namespace: string | undefined,
): (policy: { readonly kind: string; readonly namespace: string; readonly name: string }) => boolean {
  if (namespace === undefined) return () => true;
  const known = new Set((only?.policies ?? []).map(formatPolicyRef));
  return ({ kind, namespace: its, name }) =>
    its === namespace ||
    (kind !== 'CiliumCIDRGroup' &&
      known.has(formatPolicyRef({ kind, namespace: its, name } as PolicyStatus)));
}
