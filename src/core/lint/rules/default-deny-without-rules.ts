import { DIRECTIONS, type Direction } from '../../model/policy.ts';
import { atPolicy, specPath } from '../at.ts';
import { removeField } from '../facts/remove-field.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface DefaultDenyWithoutRulesFields {
  readonly direction: Direction;
}

/** Issue 35558: default deny is a property of rules, so without a rule it has nothing to be of. */
export const defaultDenyWithoutRules: Rule<'default-deny-without-rules', DefaultDenyWithoutRulesFields> =
  defineRule({
    id: 'default-deny-without-rules',
    name: 'enableDefaultDeny without rules',
    severity: 'warning',
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
  enableDefaultDeny:
    ingress: true
    egress: true
  egress:
    - toEntities:
        - kube-apiserver
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
  enableDefaultDeny:
    egress: true
  egress:
    - toEntities:
        - kube-apiserver
`,
      },
    },
    check(context, report) {
      for (const { policy, spec } of context.specs) {
        if (policy.kind === 'NetworkPolicy') continue;
        for (const direction of DIRECTIONS) {
          const isEmpty = !spec.rules.some((rule) => rule.direction === direction);
          if (spec.enableDefaultDeny[direction] !== true || !isEmpty) continue;
          const path = [...specPath(policy, spec), 'enableDefaultDeny', direction];
          const fix = removeField(context, policy, path);
          report({
            at: atPolicy(context, policy, path),
            fields: { direction },
            key: direction,
            ...(fix === undefined ? {} : { fix }),
          });
        }
      }
    },
  });
