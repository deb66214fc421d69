import { atPolicy } from '../at.ts';
import { nearName } from '../facts/near.ts';
import { namespacesAsked, podSelectors } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface UnknownNamespaceFields {
  readonly namespace: string;
  readonly nearest: string;
  /** Whether the policy itself is in that namespace, or only names it. */
  readonly isOwn: boolean;
}

export const unknownNamespace: Rule<'unknown-namespace', UnknownNamespaceFields> = defineRule({
  id: 'unknown-namespace',
  name: 'Namespace that no file knows',
  severity: 'warning',
  group: 'selectors',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: monitoring
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
`,
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: monitorin
      toPorts:
        - ports:
            - port: "9090"
              protocol: TCP
`,
    },
    right: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: monitoring
---
apiVersion: v1
kind: Namespace
metadata:
  name: shop
`,
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: monitoring
      toPorts:
        - ports:
            - port: "9090"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const { namespaces, read } = context;
    const names = namespaces.declared.map(({ name }) => name);
    for (const policy of read.policies) {
      const { namespace } = policy;
      if (namespace === '' || namespaces.isKnown(namespace)) continue;
      const fields = { namespace, nearest: nearName(namespace, names), isOwn: true };
      report({ at: atPolicy(context, policy, ['metadata', 'namespace']), fields, key: namespace });
    }
    for (const { selector, site, path } of podSelectors(context)) {
      for (const namespace of namespacesAsked(selector)) {
        if (namespace === site.policy.namespace || namespaces.isKnown(namespace)) continue;
        const fields = { namespace, nearest: nearName(namespace, names), isOwn: false };
        report({ at: atPolicy(context, site.policy, path), fields, key: namespace });
      }
    }
  },
});
