import { ACCESS_GRANTED, accessLabel } from '../../catalog/index.ts';
import { nearestName } from '../../manifest/policy/nearest-name.ts';
import { atNamespace } from '../at.ts';
import { labelUsers } from '../facts/label-users.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface UnknownAccessFields {
  readonly namespace: string;
  readonly resource: string;
  readonly value: string;
  /** `unknown`: no such resource. `value`: only `true` grants. `without-policy`: no policy asks for the label. */
  readonly problem: 'unknown' | 'value' | 'without-policy';
  readonly nearest: string;
}

export const unknownAccess: Rule<'unknown-access', UnknownAccessFields> = defineRule({
  id: 'unknown-access',
  name: 'Access label that grants nothing',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    access.network-policy.homelab/postgres: "yes"
    access.network-policy.homelab/dragonflye: "true"
`,
    },
    right: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    access.network-policy.homelab/postgres: "true"
`,
      'postgres.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: access-postgres
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.access.network-policy.homelab/postgres: "true"
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: database
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const { namespaces, catalog } = context;
    const prefix = accessLabel(catalog, '');
    const users = labelUsers(context);
    const names = catalog.resources.map(({ name }) => name);
    for (const namespace of namespaces.declared) {
      for (const [label, value] of Object.entries(namespace.labels)) {
        if (!label.startsWith(prefix)) continue;
        const resource = label.slice(prefix.length);
        if (users.isSelected(label, value)) continue;
        const isKnown = names.includes(resource) || users.isAsked(label);
        const problem = !isKnown ? 'unknown' : value !== ACCESS_GRANTED ? 'value' : 'without-policy';
        report({
          at: atNamespace(context, namespace, 'labels', label),
          fields: {
            namespace: namespace.name,
            resource,
            value,
            problem,
            nearest: isKnown ? '' : (nearestName(resource, names) ?? ''),
          },
          severity: problem === 'without-policy' ? 'warning' : 'error',
          key: resource,
        });
      }
    }
  },
});
