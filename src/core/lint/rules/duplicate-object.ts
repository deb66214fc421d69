import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface DuplicateObjectFields {
  /** `file:line` of the first. */
  readonly first: string;
}

export const duplicateObject: Rule<'duplicate-object', DuplicateObjectFields> = defineRule({
  id: 'duplicate-object',
  name: 'Object declared twice',
  severity: 'warning',
  group: 'objects',
  examples: {
    wrong: {
      'a.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - ingress
`,
      'b.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toEntities:
        - kube-apiserver
`,
    },
    right: {
      'a.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web-in
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - ingress
`,
      'b.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web-out
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toEntities:
        - kube-apiserver
`,
    },
  },
  check({ read }, report) {
    for (const { code, place, value, object } of read.problems) {
      if (code === 'duplicate-object') report({ at: atPlace(place, '', object), fields: { first: value } });
    }
  },
});
