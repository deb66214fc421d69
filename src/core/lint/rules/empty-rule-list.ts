import { asFields, asList, fieldAt } from '../../manifest/yaml/fields.ts';
import { RULE_LISTS, type RuleList } from '../../model/policy.ts';
import { atPolicy, specPath } from '../at.ts';
import { removeField } from '../facts/remove-field.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface EmptyRuleListFields {
  readonly list: RuleList;
}

/** Issue 35558; where every list is empty the agent refuses the object, which `refused-object` says. */
export const emptyRuleList: Rule<'empty-rule-list', EmptyRuleListFields> = defineRule({
  id: 'empty-rule-list',
  name: 'Empty list of rules',
  severity: 'warning',
  group: 'rules',
  examples: {
    wrong: {
      'internal.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: internal
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - ingress
  # Nothing goes out.
  egress: []
`,
    },
    right: {
      'internal.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: internal
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - ingress
`,
    },
  },
  check(context, report) {
    for (const { policy, spec } of context.specs) {
      // In a NetworkPolicy an empty list is how isolation is written.
      if (policy.kind === 'NetworkPolicy') continue;
      const path = specPath(policy, spec);
      const written = asFields(fieldAt(context.documents.written(policy), path));
      for (const list of RULE_LISTS) {
        if (asList(written?.[list])?.length !== 0) continue;
        const fix = removeField(context, policy, [...path, list]);
        report({
          at: atPolicy(context, policy, [...path, list]),
          fields: { list },
          key: list,
          ...(fix === undefined ? {} : { fix }),
        });
      }
    }
  },
});
