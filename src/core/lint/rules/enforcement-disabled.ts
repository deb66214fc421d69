import { ENFORCEMENT_DISABLED, enforcementLabel } from '../../catalog/index.ts';
import { atNamespace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface EnforcementDisabledFields {
  readonly namespace: string;
  readonly label: string;
  readonly value: string;
  /** Whether the value opens anything: only one does. */
  readonly isOpen: boolean;
}

export const enforcementDisabled: Rule<'enforcement-disabled', EnforcementDisabledFields> = defineRule({
  id: 'enforcement-disabled',
  name: 'Enforcement disabled in Git',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    network-policy.homelab/profile: standard
    network-policy.homelab/enforcement: disabled
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
    const label = enforcementLabel(catalog);
    for (const namespace of namespaces.declared) {
      const value = Object.hasOwn(namespace.labels, label) ? namespace.labels[label] : undefined;
      if (value === undefined || value === '') continue;
      const isOpen = value === ENFORCEMENT_DISABLED;
      report({
        at: atNamespace(context, namespace, 'labels', label),
        fields: { namespace: namespace.name, label, value, isOpen },
        severity: isOpen ? 'error' : 'warning',
      });
    }
  },
});
