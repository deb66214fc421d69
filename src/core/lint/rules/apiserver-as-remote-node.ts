import { PROTOCOLS } from '../../model/port.ts';
import { atRule } from '../at.ts';
import { portNotations } from '../facts/notation.ts';
import { peerPath } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface ApiserverAsRemoteNodeFields {
  readonly ports: readonly string[];
  readonly pod: string;
}

/** Through a tunnel the API server's packets carry the identity of its node; issues 18049, 27967. */
export const apiserverAsRemoteNode: Rule<'apiserver-as-remote-node', ApiserverAsRemoteNodeFields> =
  defineRule({
    id: 'apiserver-as-remote-node',
    name: 'API server admitted under one of its names',
    severity: 'info',
    group: 'surroundings',
    examples: {
      wrong: {
        'webhook.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: webhook
  namespace: certs
spec:
  endpointSelector:
    matchLabels:
      app: webhook
  ingress:
    - fromEntities:
        - kube-apiserver
      toPorts:
        - ports:
            - port: "10250"
              protocol: TCP
`,
      },
      right: {
        'webhook.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: webhook
  namespace: certs
spec:
  endpointSelector:
    matchLabels:
      app: webhook
  ingress:
    - fromEntities:
        - kube-apiserver
        - remote-node
      toPorts:
        - ports:
            - port: "10250"
              protocol: TCP
`,
      },
    },
    check(context, report) {
      for (const site of context.rules) {
        const { rule } = site;
        if (rule.direction !== 'ingress' || rule.effect === 'deny' || rule.peers.kind !== 'some') continue;
        const index = rule.peers.peers.findIndex(
          (peer) => peer.kind === 'entity' && peer.entity === 'kube-apiserver',
        );
        if (index === -1) continue;
        const world = context.world();
        const { engine } = world;
        const node = engine.find('remote-node');
        const terms = (world.entryOf(rule)?.ports ?? []).flatMap((term) =>
          term.kind === 'range' ? [term] : [],
        );
        const pod = world
          .subjectsOf(rule)
          .find(
            (one) =>
              node !== undefined &&
              terms.some(
                ({ protocol, low }) =>
                  !engine.compiled.ports.contains(
                    engine.ingressPorts(node, one),
                    PROTOCOLS.indexOf(protocol),
                    low,
                  ),
              ),
          );
        if (pod === undefined) continue;
        report({
          at: atRule(context, site, peerPath(site, index)),
          fields: { ports: portNotations(rule.ports), pod: world.idOf(pod) },
        });
      }
    },
  });
