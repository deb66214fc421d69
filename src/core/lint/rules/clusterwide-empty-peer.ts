import { atRule } from '../at.ts';
import { isClusterwideEmptyPeer, isHole } from '../facts/empty-peer.ts';
import { portNotations } from '../facts/notation.ts';
import { peerPath } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface ClusterwideEmptyPeerFields {
  readonly direction: 'ingress' | 'egress';
  /** Whether it is hardly meant: pods of many namespaces, or every port. */
  readonly isHole: boolean;
  /** Empty: every port. */
  readonly ports: readonly string[];
  /** How many namespaces of the files it joins. */
  readonly namespaces: number;
}

/** Cilium `pkg/k8s/apis/cilium.io/utils/utils.go`, PR 12890. */
export const clusterwideEmptyPeer: Rule<'clusterwide-empty-peer', ClusterwideEmptyPeerFields> = defineRule({
  id: 'clusterwide-empty-peer',
  name: 'Empty peer in a clusterwide policy',
  severity: 'error',
  group: 'selectors',
  examples: {
    wrong: {
      'intra-namespace.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: intra-namespace
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - {}
`,
    },
    right: {
      'intra-namespace.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: intra-namespace
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - {}
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { policy, spec, rule } = site;
      if (!isClusterwideEmptyPeer(policy, rule) || rule.peers.kind !== 'some') continue;
      const index = rule.peers.peers.findIndex(
        (peer) => peer.kind === 'endpoints' && peer.selector.requirements.length === 0,
      );
      const world = context.world();
      const pods = world.subjectsOf(rule).filter((pod) => world.isReal(pod));
      report({
        at: atRule(context, site, peerPath(site, index)),
        fields: {
          direction: rule.direction,
          isHole: isHole(policy, spec, rule),
          ports: portNotations(rule.ports),
          namespaces: new Set(pods.map((pod) => world.namespaceOf(pod))).size,
        },
        severity: isHole(policy, spec, rule) ? 'error' : 'info',
        key: rule.direction,
      });
    }
  },
});
