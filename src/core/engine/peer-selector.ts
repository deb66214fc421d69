import { type Cidr, formatCidr, parseAddressOrCidr } from '../model/cidr.ts';
import type { NamePattern } from '../model/l7.ts';
import { CIDR_GROUP_KEY, CLUSTER_KEY, NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../model/label.ts';
import { type AgentOptions, isAtLeast } from '../model/options.ts';
import type { Peer, Policy, PolicySpec } from '../model/policy.ts';
import { type Requirement, requirement, type Selector, selectorKey, WILDCARD } from '../model/selector.ts';
import type { CidrGroup, Service } from '../model/world.ts';

/** What a rule's peer comes down to: a predicate over one identity's labels. */
export type IdentitySelector =
  | {
      readonly kind: 'labels';
      readonly selector: Selector;
      /** Whether it also selects every pod, by way of an aggregate; see {@link selectsAggregate}. */
      readonly aggregate?: boolean;
    }
  | {
      readonly kind: 'cidr';
      readonly cidrs: readonly Cidr[];
      readonly except: readonly Cidr[];
      readonly group: string;
    }
  | { readonly kind: 'fqdn'; readonly pattern: NamePattern };

/** What resolving a peer needs besides the peer. */
export interface PeerContext {
  readonly policy: Policy;
  readonly spec: PolicySpec;
  readonly options: AgentOptions;
  readonly services: readonly Service[];
  readonly cidrGroups: readonly CidrGroup[];
}

export type Unresolved =
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'cidr-group'; readonly name: string }
  | { readonly kind: 'cloud-group' };

export interface ResolvedPeer {
  readonly selectors: readonly IdentitySelector[];
  readonly unresolved?: Unresolved;
}

/** The subject's selector with the policy's namespace. Cilium `pkg/k8s/apis/cilium.io/utils/utils.go`. */
export function subjectSelector(policy: Policy, spec: PolicySpec): Selector {
  if (policy.namespace === '' || spec.subject.kind === 'nodes') return spec.subject.selector;
  // A `k8s:` label for another namespace is overwritten; any other wish for one stays, and then selects nothing.
  const kept = spec.subject.selector.requirements.filter(
    ({ source, key, isLabel }) => !(isLabel === true && source === 'k8s' && key === NAMESPACE_KEY),
  );
  return { requirements: [...kept, namespaceIs(policy.namespace)] };
}

/** One peer as written, as predicates of which any may hold. */
export function resolvePeer(peer: Peer, context: PeerContext): ResolvedPeer {
  const { policy, options } = context;
  switch (peer.kind) {
    case 'endpoints':
      return endpoints(endpointPeer(peer.selector, context), options);
    case 'nodes':
      return labels(
        withCluster(
          { requirements: [...peer.selector.requirements, requirement(REMOTE_NODE, 'Exists')] },
          options,
        ),
      );
    case 'entity':
      return {
        selectors: entitySelectors(peer.entity, options).map((selector) => ({ kind: 'labels', selector })),
      };
    case 'cidr':
      return { selectors: [cidrSelector([peer.cidr], peer.except, options)] };
    case 'cidr-group':
      return cidrGroupPeer(peer, context);
    case 'fqdn':
      return { selectors: [{ kind: 'fqdn', pattern: peer.pattern }] };
    case 'service':
    case 'service-selector':
      return servicePeer(peer, context);
    case 'pods':
      return endpoints(podsPeer(peer, policy, options), options);
    case 'cloud-group':
      return { selectors: [], unresolved: { kind: 'cloud-group' } };
  }
}

/** `fromEndpoints`, `toEndpoints`: the table of namespaces that Cilium adds (same file, 1.18 to 1.20). */
function endpointPeer(selector: Selector, { policy, spec, options }: PeerContext): Selector {
  const { requirements } = selector;
  if (requirements.some(({ source }) => source === 'reserved')) return selector;
  const isClusterwide = policy.namespace === '';
  const added: Requirement[] = [];
  if (!requirements.some(isAbout((key) => key === NAMESPACE_KEY))) {
    const byNamespaceLabel = requirements.some(isAbout((key) => key.startsWith(NAMESPACE_LABELS_PREFIX)));
    if (isClusterwide) {
      if (!mentionsInit(spec.subject.selector)) added.push(requirement(NAMESPACE, 'Exists'));
    } else if (!byNamespaceLabel) {
      added.push(namespaceIs(policy.namespace));
    }
  }
  return withCluster({ requirements: [...requirements, ...added] }, options);
}

