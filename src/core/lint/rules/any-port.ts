import { enforcementLabel } from '../../catalog/index.ts';
import { NAMESPACE_KEY, NAMESPACE_LABELS_PREFIX } from '../../model/label.ts';
import type { Peer, PortRule } from '../../model/policy.ts';
import { atRule } from '../at.ts';
import type { LintContext, RuleSite } from '../context.ts';
import { isDocumented, isLinkLocal } from '../facts/addresses.ts';
import { isClusterwideEmptyPeer } from '../facts/empty-peer.ts';
import { peerNotation } from '../facts/notation.ts';
import { asksNamespaceLabel, namespacesAsked } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface AnyPortFields {
  readonly direction: 'ingress' | 'egress';
  readonly peers: readonly string[];
  /** Whether the peers are the world, the cluster, or everyone. */
  readonly isWide: boolean;
  /** Whether it is about the policy's own namespace alone. */
  readonly isOwn: boolean;
  /** `no-ports`: none are written. `all-ports`: port 0, or a range of all. */
  readonly how: 'no-ports' | 'all-ports';
}

export const anyPort: Rule<'any-port', AnyPortFields> = defineRule({
  id: 'any-port',
  name: 'Any port',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toEntities:
        - world
`,
    },
    right: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toEntities:
        - world
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const hatch = enforcementLabel(context.catalog);
    for (const site of context.rules) {
      const { policy, spec, rule } = site;
      if (rule.effect === 'deny' || rule.peers.kind !== 'some') continue;
      if (rule.ports !== undefined && !rule.ports.some(isEveryPort)) continue;
      // The hatch is there to open everything, and `clusterwide-empty-peer` says more about the other.
      if (asksNamespaceLabel(spec.subject.selector, hatch) || isClusterwideEmptyPeer(policy, rule)) continue;
      const peers = rule.peers.peers.filter((peer) => !isExempt(peer, site, context));
      if (peers.length === 0) continue;
      const isWide = peers.some(isWidePeer);
      const isOwn = peers.every((peer) => isOwnNamespace(peer, policy.namespace));
      report({
        at: atRule(context, site),
        fields: {
          direction: rule.direction,
          peers: peers.map(peerNotation),
          isWide,
          isOwn,
          how: rule.ports === undefined ? 'no-ports' : 'all-ports',
        },
        severity: isOwn ? 'info' : isWide && context.usesModel ? 'error' : 'warning',
        key: peers.map(peerNotation).join(','),
      });
    }
  },
});

function isEveryPort({ ports, l7 }: PortRule): boolean {
  if (l7 !== undefined) return false;
  return ports.some(
    (match) =>
      match.kind === 'port' && (match.port === 0 || (match.port === 1 && (match.endPort ?? 0) >= 65_535)),
  );
}

/** Probes come from the node to whatever port a pod declares, so no list of ports would hold. */
function isExempt(peer: Peer, { rule }: RuleSite, { catalog }: LintContext): boolean {
  if (peer.kind === 'endpoints') return asksNamespaceLabel(peer.selector, enforcementLabel(catalog));
  if (rule.direction !== 'ingress') return false;
  if (peer.kind === 'entity') return PROBING.has(peer.entity);
  return (
    peer.kind === 'cidr' &&
    (isLinkLocal(peer.cidr) || isDocumented({ ...catalog, externalRanges: [] }, peer.cidr))
  );
}

const PROBING: ReadonlySet<string> = new Set(['health', 'host', 'remote-node', 'kube-apiserver', 'none']);

/** In a namespaced policy a peer without a namespace is one of its own. */
function isOwnNamespace(peer: Peer, namespace: string): boolean {
  if (namespace === '') return false;
  if (peer.kind === 'pods') return peer.namespaces === undefined;
  if (peer.kind !== 'endpoints') return false;
  const asked = namespacesAsked(peer.selector);
  const isElsewhere = peer.selector.requirements.some(
    ({ source, key }) =>
      source === 'reserved' || key === NAMESPACE_KEY || key.startsWith(NAMESPACE_LABELS_PREFIX),
  );
  return asked.length === 0 ? !isElsewhere : asked.every((name) => name === namespace);
}

function isWidePeer(peer: Peer): boolean {
  switch (peer.kind) {
    case 'entity':
      return WIDE.has(peer.entity);
    case 'cidr':
      return peer.cidr.length === 0;
    case 'endpoints':
      return false;
    case 'pods':
      return peer.namespaces?.requirements.length === 0 && (peer.pods?.requirements.length ?? 0) === 0;
    case 'nodes':
    case 'cidr-group':
    case 'fqdn':
    case 'service':
    case 'service-selector':
    case 'cloud-group':
      return false;
  }
}

const WIDE: ReadonlySet<string> = new Set([
  'all',
  'world',
  'cluster',
  'cluster-mesh',
  'world-ipv4',
  'world-ipv6',
]);
