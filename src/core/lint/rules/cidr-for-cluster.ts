import { formatCidr } from '../../model/cidr.ts';
import { atRule } from '../at.ts';
import { type ClusterRange, cidrSites, clusterRangeOf } from '../facts/addresses.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface CidrForClusterFields {
  readonly cidr: string;
  readonly what: ClusterRange['what'];
  readonly because: ClusterRange['because'];
  readonly detail: string;
  readonly isDeny: boolean;
}

/** Cilium `pkg/policy/types/selector.go` (`CIDRSelector`); issues 9209, 12277, 20550. */
export const cidrForCluster: Rule<'cidr-for-cluster', CidrForClusterFields> = defineRule({
  id: 'cidr-for-cluster',
  name: 'CIDR rule aimed at the cluster itself',
  severity: 'error',
  group: 'selectors',
  examples: {
    wrong: {
      'broker.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: to-broker
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toCIDR:
        - 10.42.0.0/16
      toPorts:
        - ports:
            - port: "1883"
              protocol: TCP
`,
    },
    right: {
      'broker.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: to-broker
  namespace: shop
spec:
  endpointSelector: {}
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: mosquitto
            app.kubernetes.io/name: mosquitto
      toPorts:
        - ports:
            - port: "1883"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const { cidrMatchMode } = context.agent;
    for (const found of cidrSites(context)) {
      const range = clusterRangeOf(context, found);
      if (range === undefined) continue;
      const isMatched =
        range.what === 'pods' ? cidrMatchMode.includes('pods') : cidrMatchMode.includes('nodes');
      if (isMatched && range.what !== 'services') continue;
      const { site, cidr, path } = found;
      report({
        at: atRule(context, site, path),
        fields: { cidr: formatCidr(cidr), ...range, isDeny: site.rule.effect === 'deny' },
        // A name or a port is a hint, not a proof: other machines may be in that range.
        severity: range.because === 'variable' || range.because === 'port' ? 'warning' : 'error',
        key: formatCidr(cidr),
      });
    }
  },
});
