import { formatPolicyRef } from '../../model/policy.ts';
import { PROTOCOLS } from '../../model/port.ts';
import { atPlace, refOf } from '../at.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface CiliumHealthCutFields {
  /** The policies that isolate the health endpoint. */
  readonly policies: readonly string[];
}

/** A clusterwide `{}` selects `reserved:health` too; PR 12199, issues 11099, 14871. Port 4240 is the agents' own. */
export const ciliumHealthCut: Rule<'cilium-health-cut', CiliumHealthCutFields> = defineRule({
  id: 'cilium-health-cut',
  name: "Cilium's own health checks cut off",
  severity: 'warning',
  group: 'surroundings',
  examples: {
    wrong: {
      'scrape.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: scrape
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: monitoring
            app.kubernetes.io/name: prometheus
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
    right: {
      'scrape.yaml': `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: scrape
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: monitoring
            app.kubernetes.io/name: prometheus
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
    - fromEntities:
        - health
        - remote-node
`,
    },
  },
  check(context, report) {
    if (!context.read.policies.some(({ kind }) => kind === 'CiliumClusterwideNetworkPolicy')) return;
    const { engine } = context.world();
    const [from, to] = [engine.find('remote-node'), engine.find('health')];
    if (from === undefined || to === undefined || engine.allows(from, to, PROTOCOLS.indexOf('TCP'), 4240))
      return;
    const { defaultDenyBy } = engine.decide({ from, to, protocol: 'TCP', port: 4240 }).ingress;
    const [first] = defaultDenyBy;
    if (first === undefined) return;
    report({
      at: atPlace(first.place, '', refOf(first)),
      fields: { policies: defaultDenyBy.map(formatPolicyRef) },
      // Whichever policy comes first, it is the one fault of the cluster.
      key: 'cluster',
    });
  },
});
