import { isPlatform, profileLabel } from '../../catalog/index.ts';
import { atNamespace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface ProfileOnPlatformFields {
  readonly namespace: string;
  readonly profile: string;
  readonly label: string;
}

export const profileOnPlatform: Rule<'profile-on-platform', ProfileOnPlatformFields> = defineRule({
  id: 'profile-on-platform',
  name: 'Profile on a platform namespace',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: database
  labels:
    network-policy.homelab/profile: internal
`,
    },
    right: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: database
`,
      'database.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const { namespaces, catalog } = context;
    const label = profileLabel(catalog);
    for (const namespace of namespaces.declared) {
      const profile = Object.hasOwn(namespace.labels, label) ? namespace.labels[label] : undefined;
      if (profile === undefined || !isPlatform(catalog, namespace.name)) continue;
      report({
        at: atNamespace(context, namespace, 'labels', label),
        fields: { namespace: namespace.name, profile, label },
      });
    }
  },
});
