import { asFields, fieldAt } from '../../manifest/yaml/fields.ts';
import { atRule } from '../at.ts';
import { portNotations } from '../facts/notation.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface PortsWithoutPeerFields {
  readonly direction: 'ingress' | 'egress';
  readonly ports: readonly string[];
  /** Whether the rule before it has a peer and no ports, so that a stray dash may have cut one rule in two. */
  readonly isCutOff: boolean;
}

/** Cilium `pkg/policy/utils/parserules.go`; issue 33525. */
export const portsWithoutPeer: Rule<'ports-without-peer', PortsWithoutPeerFields> = defineRule({
  id: 'ports-without-peer',
  name: 'Ports without a peer',
  severity: 'warning',
  group: 'rules',
  examples: {
    wrong: {
      'operator.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: operator
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: operator
  egress:
    - toEntities:
        - kube-apiserver
    - toPorts:
        - ports:
            - port: "6443"
              protocol: TCP
`,
    },
    right: {
      'operator.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: operator
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: operator
  egress:
    - toEntities:
        - kube-apiserver
      toPorts:
        - ports:
            - port: "6443"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { policy, spec, rule } = site;
      if (policy.kind === 'NetworkPolicy' || rule.effect === 'deny') continue;
      if (rule.peers.kind !== 'omitted' || rule.ports === undefined) continue;
      const element = asFields(fieldAt(context.documents.written(policy), rule.path));
      // Some field of peers is there: empty, or misspelt, which other rules say.
      if (Object.keys(element ?? {}).some((name) => /^(?:from|to)(?!Ports$)/.test(name))) continue;
      const before = spec.rules.find(({ list, index }) => list === rule.list && index === rule.index - 1);
      const isCutOff = before?.peers.kind === 'some' && before.ports === undefined;
      report({
        at: atRule(context, site),
        fields: { direction: rule.direction, ports: portNotations(rule.ports), isCutOff },
        severity: isCutOff ? 'error' : 'warning',
        key: portNotations(rule.ports).join(','),
      });
    }
  },
});
