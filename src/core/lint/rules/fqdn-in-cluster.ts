import { atRule } from '../at.ts';
import { peerPath } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface FqdnInClusterFields {
  readonly name: string;
}

/** In-cluster addresses never carry names: Cilium `pkg/ipcache/metadata.go`; issue 47768. */
export const fqdnInCluster: Rule<'fqdn-in-cluster', FqdnInClusterFields> = defineRule({
  id: 'fqdn-in-cluster',
  name: 'toFQDNs for a name of the cluster',
  severity: 'error',
  group: 'contents',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toFQDNs:
        - matchName: pg-rw.database.svc.cluster.local
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
`,
    },
    right: {
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: database
            app: pg
      toPorts:
        - ports:
            - port: "5432"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { rule } = site;
      for (const [i, peer] of (rule.peers.kind === 'some' ? rule.peers.peers : []).entries()) {
        if (peer.kind !== 'fqdn') continue;
        const name = peer.pattern.matchName ?? peer.pattern.matchPattern ?? '';
        if (!/(?:\.svc|\.cluster\.local)\.?$/i.test(name)) continue;
        report({ at: atRule(context, site, peerPath(site, i)), fields: { name }, key: name });
      }
    }
  },
});
