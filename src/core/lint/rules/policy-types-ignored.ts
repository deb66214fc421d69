import { asList, fieldAt } from '../../manifest/yaml/fields.ts';
import { DIRECTIONS, type Direction } from '../../model/policy.ts';
import { atPolicy } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface PolicyTypesIgnoredFields {
  readonly direction: Direction;
}

/** Cilium `pkg/k8s/network_policy.go`, 1.18 to main; issue 48703. */
export const policyTypesIgnored: Rule<'policy-types-ignored', PolicyTypesIgnoredFields> = defineRule({
  id: 'policy-types-ignored',
  name: 'Rules that policyTypes leaves out',
  severity: 'warning',
  group: 'rules',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
    - Egress
  egress:
    - ports:
        - port: 443
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: proxy
      ports:
        - port: 8080
`,
    },
    right: {
      'web.yaml': `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
    - Egress
    - Ingress
  egress:
    - ports:
        - port: 443
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app: proxy
      ports:
        - port: 8080
`,
    },
  },
  check(context, report) {
    for (const policy of context.read.policies) {
      if (policy.kind !== 'NetworkPolicy') continue;
      const spec = fieldAt(context.documents.written(policy), ['spec']);
      const types = asList(fieldAt(spec, ['policyTypes']));
      if (types === undefined) continue;
      for (const direction of DIRECTIONS) {
        const name = direction === 'egress' ? 'Egress' : 'Ingress';
        const rules = asList(fieldAt(spec, [direction])) ?? [];
        if (types.includes(name) || rules.length === 0) continue;
        report({ at: atPolicy(context, policy, ['spec', direction]), fields: { direction }, key: direction });
      }
    }
  },
});
