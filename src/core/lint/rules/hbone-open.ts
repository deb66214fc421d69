import { NAMESPACE_KEY } from '../../model/label.ts';
import type { Peer } from '../../model/policy.ts';
import { atRule } from '../at.ts';
import type { RuleSite } from '../context.ts';
import { isAmbient, MESH_LABEL } from '../facts/mesh.ts';
import { peerNotation } from '../facts/notation.ts';
import { asksNamespaceLabel } from '../facts/selectors.ts';
import { portPath } from '../facts/sites.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface HboneOpenFields {
  readonly port: number;
  readonly peer: string;
  readonly direction: 'ingress' | 'egress';
  /** Namespaces in the mesh that it joins. */
  readonly namespaces: number;
  /** Whether an AuthorizationPolicy of Istio is in the files, which may decide inside the tunnel. */
  readonly hasAuthorization: boolean;
}

/** Istio ambient: all ports travel in one, which Cilium sees; istio/istio#52208. */
export const hboneOpen: Rule<'hbone-open', HboneOpenFields> = defineRule({
  id: 'hbone-open',
  name: "The mesh's tunnel open between everyone",
  severity: 'warning',
  group: 'both-ends',
  examples: {
    wrong: {
      'namespaces.yaml': namespacesExample(),
      'mesh.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: mesh
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.istio.io/dataplane-mode: ambient
  ingress:
    - fromEntities:
        - cluster
      toPorts:
        - ports:
            - port: "15008"
              protocol: TCP
`,
    },
    right: {
      'namespaces.yaml': namespacesExample(),
      'mesh.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: from-gateway
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromCIDR:
        - 169.254.0.0/16
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: istio-gateway
      toPorts:
        - ports:
            - port: "15008"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const members = context.namespaces.all.filter(({ name }) => isAmbient(context, name));
    const { port } = context.catalog.mesh;
    const open = context.rules.filter((site) => joinsEveryone(site, port));
    if (members.length < 2 || open.length === 0) return;
    const hasAuthorization = context.documents.containing('AuthorizationPolicy').length > 0;
    // One policy opens both ways; its way in is what matters.
    const shown = open.filter(
      ({ policy, rule }) =>
        rule.direction === 'ingress' ||
        !open.some((other) => other.policy === policy && other.rule.direction === 'ingress'),
    );
    for (const site of shown) {
      const { rule } = site;
      const peer = rule.peers.kind === 'some' ? rule.peers.peers.find(isEveryone) : undefined;
      report({
        at: atRule(context, site, portPath(site, 'TCP', port)),
        fields: {
          port,
          peer: peer === undefined ? '' : peerNotation(peer),
          direction: rule.direction,
          namespaces: members.length,
          hasAuthorization,
        },
        key: rule.direction,
      });
    }
  },
});

/** Whether a clusterwide rule admits the tunnel's port between all members, by naming that port. */
function joinsEveryone({ policy, rule }: RuleSite, port: number): boolean {
  return (
    policy.kind === 'CiliumClusterwideNetworkPolicy' &&
    rule.effect === 'allow' &&
    rule.peers.kind === 'some' &&
    rule.peers.peers.some(isEveryone) &&
    (rule.ports ?? []).some(({ ports }) =>
      ports.some((match) => match.kind === 'port' && match.port === port && (match.endPort ?? 0) <= port),
    )
  );
}

function isEveryone(peer: Peer): boolean {
  if (peer.kind === 'entity') return peer.entity === 'cluster' || peer.entity === 'all';
  if (peer.kind !== 'endpoints') return false;
  const { requirements } = peer.selector;
  return (
    requirements.length === 0 ||
    asksNamespaceLabel(peer.selector, MESH_LABEL) ||
    requirements.every(({ key, operator }) => key === NAMESPACE_KEY && operator === 'Exists')
  );
}

function namespacesExample(): string {
  return `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
---
apiVersion: v1
kind: Namespace
metadata:
  name: blog
  labels:
    istio.io/dataplane-mode: ambient
`;
}