function isAbout(test: (key: string) => boolean): (requirement: Requirement) => boolean {
  return ({ source, key }) => (source === 'k8s' || source === 'any') && test(key);
}

function mentionsInit(selector: Selector): boolean {
  return selector.requirements.some(({ source, key }) => source === 'reserved' && key === 'init');
}

function withCluster(selector: Selector, options: AgentOptions): Selector {
  if (!options.defaultLocalCluster) return selector;
  if (selector.requirements.some(isAbout((key) => key === CLUSTER_KEY))) return selector;
  return { requirements: [...selector.requirements, requirement(CLUSTER, 'In', [options.clusterName])] };
}

/** A peer of a Kubernetes NetworkPolicy. Cilium `pkg/k8s/network_policy.go`. */
function podsPeer(
  peer: { readonly pods?: Selector; readonly namespaces?: Selector },
  policy: Policy,
  options: AgentOptions,
): Selector {
  const pods = peer.pods?.requirements ?? [];
  const namespace = policy.namespace === '' ? 'default' : policy.namespace;
  if (peer.namespaces === undefined) {
    return withCluster({ requirements: [...pods, namespaceIs(namespace)] }, options);
  }
  const byLabels = peer.namespaces.requirements.map((wanted) => ({
    ...wanted,
    source: 'k8s',
    key: `${NAMESPACE_LABELS_PREFIX}${wanted.key}`,
  }));
  const namespaces = byLabels.length === 0 ? [requirement(NAMESPACE, 'Exists')] : byLabels;
  return withCluster({ requirements: [...namespaces, ...pods] }, options);
}

/** Cilium `pkg/policy/api/entity.go`, 1.20; an entity of no meaning selects nothing. */
export function entitySelectors(entity: string, options: AgentOptions): readonly Selector[] {
  switch (entity) {
    case 'all':
      return [WILDCARD];
    case 'world':
      return ['world', 'world-ipv4', 'world-ipv6'].map(reserved);
    case 'cluster':
      return [
        ...CLUSTER_RESERVED.map(reserved),
        { requirements: [requirement(CLUSTER, 'In', [options.clusterName])] },
      ];
    case 'cluster-mesh':
      return [...CLUSTER_RESERVED.map(reserved), { requirements: [requirement(CLUSTER, 'Exists')] }];
    case 'world-ipv4':
    case 'world-ipv6':
    case 'host':
    case 'remote-node':
    case 'kube-apiserver':
    case 'health':
    case 'init':
    case 'ingress':
    case 'unmanaged':
    case 'none':
      return [reserved(entity)];
    default:
      return [];
  }
}

const CLUSTER_RESERVED = ['host', 'remote-node', 'init', 'ingress', 'health', 'unmanaged', 'kube-apiserver'];

/** `/0` asks for the world label of its family. Cilium `pkg/labels/cidr.go` (`getWorldLabel`). */
function cidrSelector(
  cidrs: readonly Cidr[],
  except: readonly Cidr[],
  options: AgentOptions,
  group = '',
): IdentitySelector {
  const [only] = cidrs;
  if (
    cidrs.length === 1 &&
    only !== undefined &&
    only.length === 0 &&
    !options.cidrMatchMode.includes('pods')
  ) {
    const world = reserved(worldName(only.family, options)).requirements;
    const excluded = except.map((cidr) =>
      requirement({ source: 'cidr', key: formatCidr(cidr) }, 'DoesNotExist'),
    );
    return { kind: 'labels', selector: { requirements: [...world, ...excluded] } };
  }
  return { kind: 'cidr', cidrs, except, group };
}

/** The name of the reserved identity of the outside, for an address family. */
export function worldName(
  family: 4 | 6,
  { ipv4, ipv6 }: AgentOptions,
): 'world' | 'world-ipv4' | 'world-ipv6' {
  if (family === 4) return ipv4 && !ipv6 ? 'world' : 'world-ipv4';
  return ipv6 && !ipv4 ? 'world' : 'world-ipv6';
}

