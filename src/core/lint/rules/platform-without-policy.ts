import { isPlatform } from '../../catalog/index.ts';
import { atNamespace } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface PlatformWithoutPolicyFields {
  readonly namespace: string;
  /** A policy of it that the cluster refuses, so that it does not count; empty where there is none. */
  readonly refused: string;
}

export const platformWithoutPolicy: Rule<'platform-without-policy', PlatformWithoutPolicyFields> = defineRule(
  {
    id: 'platform-without-policy',
    name: 'Platform namespace without a policy of its own',
    severity: 'error',
    group: 'platform',
    examples: {
      wrong: {
        'propolis.yaml': `platform:
  namespaces: [database]
`,
        'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: database
`,
      },
      right: {
        'propolis.yaml': `platform:
  namespaces: [database]
`,
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
    - fromEntities:
        - health
`,
      },
    },
    check(context, report) {
      const { namespaces, catalog, read } = context;
      if (!context.usesModel) return;
      const owners = new Set(read.policies.map(({ namespace }) => namespace));
      for (const namespace of namespaces.declared) {
        const { name } = namespace;
        if (!isPlatform(catalog, name) || owners.has(name)) continue;
        const refused = read.refused.find((policy) => policy.namespace === name)?.name ?? '';
        report({ at: atNamespace(context, namespace), fields: { namespace: name, refused } });
      }
    },
  },
);
