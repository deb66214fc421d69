import { DIRECTIONS, type Direction } from '../../model/policy.ts';
import { atPolicy, specPath } from '../at.ts';
import { isolatingPolicies, onlyIsolates } from '../facts/default-deny.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface ExplicitDefaultDenyFields {
  readonly directions: readonly Direction[];
  /** Whether every pod that it selects is isolated without it too. */
  readonly isRedundant: boolean;
}

export const explicitDefaultDeny: Rule<'explicit-default-deny', ExplicitDefaultDenyFields> = defineRule({
  id: 'explicit-default-deny',
  name: 'Explicit default-deny policy',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'default-deny.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: default-deny
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - {}
  egress:
    - {}
`,
    },
    right: {
      'baseline.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: baseline-health-probes
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - health
        - host
        - remote-node
`,
    },
  },
  check(context, report) {
    for (const { policy, spec } of context.specs) {
      const directions = DIRECTIONS.filter((direction) =>
        spec.rules.some((rule) => rule.direction === direction),
      );
      if (directions.length === 0 || !directions.every((direction) => onlyIsolates(spec, direction)))
        continue;
      const world = context.world();
      const isIsolatedAnyway = directions.every((direction) => {
        const rule = spec.rules.find((one) => one.direction === direction);
        const subjects = rule === undefined ? [] : world.subjectsOf(rule);
        return (
          subjects.length > 0 &&
          subjects.every((pod) => {
            const policies = isolatingPolicies(world, pod, direction);
            return policies.size > (policies.has(policy) ? 1 : 0);
          })
        );
      });
      report({
        at: atPolicy(context, policy, specPath(policy, spec)),
        fields: { directions, isRedundant: isIsolatedAnyway },
        severity: isIsolatedAnyway && context.usesModel ? 'error' : 'warning',
      });
    }
  },
});
