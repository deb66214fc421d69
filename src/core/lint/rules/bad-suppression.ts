import { defineRule, type Rule } from '../rule.ts';

export interface BadSuppressionFields {
  readonly problem: 'no-rule' | 'no-reason' | 'unknown-rule' | 'unused';
  /** As it is written. */
  readonly rule: string;
  readonly nearest: string;
}

export const badSuppression: Rule<'bad-suppression', BadSuppressionFields> = defineRule({
  id: 'bad-suppression',
  name: 'Suppression that says too little or does nothing',
  severity: 'warning',
  group: 'surroundings',
  examples: {
    wrong: {
      'policy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: vpn
  namespace: media
spec:
  endpointSelector:
    matchLabels:
      app: vpn
  egress:
    # propolis-lint-ignore any-port
    - toEntities:
        - world
`,
    },
    right: {
      'policy.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: vpn
  namespace: media
spec:
  endpointSelector:
    matchLabels:
      app: vpn
  egress:
    # propolis-lint-ignore any-port The provider's servers listen on any port; the tunnel's own kill switch holds the rest.
    - toEntities:
        - world
`,
    },
  },
  // Only who has seen all findings knows which comments are of use: `suppress.ts` reports this.
  check() {},
});
