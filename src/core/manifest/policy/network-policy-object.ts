import type { MetadataData, SelectorData } from './cilium-object.ts';

/** What a decoder makes of a NetworkPolicy, with absent fields absent. */
export interface NetworkPolicyData {
  readonly metadata?: MetadataData;
  readonly spec?: NetworkPolicySpecData;
}

export interface NetworkPolicySpecData {
  readonly podSelector?: SelectorData;
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly NetworkPolicyRuleData[];
  readonly egress?: readonly NetworkPolicyRuleData[];
}

export interface NetworkPolicyRuleData {
  readonly from?: readonly NetworkPolicyPeerData[];
  readonly to?: readonly NetworkPolicyPeerData[];
  readonly ports?: readonly NetworkPolicyPortData[];
}

export interface NetworkPolicyPeerData {
  readonly ipBlock?: { readonly cidr?: string; readonly except?: readonly string[] };
  readonly namespaceSelector?: SelectorData;
  readonly podSelector?: SelectorData;
}

export interface NetworkPolicyPortData {
  readonly port?: number | string;
  readonly endPort?: number;
  readonly protocol?: string;
}