function cidrGroupPeer(
  peer: Extract<Peer, { readonly kind: 'cidr-group' }>,
  { options, cidrGroups }: PeerContext,
): ResolvedPeer {
  const wanted = peer.group;
  if ('ref' in wanted) {
    const group = cidrGroups.find(({ name }) => name === wanted.ref);
    const selector = cidrSelector(group?.cidrs ?? [], peer.except, options, wanted.ref);
    return group === undefined
      ? { selectors: [selector], unresolved: { kind: 'cidr-group', name: wanted.ref } }
      : { selectors: [selector] };
  }
  const chosen = cidrGroups.filter((group) => holdsForPlain(wanted.selector, group.labels));
  return { selectors: chosen.map((group) => cidrSelector(group.cidrs, peer.except, options, group.name)) };
}

/** Cilium `pkg/policy/k8s/service.go`, 1.17 and later: selectors of Services, or the backends' addresses. */
function servicePeer(
  peer: Extract<Peer, { readonly kind: 'service' | 'service-selector' }>,
  context: PeerContext,
): ResolvedPeer {
  const found = context.services.filter(
    (service) =>
      (peer.namespace === '' || service.namespace === peer.namespace) &&
      (peer.kind === 'service' ? service.name === peer.name : holdsForPlain(peer.selector, service.labels)),
  );
  const selectors: IdentitySelector[] = [];
  for (const service of found) {
    const wanted = Object.entries(service.selector ?? {});
    if (wanted.length > 0) {
      const requirements = wanted.map(([key, value]) => requirement({ source: 'any', key }, 'In', [value]));
      const selector = { requirements: [...requirements, namespaceIs(service.namespace)] };
      selectors.push({ kind: 'labels', selector: withCluster(selector, context.options) });
    } else {
      const backends = (service.backends ?? []).flatMap((text) => parseAddressOrCidr(text) ?? []);
      if (backends.length > 0) selectors.push(cidrSelector(backends, [], context.options));
    }
  }
  if (found.length > 0) return { selectors };
  const name = peer.kind === 'service' ? `${peer.namespace === '' ? '*' : peer.namespace}/${peer.name}` : '*';
  return { selectors, unresolved: { kind: 'service', name } };
}

/** A selector over plain Kubernetes labels: sources do not count. */
export function holdsForPlain(selector: Selector, plain: Readonly<Record<string, string>>): boolean {
  return selector.requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(plain, key) ? plain[key] : undefined;
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
    }
  });
}

/** The label key by which an identity says that it is in a CIDR group. */
export function cidrGroupLabelKey(group: string): string {
  return `${CIDR_GROUP_KEY}${group}`;
}

const NAMESPACE = selectorKey(`k8s:${NAMESPACE_KEY}`, 'k8s');
const CLUSTER = selectorKey(`k8s:${CLUSTER_KEY}`, 'k8s');
const REMOTE_NODE = { source: 'reserved', key: 'remote-node' };

function namespaceIs(namespace: string): Requirement {
  return requirement(NAMESPACE, 'In', [namespace]);
}

function reserved(name: string): Selector {
  return { requirements: [requirement({ source: 'reserved', key: name }, 'Exists')] };
}

function endpoints(selector: Selector, options: AgentOptions): ResolvedPeer {
  return { selectors: [{ kind: 'labels', selector, aggregate: selectsAggregate(selector, options) }] };
}

/**
 * From 1.20 the datapath also looks up an identity's aggregate, and the aggregate of the cluster is an identity
 * with a single reserved label. A selector of negative requirements alone holds for it, and so admits every
 * pod, even those whose labels it was to exclude (cilium#46949, `pkg/policy/aggregate.go`). Reserved identities
 * are numbered below 100 and have no aggregate.
 */
function selectsAggregate({ requirements }: Selector, { version }: AgentOptions): boolean {
  return (
    isAtLeast(version, '1.20') &&
    requirements.length > 0 &&
    requirements.every(({ operator }) => operator === 'NotIn' || operator === 'DoesNotExist')
  );
}

function labels(selector: Selector): ResolvedPeer {
  return { selectors: [{ kind: 'labels', selector }] };
}
