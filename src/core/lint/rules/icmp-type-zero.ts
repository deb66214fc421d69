import { atRule } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface IcmpTypeZeroFields {
  readonly direction: 'ingress' | 'egress';
  readonly isDeny: boolean;
}

/** Type 0 becomes port 0, the wildcard; issue 41304. */
export const icmpTypeZero: Rule<'icmp-type-zero', IcmpTypeZeroFields> = defineRule({
  id: 'icmp-type-zero',
  name: 'ICMP type 0',
  severity: 'warning',
  group: 'rules',
  examples: {
    wrong: {
      'ping.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: ping
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toEntities:
        - world
      icmps:
        - fields:
            - type: EchoReply
              family: IPv4
`,
    },
    right: {
      'ping.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: ping
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toEntities:
        - world
      icmps:
        - fields:
            - type: EchoRequest
              family: IPv4
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { rule } = site;
      for (const [i, { ports }] of (rule.ports ?? []).entries()) {
        const j = ports.findIndex(
          (match) => match.kind === 'icmp' && match.type === 0 && match.family === 'IPv4',
        );
        if (j === -1) continue;
        report({
          at: atRule(context, site, ['icmps', i, 'fields', j, 'type']),
          fields: { direction: rule.direction, isDeny: rule.effect === 'deny' },
        });
      }
    }
  },
});
