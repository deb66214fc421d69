import {
  CLUSTER_KEY,
  type LabelText,
  NAMESPACE_KEY,
  NAMESPACE_LABELS_PREFIX,
  SERVICE_ACCOUNT_KEY,
} from './label.ts';

/** Reserved identities by number. Cilium `pkg/identity/numericidentity.go`; 9 and 10 in dual stack only. */
export const RESERVED_IDENTITIES = {
  1: 'host',
  2: 'world',
  3: 'unmanaged',
  4: 'health',
  5: 'init',
  6: 'remote-node',
  7: 'kube-apiserver',
  8: 'ingress',
  9: 'world-ipv4',
  10: 'world-ipv6',
} as const;

export type ReservedName = (typeof RESERVED_IDENTITIES)[keyof typeof RESERVED_IDENTITIES];

/**
 * The labels of a reserved identity. The API server on another node is a remote node too
 * (identity 7, Cilium `pkg/labels/labels.go` and `pkg/ipcache/metadata.go`).
 */
export function reservedLabels(name: ReservedName): readonly LabelText[] {
  return name === 'kube-apiserver'
    ? ['reserved:kube-apiserver', 'reserved:remote-node']
    : [`reserved:${name}`];
}

// Cilium `pkg/labelsfilter/filter.go`, the defaults of 1.18 to 1.20. Each is anchored at the key's start.
const INCLUDED = [
  /^io\.kubernetes\.pod\.namespace/,
  /^io\.cilium\.k8s\.namespace\.labels/,
  /^app\.kubernetes\.io/,
  /^io\.cilium\.k8s\.policy\.cluster/,
  /^io\.cilium\.k8s\.policy\.serviceaccount/,
];
const IGNORED = [
  /^io\.kubernetes/,
  /^kubernetes\.io/,
  /^statefulset\.kubernetes\.io\/pod-name/,
  /^apps\.kubernetes\.io\/pod-index/,
  /^batch\.kubernetes\.io\/job-completion-index/,
  /^batch\.kubernetes\.io\/controller-uid/,
  /^.{0,253}beta\.kubernetes\.io/,
  /^k8s\.io/,
  /^pod-template-generation/,
  /^pod-template-hash/,
  /^controller-revision-hash/,
  /^controller-uid/,
  /^annotation.{0,253}/,
  /^etcd_node/,
  /^topology\.kubernetes\.io/,
];

/**
 * Whether Cilium's default filter keeps a pod label of this key in the identity.
 * Kept: nothing ignores it, or the longest include is longer than the shortest ignore.
 */
export function isIdentityLabel(key: string): boolean {
  let ignored = Number.POSITIVE_INFINITY;
  for (const pattern of IGNORED) {
    const match = pattern.exec(key);
    if (match !== null) ignored = Math.min(ignored, match[0].length);
  }
  if (ignored === Number.POSITIVE_INFINITY) return true;
  let included = 0;
  for (const pattern of INCLUDED) {
    const match = pattern.exec(key);
    if (match !== null) included = Math.max(included, match[0].length);
  }
  return included > ignored;
}

export interface PodIdentityParts {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** `default` where the pod names none, as the API server fills it in. */
  readonly serviceAccount?: string;
  readonly cluster: string;
}

/**
 * The identity labels of a pod, sorted. Cilium `pkg/k8s/utils/utils.go` (`SanitizePodLabels`): pod labels that
 * begin with `io.cilium.k8s` are dropped, namespace labels are added under their prefix, then the filter runs.
 */
export function podIdentityLabels(parts: PodIdentityParts): readonly LabelText[] {
  const labels = new Map<string, string>();
  for (const [key, value] of Object.entries(parts.podLabels)) {
    if (!key.startsWith('io.cilium.k8s')) labels.set(key, value);
  }
  for (const [key, value] of Object.entries(parts.namespaceLabels)) {
    labels.set(`${NAMESPACE_LABELS_PREFIX}${key}`, value);
  }
  labels.set(NAMESPACE_KEY, parts.namespace);
  labels.set(SERVICE_ACCOUNT_KEY, parts.serviceAccount ?? 'default');
  labels.set(CLUSTER_KEY, parts.cluster);
  const texts: string[] = [];
  for (const [key, value] of labels) {
    if (isIdentityLabel(key)) texts.push(value === '' ? `k8s:${key}` : `k8s:${key}=${value}`);
  }
  return texts.sort();
}
