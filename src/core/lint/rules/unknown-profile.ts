import { findProfile, profileLabel } from '../../catalog/index.ts';
import { nearestName } from '../../manifest/policy/nearest-name.ts';
import { atNamespace } from '../at.ts';
import { labelUsers } from '../facts/label-users.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface UnknownProfileFields {
  readonly namespace: string;
  readonly profile: string;
  /** `unknown`: neither the catalog nor a policy has it. `without-policy`: the catalog has it, and no policy selects it. */
  readonly problem: 'unknown' | 'without-policy';
  readonly nearest: string;
  readonly known: readonly string[];
}

export const unknownProfile: Rule<'unknown-profile', UnknownProfileFields> = defineRule({
  id: 'unknown-profile',
  name: 'Profile that does nothing',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: internal-egres
`,
    },
    right: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: internal-egress
`,
      'profile.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: profile-internal-egress
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.network-policy.homelab/profile: internal-egress
  egress:
    - toEntities:
        - world
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const { namespaces, catalog } = context;
    const label = profileLabel(catalog);
    const users = labelUsers(context);
    const names = [...new Set([...catalog.profiles.map(({ name }) => name), ...users.values(label)])];
    for (const namespace of namespaces.declared) {
      const profile = Object.hasOwn(namespace.labels, label) ? namespace.labels[label] : undefined;
      if (profile === undefined || users.isSelected(label, profile)) continue;
      const problem = findProfile(catalog, profile) === undefined ? 'unknown' : 'without-policy';
      report({
        at: atNamespace(context, namespace, 'labels', label),
        fields: {
          namespace: namespace.name,
          profile,
          problem,
          nearest: nearestName(profile, names) ?? '',
          known: names,
        },
        severity: problem === 'unknown' ? 'error' : 'warning',
      });
    }
  },
});
