import { isPlatform, profileLabel } from '../../catalog/index.ts';
import { atNamespace } from '../at.ts';
import { labelUsers } from '../facts/label-users.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface NamespaceWithoutProfileFields {
  readonly namespace: string;
  readonly label: string;
  readonly profiles: readonly string[];
}

export const namespaceWithoutProfile: Rule<'namespace-without-profile', NamespaceWithoutProfileFields> =
  defineRule({
    id: 'namespace-without-profile',
    name: 'Namespace with neither a profile nor a policy',
    severity: 'info',
    group: 'model',
    examples: {
      wrong: {
        'namespaces.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
---
apiVersion: v1
kind: Namespace
metadata:
  name: blog
  labels:
    network-policy.homelab/profile: standard
`,
      },
      right: {
        'namespaces.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: isolated
---
apiVersion: v1
kind: Namespace
metadata:
  name: blog
  labels:
    network-policy.homelab/profile: standard
`,
      },
    },
    check(context, report) {
      const { namespaces, catalog, read } = context;
      const label = profileLabel(catalog);
      // Where nobody uses profiles, nobody forgot one.
      const isInUse =
        labelUsers(context).isAsked(label) ||
        namespaces.declared.some(({ labels }) => Object.hasOwn(labels, label));
      if (!isInUse) return;
      const owners = new Set([...read.policies, ...read.refused].map(({ namespace }) => namespace));
      for (const namespace of namespaces.declared) {
        const { name, labels } = namespace;
        if (Object.hasOwn(labels, label) || owners.has(name) || isPlatform(catalog, name)) continue;
        if (name === 'default' || name.startsWith('kube-')) continue;
        const profiles = catalog.profiles.map((profile) => profile.name);
        report({ at: atNamespace(context, namespace), fields: { namespace: name, label, profiles } });
      }
    },
  });
