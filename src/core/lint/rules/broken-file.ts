import { atPlace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface BrokenFileFields {
  readonly problem: 'yaml-syntax' | 'over-limit' | 'unreadable-file';
  readonly value: string;
  readonly expected: string;
}

export const brokenFile: Rule<'broken-file', BrokenFileFields> = defineRule({
  id: 'broken-file',
  name: 'File that cannot be read',
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
  endpointSelector: {}
  ingress:
    - fromEntities: [world
`,
    },
    right: {
      'policy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEntities: [world]
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
  },
  check({ read, problems = [] }, report) {
    for (const { code, place, value, expected, object } of [...problems, ...read.problems]) {
      if (code !== 'yaml-syntax' && code !== 'over-limit' && code !== 'unreadable-file') continue;
      report({ at: atPlace(place, '', object), fields: { problem: code, value, expected }, key: code });
    }
  },
});
