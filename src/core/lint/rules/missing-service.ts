import { resolvePeer } from '../../engine/peer-selector.ts';
import { atRule } from '../at.ts';
import { peerNotation, portNotations } from '../facts/notation.ts';
import { peerPath } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface MissingServiceFields {
  readonly service: string;
  /** Ports that are then open to every destination; empty where the rule has none and admits nobody. */
  readonly ports: readonly string[];
  /** Whether the files hold all there is; else a chart may bring the Service. */
  readonly isCertain: boolean;
}

/** Cilium `pkg/policy/k8s/service.go` and `parserules.go`, 1.17 and later. */
export const missingService: Rule<'missing-service', MissingServiceFields> = defineRule({
  id: 'missing-service',
  name: 'toServices without such a Service',
  severity: 'error',
  group: 'selectors',
  examples: {
    wrong: {
      'web.yaml': `apiVersion: v1
kind: Service
metadata:
  name: search
  namespace: shop
spec:
  selector:
    app: search
  ports:
    - port: 443
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: search
  namespace: shop
spec:
  selector:
    matchLabels:
      app: search
  template:
    metadata:
      labels:
        app: search
    spec:
      containers:
        - name: search
          image: registry.example/search:1
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toServices:
        - k8sService:
            serviceName: serach
            namespace: shop
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
    right: {
      'web.yaml': `apiVersion: v1
kind: Service
metadata:
  name: search
  namespace: shop
spec:
  selector:
    app: search
  ports:
    - port: 443
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: search
  namespace: shop
spec:
  selector:
    matchLabels:
      app: search
  template:
    metadata:
      labels:
        app: search
    spec:
      containers:
        - name: search
          image: registry.example/search:1
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: web
  egress:
    - toServices:
        - k8sService:
            serviceName: search
            namespace: shop
      toPorts:
        - ports:
            - port: "443"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const { read, agent } = context;
    for (const site of context.rules) {
      const { policy, spec, rule } = site;
      for (const [i, peer] of (rule.peers.kind === 'some' ? rule.peers.peers : []).entries()) {
        if (peer.kind !== 'service' && peer.kind !== 'service-selector') continue;
        const peerContext = {
          policy,
          spec,
          options: agent,
          services: read.services,
          cidrGroups: read.cidrGroups,
        };
        if (resolvePeer(peer, peerContext).unresolved === undefined) continue;
        const isCertain = context.pods.isComplete;
        report({
          at: atRule(context, site, peerPath(site, i)),
          fields: { service: peerNotation(peer), ports: portNotations(rule.ports), isCertain },
          severity: isCertain ? 'error' : 'warning',
          key: peerNotation(peer),
        });
      }
    }
  },
});
