import { enforcementLabel } from '../../catalog/index.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import { PROTOCOLS } from '../../model/port.ts';
import { atSubject } from '../at.ts';
import { podsByNamespace } from '../facts/by-namespace.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { asksNamespaceLabel } from '../facts/selectors.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface HatchOneSidedFields {
  /** A pod at whose end flows of an open namespace still drop. */
  readonly peer: string;
  /** In how many namespaces there are such pods, and of how many. */
  readonly closed: number;
  readonly namespaces: number;
  /** Which way: into the peer, out of it, or both. */
  readonly ways: readonly ('to' | 'from')[];
}

/** Computed: a namespace with enforcement disabled against every other pod, judged at the other end. */
export const hatchOneSided: Rule<'hatch-one-sided', HatchOneSidedFields> = defineRule({
  id: 'hatch-one-sided',
  name: 'Escape hatch that opens one end',
  severity: 'error',
  group: 'both-ends',
  examples: {
    wrong: { 'hatch.yaml': hatchExample(), 'database.yaml': databaseExample() },
    right: { 'hatch.yaml': `${hatchExample()}---\n${peersExample()}`, 'database.yaml': databaseExample() },
  },
  check(context, report) {
    const label = enforcementLabel(context.catalog);
    const hatch = context.specs.find(({ spec }) => asksNamespaceLabel(spec.subject.selector, label));
    if (hatch === undefined) return;
    const world = context.world();
    const byNamespace = podsByNamespace(world);
    const pods = [...byNamespace.values()].flat();
    const to = pods.filter((pod) => !passes(world, world.probes.hatch, pod, 'to'));
    const from = pods.filter((pod) => !passes(world, world.probes.hatch, pod, 'from'));
    const closed = new Set([...to, ...from]);
    const [first] = closed;
    if (first === undefined) return;
    report({
      at: atSubject(context, hatch),
      fields: {
        peer: world.idOf(first),
        closed: new Set([...closed].map((pod) => world.namespaceOf(pod))).size,
        namespaces: byNamespace.size,
        ways: [...(to.length > 0 ? (['to'] as const) : []), ...(from.length > 0 ? (['from'] as const) : [])],
      },
    });
  },
});

/** A port that no policy opens for another reason. */
const SOME_PORT = 61_613;

/** Judges the other end only, on a port like any other. What a hole in some policy opens does not count. */
function passes(world: LintWorld, hatch: EndpointIndex, pod: EndpointIndex, way: 'to' | 'from'): boolean {
  const engine = world.strict();
  const set = way === 'to' ? engine.ingressPorts(hatch, pod) : engine.egressPorts(pod, hatch);
  return engine.compiled.ports.contains(set, PROTOCOLS.indexOf('TCP'), SOME_PORT);
}

function hatchExample(): string {
  return `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: escape-hatch-open
spec:
  endpointSelector:
    matchLabels:
      io.cilium.k8s.namespace.labels.network-policy.homelab/enforcement: disabled
  ingress:
    - fromEntities:
        - all
  egress:
    - toEntities:
        - all
`;
}

function peersExample(): string {
  return `apiVersion: cilium.io/v2
kind: CiliumClusterwideNetworkPolicy
metadata:
  name: escape-hatch-peers
spec:
  endpointSelector: {}
  enableDefaultDeny:
    ingress: false
    egress: false
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.cilium.k8s.namespace.labels.network-policy.homelab/enforcement: disabled
  egress:
    - toEndpoints:
        - matchLabels:
            io.cilium.k8s.namespace.labels.network-policy.homelab/enforcement: disabled
`;
}

function databaseExample(): string {
  return `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  ingress:
    - fromEntities:
        - health
`;
}
