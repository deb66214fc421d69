/** A kind of the Kubernetes API that is read. */
export interface ClusterKind {
  /** Empty for the core group. */
  readonly group: string;
  /** Versions, the best first: an older Cilium serves some kinds only as `v2alpha1`. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly isNamespaced: boolean;
}

/** Every kind that Propolis reads of a cluster, and no other. `docs/rbac.md` has the roles. */
export const CLUSTER_KIND_NAMES = [
  'Namespace',
  'Pod',
  'Service',
  'EndpointSlice',
  'Node',
  'ConfigMap',
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'CiliumCIDRGroup',
  'CiliumIdentity',
  'CiliumEndpoint',
] as const;
export type ClusterKindName = (typeof CLUSTER_KIND_NAMES)[number];

export const CLUSTER_KINDS: Readonly<Record<ClusterKindName, ClusterKind>> = {
  Namespace: { group: '', versions: ['v1'], plural: 'namespaces', isNamespaced: false },
  Pod: { group: '', versions: ['v1'], plural: 'pods', isNamespaced: true },
  Service: { group: '', versions: ['v1'], plural: 'services', isNamespaced: true },
  EndpointSlice: {
    group: 'discovery.k8s.io',
    versions: ['v1'],
    plural: 'endpointslices',
    isNamespaced: true,
  },
  Node: { group: '', versions: ['v1'], plural: 'nodes', isNamespaced: false },
  ConfigMap: { group: '', versions: ['v1'], plural: 'configmaps', isNamespaced: true },
  NetworkPolicy: {
    group: 'networking.k8s.io',
    versions: ['v1'],
    plural: 'networkpolicies',
    isNamespaced: true,
  },
  CiliumNetworkPolicy: {
    group: 'cilium.io',
    versions: ['v2'],
    plural: 'ciliumnetworkpolicies',
    isNamespaced: true,
  },
  CiliumClusterwideNetworkPolicy: {
    group: 'cilium.io',
    versions: ['v2'],
    plural: 'ciliumclusterwidenetworkpolicies',
    isNamespaced: false,
  },
  CiliumCIDRGroup: {
    group: 'cilium.io',
    versions: ['v2', 'v2alpha1'],
    plural: 'ciliumcidrgroups',
    isNamespaced: false,
  },
  CiliumIdentity: { group: 'cilium.io', versions: ['v2'], plural: 'ciliumidentities', isNamespaced: false },
  CiliumEndpoint: { group: 'cilium.io', versions: ['v2'], plural: 'ciliumendpoints', isNamespaced: true },
};

/** An object as the API server gives it. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ClusterMetadata;
  readonly [member: string]: unknown;
}

export interface ClusterMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
  readonly managedFields?: readonly unknown[];
}

/** What must be granted: a line of an RBAC rule. */
export interface Permission {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** `pods`, `pods/portforward`. */
  readonly resource: string;
  /** Empty: in all namespaces, or of no namespace. */
  readonly namespace: string;
  /** Empty: all of them. */
  readonly name: string;
}

/** Which cluster it is that a command touches. */
export interface ClusterIdentity {
  /** The kubeconfig's context; empty within a pod, or for a snapshot. */
  readonly context: string;
  /** The API server's URL; empty for a snapshot. */
  readonly server: string;
}
