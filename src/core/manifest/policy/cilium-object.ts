/**
 * What the agent's decoder makes of a policy: the types of Cilium's `pkg/policy/api`, with absent fields absent.
 * `decode` with `ciliumPolicyShape` yields exactly this.
 */
export interface CiliumPolicyData {
  readonly kind?: string;
  readonly metadata?: MetadataData;
  readonly spec?: CiliumRuleData;
  readonly specs?: readonly CiliumRuleData[];
}

export interface MetadataData {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface CiliumRuleData {
  readonly description?: string;
  readonly endpointSelector?: SelectorData;
  readonly nodeSelector?: SelectorData;
  readonly enableDefaultDeny?: { readonly ingress?: boolean; readonly egress?: boolean };
  readonly ingress?: readonly ElementData[];
  readonly ingressDeny?: readonly ElementData[];
  readonly egress?: readonly ElementData[];
  readonly egressDeny?: readonly ElementData[];
}

export interface SelectorData {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly ExpressionData[];
}

export interface ExpressionData {
  readonly key?: string;
  readonly operator?: string;
  readonly values?: readonly string[];
}

/** An element of any of the four lists; each list has only some of these. */
export interface ElementData {
  readonly fromEndpoints?: readonly SelectorData[];
  readonly fromRequires?: readonly (SelectorData | string)[];
  readonly fromCIDR?: readonly string[];
  readonly fromCIDRSet?: readonly CidrRuleData[];
  readonly fromEntities?: readonly string[];
  readonly fromGroups?: readonly object[];
  readonly fromNodes?: readonly SelectorData[];
  readonly toEndpoints?: readonly SelectorData[];
  readonly toRequires?: readonly (SelectorData | string)[];
  readonly toCIDR?: readonly string[];
  readonly toCIDRSet?: readonly CidrRuleData[];
  readonly toEntities?: readonly string[];
  readonly toGroups?: readonly object[];
  readonly toNodes?: readonly SelectorData[];
  readonly toServices?: readonly ServiceData[];
  readonly toFQDNs?: readonly NameData[];
  readonly toPorts?: readonly PortRuleData[];
  readonly icmps?: readonly IcmpRuleData[];
  readonly authentication?: { readonly mode?: string };
}

export interface CidrRuleData {
  readonly cidr?: string;
  readonly cidrGroupRef?: string;
  readonly cidrGroupSelector?: SelectorData;
  readonly except?: readonly string[];
}

export interface NameData {
  readonly matchName?: string;
  readonly matchPattern?: string;
}

export interface ServiceData {
  readonly k8sService?: { readonly serviceName?: string; readonly namespace?: string };
  readonly k8sServiceSelector?: { readonly selector?: SelectorData; readonly namespace?: string };
}

export interface PortRuleData {
  readonly ports?: readonly PortData[];
  readonly terminatingTLS?: object;
  readonly serverNames?: readonly string[];
  readonly listener?: { readonly name?: string };
  readonly rules?: L7Data;
}

export interface PortData {
  readonly port?: string;
  readonly endPort?: number;
  readonly protocol?: string;
}

export interface L7Data {
  readonly http?: readonly HttpData[];
  readonly dns?: readonly NameData[];
  /** These three until 1.19. */
  readonly kafka?: readonly KafkaData[];
  readonly l7?: readonly Readonly<Record<string, string>>[];
  readonly l7proto?: string;
}

export interface HttpData {
  readonly path?: string;
  readonly method?: string;
  readonly host?: string;
  readonly headers?: readonly string[];
  readonly headerMatches?: readonly HeaderMatchData[];
}

export interface HeaderMatchData {
  readonly name?: string;
  readonly value?: string;
  readonly mismatch?: string;
  readonly secret?: { readonly name?: string };
}

export interface KafkaData {
  readonly role?: string;
  readonly apiKey?: string;
  readonly apiVersion?: string;
  readonly topic?: string;
}

export interface IcmpRuleData {
  readonly fields?: readonly IcmpFieldData[];
}

export interface IcmpFieldData {
  readonly family?: string;
  readonly type?: number | string;
}
