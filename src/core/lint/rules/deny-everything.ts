import { atRule } from '../at.ts';
import { deniesAll } from '../facts/default-deny.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface DenyEverythingFields {
  readonly direction: 'ingress' | 'egress';
  /** Allow rules for the same pods that can never match, of other policies too. */
  readonly voided: number;
}

/** Cilium `pkg/policy/types/entry.go`: deny outweighs every allow. */
export const denyEverything: Rule<'deny-everything', DenyEverythingFields> = defineRule({
  id: 'deny-everything',
  name: 'Deny rule for everyone',
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
  endpointSelector: {}
  ingressDeny:
    - fromEntities:
        - all
  ingress:
    - fromEntities:
        - ingress
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
  endpointSelector: {}
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
      if (!deniesAll(site.rule)) continue;
      const { rule } = site;
      const world = context.world();
      const entries = new Set(
        world.subjectsOf(rule).flatMap((pod) => {
          const { compiled } = world.engine;
          const isEgress = rule.direction === 'egress';
          const index = (isEgress ? compiled.egressClassOf : compiled.ingressClassOf)[pod] as number;
          return (isEgress ? compiled.egress : compiled.ingress)[index]?.entries ?? [];
        }),
      );
      report({
        at: atRule(context, site),
        fields: {
          direction: rule.direction,
          voided: [...entries].filter(({ isDeny, peers }) => !isDeny && peers.length > 0).length,
        },
        key: rule.direction,
      });
    }
  },
});
