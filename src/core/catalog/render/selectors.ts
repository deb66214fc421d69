import { NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import {
  ACCESS_GRANTED,
  accessLabel,
  ENFORCEMENT_DISABLED,
  enforcementLabel,
  profileLabel,
} from '../lookup.ts';
import type { Catalog, Pods } from '../types.ts';
import type { LabelSelector } from './document.ts';

/**
 * Pods of every namespace, and nothing else. Not `{}`: as a subject of a clusterwide policy that also selects the
 * agent's health endpoint and the endpoint of Cilium's own gateway, whose traffic a default-deny would cut
 * (cilium#11099, #28254).
 */
export const EVERY_POD: LabelSelector = { exists: [NAMESPACE_KEY] };

export function podsOf({ namespace, labels }: Pods): LabelSelector {
  return { labels: { [NAMESPACE_KEY]: namespace, ...labels } };
}

export function withProfile(catalog: Catalog, profile: string): LabelSelector {
  return inNamespacesWith(profileLabel(catalog), profile);
}

export function withAccess(catalog: Catalog, resource: string): LabelSelector {
  return inNamespacesWith(accessLabel(catalog, resource), ACCESS_GRANTED);
}

export function withEnforcementDisabled(catalog: Catalog): LabelSelector {
  return inNamespacesWith(enforcementLabel(catalog), ENFORCEMENT_DISABLED);
}

/** How a namespace takes part in an ambient mesh (Istio). */
const AMBIENT: readonly [key: string, value: string] = ['istio.io/dataplane-mode', 'ambient'];

export const IN_THE_MESH: LabelSelector = inNamespacesWith(...AMBIENT);

/** Those of a selector that take part in the mesh. */
export function meshed(selector: LabelSelector): LabelSelector {
  return { ...selector, labels: { ...selector.labels, ...IN_THE_MESH.labels } };
}

/** By a label of the namespace, which Cilium copies to the identity of each of its pods. */
function inNamespacesWith(key: string, value: string): LabelSelector {
  return { labels: { [`${NAMESPACE_LABELS_PREFIX}${key}`]: value } };
}
