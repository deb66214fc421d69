/**
 * Labels as Cilium holds them: a source, a key, a value. Cilium `pkg/labels/labels.go`.
 *
 * In text a label is `source:key=value`, or `source:key` where the value is empty (`reserved:host`).
 */
export interface Label {
  readonly source: string;
  readonly key: string;
  readonly value: string;
}

/** The label as text, in the form that Hubble and `cilium endpoint list` use. */
export type LabelText = string;

/**
 * The sources that Cilium gives to labels, and `any`, which only selectors use.
 * A selector key with another prefix before its first colon asks for a source that no label has.
 */
export const LABEL_SOURCES = [
  'k8s',
  'reserved',
  'any',
  'cidr',
  'cidrgroup',
  'fqdn',
  'node',
  'container',
  'unspec',
] as const;

/** Keys of identity labels that carry more than a pod's own labels. */
export const NAMESPACE_KEY = 'io.kubernetes.pod.namespace';
export const NAMESPACE_LABELS_PREFIX = 'io.cilium.k8s.namespace.labels.';
export const CLUSTER_KEY = 'io.cilium.k8s.policy.cluster';
export const SERVICE_ACCOUNT_KEY = 'io.cilium.k8s.policy.serviceaccount';
export const CIDR_GROUP_KEY = 'io.cilium.policy.cidrgroupname/';

/** Reads `k8s:app=web`, `reserved:host`, `cidr:10.0.0.0/8`. Without a source it is `unspec`. */
export function parseLabel(text: LabelText): Label {
  const equals = text.indexOf('=');
  const head = equals === -1 ? text : text.slice(0, equals);
  const value = equals === -1 ? '' : text.slice(equals + 1);
  const colon = head.indexOf(':');
  return colon === -1
    ? { source: 'unspec', key: head, value }
    : { source: head.slice(0, colon), key: head.slice(colon + 1), value };
}

export function formatLabel({ source, key, value }: Label): LabelText {
  return value === '' ? `${source}:${key}` : `${source}:${key}=${value}`;
}

/** The value of the `k8s:` label with this key, if there is one. */
export function kubernetesLabel(labels: readonly LabelText[], key: string): string | undefined {
  const bare = `k8s:${key}`;
  const prefix = `${bare}=`;
  for (const label of labels) {
    if (label.startsWith(prefix)) return label.slice(prefix.length);
    if (label === bare) return '';
  }
  return undefined;
}

export function hasReserved(labels: readonly LabelText[], name: string): boolean {
  return labels.includes(`reserved:${name}`);
}
