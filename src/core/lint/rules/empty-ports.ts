import { fieldAt } from '../../manifest/yaml/fields.ts';
import { atRule } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface EmptyPortsFields {
  readonly direction: 'ingress' | 'egress';
  /** Whether the rule has other lines of ports, which still count. */
  readonly hasOthers: boolean;
  readonly isDeny: boolean;
  /** Whether it is a list of ICMP types. */
  readonly isIcmp: boolean;
}

/** Cilium `pkg/policy/utils/parserules.go`: a list of ports without a port matches nothing. */
export const emptyPorts: Rule<'empty-ports', EmptyPortsFields> = defineRule({
  id: 'empty-ports',
  name: 'Ports without a port',
  severity: 'error',
  group: 'rules',
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
    - fromEntities:
        - ingress
      toPorts:
        - ports: []
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
    - fromEntities:
        - ingress
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { policy, rule } = site;
      for (const [i, { ports }] of (rule.ports ?? []).entries()) {
        if (ports.length > 0) continue;
        // One rule has either ports or ICMP types.
        const isIcmp = fieldAt(context.documents.written(policy), [...rule.path, 'icmps']) !== undefined;
        const field = isIcmp ? 'icmps' : 'toPorts';
        report({
          at: atRule(context, site, [field, i]),

          fields: {
            direction: rule.direction,
            hasOthers: rule.ports?.some((other) => other.ports.length > 0) === true,
            isDeny: rule.effect === 'deny',
            isIcmp,
          },
        });
      }
    }
  },
});
