import { formatCidr } from '../../model/cidr.ts';
import { atRule } from '../at.ts';
import { cidrSites, clusterRangeOf, isDocumented, isLinkLocal } from '../facts/addresses.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface HardCodedAddressFields {
  readonly cidr: string;
  readonly direction: 'ingress' | 'egress';
}

export const hardCodedAddress: Rule<'hard-coded-address', HardCodedAddressFields> = defineRule({
  id: 'hard-coded-address',
  name: 'Hard-coded address',
  severity: 'error',
  group: 'model',
  examples: {
    wrong: {
      'printer.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: printer
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toCIDR:
        - 203.0.113.7/32
      toPorts:
        - ports:
            - port: "9100"
              protocol: TCP
`,
    },
    right: {
      'propolis.yaml': `externalRanges:
  printer:
    description: The label printer in the warehouse, which no DNS knows.
    cidrs: [203.0.113.7/32]
`,
      'printer.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: printer
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toCIDR:
        - 203.0.113.7/32
      toPorts:
        - ports:
            - port: "9100"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const found of cidrSites(context)) {
      const { site, cidr, path, written } = found;
      // A prefix of length 0 is the world, and a variable is written down where it gets its value.
      if (cidr.length === 0 || written.includes('${') || isLinkLocal(cidr)) continue;
      if (isDocumented(context.catalog, cidr)) continue;
      // `cidr-for-cluster` says more.
      if (clusterRangeOf(context, found) !== undefined) continue;
      report({
        at: atRule(context, site, path),
        fields: { cidr: formatCidr(cidr), direction: site.rule.direction },
        severity: context.usesModel ? 'error' : 'warning',
        key: formatCidr(cidr),
      });
    }
  },
});
