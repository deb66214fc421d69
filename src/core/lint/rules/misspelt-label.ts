import { accessLabel, enforcementLabel, profileLabel } from '../../catalog/index.ts';
import { nearestName } from '../../manifest/policy/nearest-name.ts';
import { atNamespace } from '../at.ts';
import { labelUsers } from '../facts/label-users.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface MisspeltLabelFields {
  readonly namespace: string;
  readonly label: string;
  readonly nearest: string;
}

export const misspeltLabel: Rule<'misspelt-label', MisspeltLabelFields> = defineRule({
  id: 'misspelt-label',
  name: 'Label that is nearly one of the model',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profil: standard
`,
    },
    right: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: standard
`,
    },
  },
  check(context, report) {
    const { namespaces, catalog } = context;
    const users = labelUsers(context);
    const known = [
      profileLabel(catalog),
      enforcementLabel(catalog),
      ...catalog.resources.map(({ name }) => accessLabel(catalog, name)),
    ];
    const access = accessLabel(catalog, '');
    for (const namespace of namespaces.declared) {
      for (const label of Object.keys(namespace.labels)) {
        // Resources have a rule of their own, and what a policy selects by is no mistake.
        if (known.includes(label) || label.startsWith(access) || users.isAsked(label)) continue;
        const nearest = isNear(label, catalog.labelPrefix) ? nearestName(label, known) : undefined;
        if (nearest === undefined) continue;
        report({
          at: atNamespace(context, namespace, 'labels', label),
          fields: { namespace: namespace.name, label, nearest },
          key: label,
        });
      }
    }
  },
});

/** Whether the domain of a label is the model's, give or take two letters. Others are not compared at all. */
function isNear(label: string, prefix: string): boolean {
  const slash = label.indexOf('/');
  if (slash === -1) return false;
  const domain = label.slice(0, slash).replace(/^access\./, '');
  return (
    domain === prefix ||
    (Math.abs(domain.length - prefix.length) <= 2 && nearestName(domain, [prefix]) === prefix)
  );
}
