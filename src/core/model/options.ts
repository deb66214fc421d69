/** Cilium versions whose rules are known. `main` is the development line after 1.20. */
export const CILIUM_VERSIONS = ['1.18', '1.19', '1.20', 'main'] as const;
export type CiliumVersion = (typeof CILIUM_VERSIONS)[number];
export const DEFAULT_CILIUM_VERSION: CiliumVersion = '1.20';

export const ENFORCEMENT_MODES = ['default', 'always', 'never'] as const;
export type EnforcementMode = (typeof ENFORCEMENT_MODES)[number];

/** The agent's options that change a verdict, by the names of its flags. */
export interface AgentOptions {
  readonly version: CiliumVersion;
  /** `enable-policy` */
  readonly enforcement: EnforcementMode;
  /** `allow-localhost`: `auto` is `always` in Kubernetes. */
  readonly allowLocalhost: 'auto' | 'always' | 'policy';
  /** `policy-default-local-cluster`: off in 1.18, on from 1.19. */
  readonly defaultLocalCluster: boolean;
  /** `cluster-name` */
  readonly clusterName: string;
  /** `policy-cidr-match-mode`; `pods` from 1.20. */
  readonly cidrMatchMode: readonly ('nodes' | 'pods')[];
  /** `enable-host-firewall` */
  readonly hostFirewall: boolean;
  /** `enable-ipv4` */
  readonly ipv4: boolean;
  /** `enable-ipv6` */
  readonly ipv6: boolean;
  /** `enable-node-selector-labels` */
  readonly nodeSelectorLabels: boolean;
  /** `enable-extended-ip-protocols` */
  readonly extendedProtocols: boolean;
  /** `enable-icmp-rules` */
  readonly icmpRules: boolean;
  /** `enable-l7-proxy` */
  readonly l7Proxy: boolean;
  /** `enable-non-default-deny-policies` */
  readonly nonDefaultDeny: boolean;
}

/** The agent's defaults for a version, with what is given on top. */
export function agentOptions(given: Partial<AgentOptions> = {}): AgentOptions {
  const version = given.version ?? DEFAULT_CILIUM_VERSION;
  return {
    version,
    enforcement: 'default',
    allowLocalhost: 'auto',
    defaultLocalCluster: version !== '1.18',
    clusterName: 'default',
    cidrMatchMode: [],
    hostFirewall: false,
    ipv4: true,
    ipv6: false,
    nodeSelectorLabels: false,
    extendedProtocols: false,
    icmpRules: true,
    l7Proxy: true,
    nonDefaultDeny: true,
    ...given,
  };
}

/** Whether `version` has what came with `since`. */
export function isAtLeast(version: CiliumVersion, since: CiliumVersion): boolean {
  return CILIUM_VERSIONS.indexOf(version) >= CILIUM_VERSIONS.indexOf(since);
}
