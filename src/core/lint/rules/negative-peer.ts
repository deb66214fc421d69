import { resolvePeer } from '../../engine/peer-selector.ts';
import { atRule } from '../at.ts';
import { peerNotation } from '../facts/notation.ts';
import { peerPath } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface NegativePeerFields {
  readonly peer: string;
  readonly direction: 'ingress' | 'egress';
  /** Whether pods that it was to leave out are admitted all the same (1.20 and later). */
  readonly admitsExcluded: boolean;
}

/** Cilium issue 46949; `pkg/policy/aggregate.go` of 1.20. */
export const negativePeer: Rule<'negative-peer', NegativePeerFields> = defineRule({
  id: 'negative-peer',
  name: 'Peer of negative requirements alone',
  severity: 'error',
  group: 'selectors',
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
  ingress:
    - fromEndpoints:
        - matchExpressions:
            - key: reserved:world
              operator: DoesNotExist
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
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
  ingress:
    - fromEndpoints:
        - matchExpressions:
            - key: io.kubernetes.pod.namespace
              operator: Exists
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const { read, agent } = context;
    for (const site of context.rules) {
      const { policy, spec, rule } = site;
      if (rule.effect === 'deny' || rule.peers.kind !== 'some') continue;
      for (const [i, peer] of rule.peers.peers.entries()) {
        if (peer.kind !== 'endpoints' && peer.kind !== 'pods') continue;
        const peerContext = {
          policy,
          spec,
          options: agent,
          services: read.services,
          cidrGroups: read.cidrGroups,
        };
        const [resolved] = resolvePeer(peer, peerContext).selectors;
        if (resolved?.kind !== 'labels') continue;
        const { requirements } = resolved.selector;
        const isNegative =
          requirements.length > 0 &&
          requirements.every(({ operator }) => operator === 'NotIn' || operator === 'DoesNotExist');
        if (!isNegative) continue;
        report({
          at: atRule(context, site, peerPath(site, i)),
          fields: {
            peer: peerNotation(peer),
            direction: rule.direction,
            admitsExcluded: resolved.aggregate === true,
          },
          key: peerNotation(peer),
        });
      }
    }
  },
});
