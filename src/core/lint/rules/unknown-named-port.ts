import { atRule } from '../at.ts';
import { workloadsOf } from '../facts/workloads.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface UnknownNamedPortFields {
  readonly name: string;
  readonly protocol: string;
  readonly direction: 'ingress' | 'egress';
  /** Names that the receiving pods do declare. */
  readonly declared: readonly string[];
}

/** Cilium `pkg/policy/l4.go` (`toMapState`): an unresolved name adds nothing; issues 30003, 48110. */
export const unknownNamedPort: Rule<'unknown-named-port', UnknownNamedPortFields> = defineRule({
  id: 'unknown-named-port',
  name: 'Named port that no pod declares',
  severity: 'warning',
  group: 'rules',
  examples: {
    wrong: { 'broker.yaml': exampleWith('mqtts') },
    right: { 'broker.yaml': exampleWith('mqtt') },
  },
  check(context, report) {
    for (const site of context.rules) {
      const { rule } = site;
      for (const [i, { ports }] of (rule.ports ?? []).entries()) {
        for (const [j, match] of ports.entries()) {
          if (match.kind !== 'named') continue;
          const world = context.world();
          const pods = rule.direction === 'ingress' ? world.subjectsOf(rule) : world.peersOf(rule);
          const workloads = workloadsOf(context, pods);
          const isDeclared = workloads.some((workload) =>
            workload.ports.some(
              ({ name, protocol }) =>
                name === match.name && (match.protocol === 'ANY' || match.protocol === protocol),
            ),
          );
          // Pods that no file declares may have it.
          const isOpen = pods.some((pod) => !world.isReal(pod) || world.isPlaceholder(pod));
          if (workloads.length === 0 || isDeclared || (isOpen && !context.pods.isComplete)) continue;
          const path = site.policy.kind === 'NetworkPolicy' ? ['ports', j] : ['toPorts', i, 'ports', j];
          const names = workloads.flatMap((workload) => workload.ports.map(({ name }) => name));
          report({
            at: atRule(context, site, path),
            fields: {
              name: match.name,
              protocol: match.protocol,
              direction: rule.direction,
              declared: [...new Set(names)].sort(),
            },
            key: match.name,
          });
        }
      }
    }
  },
});

function exampleWith(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: broker
  namespace: house
spec:
  selector:
    matchLabels:
      app: broker
  template:
    metadata:
      labels:
        app: broker
    spec:
      containers:
        - name: broker
          image: registry.example/broker:1
          ports:
            - name: mqtt
              containerPort: 1883
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: broker
  namespace: house
spec:
  endpointSelector:
    matchLabels:
      app: broker
  ingress:
    - fromEndpoints:
        - matchLabels:
            app: sensor
      toPorts:
        - ports:
            - port: ${name}
              protocol: TCP
`;
}
