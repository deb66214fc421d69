import { isPlatform } from '../../catalog/index.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import { PROTOCOLS } from '../../model/port.ts';
import type { LintContext, RuleSite } from '../context.ts';
import { podsByNamespace } from '../facts/by-namespace.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { atIsolation, isIsolated } from '../facts/platform.ts';
import { couldBeSelected, mayHaveMoreLabels } from '../facts/unknown-labels.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface DnsEgressMissingFields {
  readonly namespace: string;
  /** Pods without DNS, at most a handful. */
  readonly pods: readonly string[];
  readonly count: number;
  readonly isPlatform: boolean;
}

/** Computed, with the baselines: whatever admits DNS will do. */
export const dnsEgressMissing: Rule<'dns-egress-missing', DnsEgressMissingFields> = defineRule({
  id: 'dns-egress-missing',
  name: 'Egress without DNS',
  severity: 'error',
  group: 'platform',
  examples: {
    wrong: {
      'database.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: garage
      toPorts:
        - ports:
            - port: "3900"
              protocol: TCP
`,
    },
    right: {
      'database.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: database-default
  namespace: database
spec:
  endpointSelector: {}
  egress:
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: kube-system
            k8s-app: kube-dns
      toPorts:
        - ports:
            - port: "53"
              protocol: UDP
            - port: "53"
              protocol: TCP
    - toEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: garage
      toPorts:
        - ports:
            - port: "3900"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const world = context.world();
    const resolvers = resolversOf(context, world);
    for (const [namespace, pods] of podsByNamespace(world)) {
      const without = pods.filter(
        (pod) =>
          isIsolated(world, pod, 'egress') &&
          admitsSomething(world, pod) &&
          !asksDns(context, world, { pod, resolvers }),
      );
      const [first] = without;
      if (first === undefined) continue;
      // Pods that no file declares may have a label that opens the DNS for them.
      const isUnknown = without.every((pod) => mayHaveMoreLabels(world, pod));
      if (isUnknown && couldBeSelected(context, namespace, opensDns)) continue;
      report({
        at: atIsolation(context, world, { namespace, pod: first, direction: 'egress' }),
        fields: {
          namespace,
          pods: without.slice(0, 5).map((pod) => world.idOf(pod)),
          count: without.length,
          isPlatform: isPlatform(context.catalog, namespace),
        },
        key: namespace,
      });
    }
  },
});

function opensDns({ rule }: RuleSite): boolean {
  if (rule.direction !== 'egress' || rule.effect === 'deny') return false;
  return (rule.ports ?? []).some(({ ports }) =>
    ports.some((match) => match.kind === 'port' && match.port === 53),
  );
}

/** A pod whose policies admit nothing at all is closed on purpose, or its policies are somewhere else. */
function admitsSomething({ engine }: LintWorld, pod: EndpointIndex): boolean {
  const { egressClassOf, ports } = engine.compiled;
  return engine.row('egress', egressClassOf[pod] as number).some((set) => set !== ports.none);
}

/** The cluster's DNS as the catalog names it, and whoever else may answer: nodes, and servers outside. */
function resolversOf({ catalog }: LintContext, world: LintWorld): readonly EndpointIndex[] {
  const { engine, probes } = world;
  const inside = world.pods.filter((pod) => {
    const { labels } = engine.endpoints[pod] as { readonly labels: readonly string[] };
    return (
      world.namespaceOf(pod) === catalog.dns.namespace &&
      Object.entries(catalog.dns.labels).every(([key, value]) => labels.includes(`k8s:${key}=${value}`))
    );
  });
  const outside = ['host', 'remote-node', 'world', 'world-ipv4'].flatMap((id) => engine.find(id) ?? []);
  return [probes.dns, ...inside, ...outside];
}

function asksDns(
  { catalog }: LintContext,
  { engine }: LintWorld,
  { pod, resolvers }: { readonly pod: EndpointIndex; readonly resolvers: readonly EndpointIndex[] },
): boolean {
  const { ports } = engine.compiled;
  return resolvers.some((resolver) =>
    catalog.dns.ports.some(({ protocol, port }) =>
      ports.contains(engine.egressPorts(pod, resolver), PROTOCOLS.indexOf(protocol), port),
    ),
  );
}
