import { accessLabel } from '../../catalog/index.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import { PROTOCOLS } from '../../model/port.ts';
import { atRule } from '../at.ts';
import type { RuleSite } from '../context.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { portNotations } from '../facts/notation.ts';
import { servicePorts } from '../facts/service-ports.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface OtherEndRefusesFields {
  readonly direction: 'ingress' | 'egress';
  readonly ports: readonly string[];
  /** One of those that refuse; all do. */
  readonly peer: string;
  readonly pod: string;
  readonly peers: number;
}

/** Computed, and only where every peer of the rule is a workload in the files. */
export const otherEndRefuses: Rule<'other-end-refuses', OtherEndRefusesFields> = defineRule({
  id: 'other-end-refuses',
  name: 'Rule that the other end refuses',
  severity: 'warning',
  group: 'both-ends',
  examples: {
    wrong: { 'shop.yaml': exampleWith('9090') },
    right: { 'shop.yaml': exampleWith('8080') },
  },
  check(context, report) {
    if (!context.pods.isComplete) return;
    const access = accessLabel(context.catalog, '');
    for (const site of context.rules) {
      const { spec, rule } = site;
      if (rule.effect === 'deny' || rule.ports === undefined || rule.direction !== 'egress') continue;
      // `access-one-sided` says it for the whole label.
      if (spec.subject.selector.requirements.some(({ key }) => key.includes(access))) continue;
      const found = refusing(context.world(), site);
      // `service-port` says more, and what to do.
      if (found === undefined || servicePorts(context, site).length > 0) continue;
      report({
        at: atRule(context, site),
        fields: { direction: rule.direction, ports: portNotations(rule.ports), ...found },
        key: portNotations(rule.ports).join(','),
      });
    }
  },
});

const SAMPLE = 4;

/** Whether all peers, as far as they are known, refuse all ports of the rule. */
function refusing(
  world: LintWorld,
  { rule }: RuleSite,
): Pick<OtherEndRefusesFields, 'peer' | 'pod' | 'peers'> | undefined {
  if (
    rule.peers.kind !== 'some' ||
    !rule.peers.peers.every(({ kind }) => kind === 'endpoints' || kind === 'pods')
  )
    return undefined;
  const peers = world.peersOf(rule).filter((peer) => !world.isPlaceholder(peer));
  const [first] = peers;
  if (first === undefined || !peers.every((peer) => world.isReal(peer))) return undefined;
  const pods = world
    .subjectsOf(rule)
    .filter((pod) => !world.isPlaceholder(pod))
    .slice(0, SAMPLE);
  const [pod] = pods;
  if (pod === undefined) return undefined;
  const isRefused = pods.every((one) => peers.every((peer) => !receivesSome(world, rule, one, peer)));
  return isRefused ? { peer: world.idOf(first), pod: world.idOf(pod), peers: peers.length } : undefined;
}

function receivesSome(
  world: LintWorld,
  rule: RuleSite['rule'],
  pod: EndpointIndex,
  peer: EndpointIndex,
): boolean {
  const { engine } = world;
  const table = engine.compiled.ports;
  const set = engine.ingressPorts(pod, peer);
  return (world.entryOf(rule)?.ports ?? []).some((term) =>
    // A name, or a range: any part of it will do, and what it is depends on the peer.
    term.kind === 'named' || term.high > term.low
      ? (table.get(set)[PROTOCOLS.indexOf(term.protocol)]?.length ?? 0) > 0
      : table.contains(set, PROTOCOLS.indexOf(term.protocol), term.low),
  );
}

function exampleWith(port: string): string {
  const workload = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: registry.example/${name}:1
---
`;
  return `${workload('web')}${workload('api')}apiVersion: cilium.io/v2
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
            app: api
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: api
  namespace: shop
spec:
  endpointSelector:
    matchLabels:
      app: api
  ingress:
    - fromEndpoints:
        - matchLabels:
            app: web
      toPorts:
        - ports:
            - port: "${port}"
              protocol: TCP
`;
}
