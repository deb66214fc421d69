import { nearestName } from '../../manifest/policy/nearest-name.ts';
import { atRule } from '../at.ts';
import { peerPath } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface MissingCidrGroupFields {
  readonly group: string;
  readonly nearest: string;
  readonly isDeny: boolean;
}

export const missingCidrGroup: Rule<'missing-cidr-group', MissingCidrGroupFields> = defineRule({
  id: 'missing-cidr-group',
  name: 'CIDR group that no file has',
  severity: 'warning',
  group: 'selectors',
  examples: {
    wrong: {
      'office.yaml': `apiVersion: cilium.io/v2
kind: CiliumCIDRGroup
metadata:
  name: offices
spec:
  externalCIDRs:
    - 203.0.113.0/24
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: admin
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: admin
  ingress:
    - fromCIDRSet:
        - cidrGroupRef: office
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
    right: {
      'office.yaml': `apiVersion: cilium.io/v2
kind: CiliumCIDRGroup
metadata:
  name: offices
spec:
  externalCIDRs:
    - 203.0.113.0/24
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: admin
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: admin
  ingress:
    - fromCIDRSet:
        - cidrGroupRef: offices
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const names = context.read.cidrGroups.map(({ name }) => name);
    for (const site of context.rules) {
      const { rule } = site;
      for (const [i, peer] of (rule.peers.kind === 'some' ? rule.peers.peers : []).entries()) {
        if (peer.kind !== 'cidr-group' || !('ref' in peer.group) || names.includes(peer.group.ref)) continue;
        const { ref } = peer.group;
        report({
          at: atRule(context, site, peerPath(site, i)),
          fields: { group: ref, nearest: nearestName(ref, names) ?? '', isDeny: rule.effect === 'deny' },
          key: ref,
        });
      }
    }
  },
});
