import { holdsForPlain } from '../../engine/peer-selector.ts';
import { atPolicy } from '../at.ts';
import { namespacesAsked, ownLabels, podSelectors } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface HostNetworkPodsFields {
  readonly workloads: readonly string[];
  readonly isSubject: boolean;
}

/** Pods in the host's network are the node to Cilium; issues 10405, 12277. */
export const hostNetworkPods: Rule<'host-network-pods', HostNetworkPodsFields> = defineRule({
  id: 'host-network-pods',
  name: "Selector of pods in the host's network",
  severity: 'warning',
  group: 'selectors',
  examples: {
    wrong: {
      'exporter.yaml': `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-exporter
  namespace: metrics
spec:
  selector:
    matchLabels:
      app: node-exporter
  template:
    metadata:
      labels:
        app: node-exporter
    spec:
      hostNetwork: true
      containers:
        - name: node-exporter
          image: registry.example/node-exporter:1
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: node-exporter
  namespace: metrics
spec:
  endpointSelector:
    matchLabels:
      app: node-exporter
  ingress:
    - fromEndpoints:
        - matchLabels:
            app: prometheus
      toPorts:
        - ports:
            - port: "9100"
              protocol: TCP
`,
    },
    right: {
      'exporter.yaml': `apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: node-exporter
  namespace: metrics
spec:
  selector:
    matchLabels:
      app: node-exporter
  template:
    metadata:
      labels:
        app: node-exporter
    spec:
      hostNetwork: true
      containers:
        - name: node-exporter
          image: registry.example/node-exporter:1
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: prometheus
  namespace: metrics
spec:
  endpointSelector:
    matchLabels:
      app: prometheus
  egress:
    - toEntities:
        - host
        - remote-node
      toPorts:
        - ports:
            - port: "9100"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    for (const { selector, site, rule, path } of podSelectors(context)) {
      const own = { requirements: ownLabels(selector) };
      if (own.requirements.length === 0) continue;
      const asked = namespacesAsked(selector);
      const namespaces = asked.length > 0 ? asked : [site.policy.namespace];
      const selected = namespaces
        .flatMap((namespace) => context.pods.inNamespace(namespace))
        .filter(({ podLabels }) => holdsForPlain(own, podLabels));
      if (selected.length === 0 || selected.some(({ hostNetwork }) => !hostNetwork)) continue;
      report({
        at: atPolicy(context, site.policy, path),
        fields: {
          workloads: selected.map(({ namespace, name }) => `${namespace}/${name}`),
          isSubject: rule === undefined,
        },
      });
    }
  },
});
