import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface RefusedObjectFields {
  /** Who refuses: the API server, so that it is not in the cluster, or the agent, so that it is and does nothing. */
  readonly by: 'api-server' | 'agent';
  readonly value: string;
  readonly expected: string;
  readonly isPolicy: boolean;
}

/** Cilium `pkg/policy/api/rule_validation.go` and the CRDs' schemas; the checks are in `manifest/policy`. */
export const refusedObject: Rule<'refused-object', RefusedObjectFields> = defineRule({
  id: 'refused-object',
  name: 'Object that the cluster refuses',
  severity: 'error',
  group: 'objects',
  examples: {
    wrong: {
      'policy.yaml': `apiVersion: cilium.io/v2
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
        - matchLabels:
            app: proxy
      toPorts:
        - ports:
            - port: "8080"
          rules:
            http:
              - method: GET
`,
    },
    right: {
      'policy.yaml': `apiVersion: cilium.io/v2
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
        - matchLabels:
            app: proxy
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
          rules:
            http:
              - method: GET
`,
    },
  },
  check({ read }, report) {
    for (const { code, place, field, value, expected, object } of read.problems) {
      if (code !== 'schema' && code !== 'refused-by-agent') continue;
      const by = code === 'schema' ? 'api-server' : 'agent';
      const isPolicy = object?.kind.endsWith('NetworkPolicy') === true;
      report({
        at: atPlace(place, field, object),
        fields: { by, value, expected, isPolicy },
        severity: isPolicy ? 'error' : 'warning',
        key: expected,
      });
    }
  },
});
