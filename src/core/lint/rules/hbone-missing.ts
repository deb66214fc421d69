import type { EndpointIndex } from '../../engine/index.ts';
import type { Direction } from '../../model/policy.ts';
import { PROTOCOLS } from '../../model/port.ts';
import { isNoPorts } from '../../model/port-set.ts';
import type { LintContext } from '../context.ts';
import { podsByNamespace } from '../facts/by-namespace.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { isAmbient, meshPods } from '../facts/mesh.ts';
import { atIsolation, isIsolated } from '../facts/platform.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface HboneMissingFields {
  readonly namespace: string;
  readonly direction: Direction;
  readonly port: number;
  readonly pod: string;
  /** A member of the mesh that its policies admit on other ports, or whom they let it reach. */
  readonly peer: string;
}

/** Istio ambient: pods of the mesh speak to each other through one TCP port, whatever port they mean (istio/istio#52208). */
export const hboneMissing: Rule<'hbone-missing', HboneMissingFields> = defineRule({
  id: 'hbone-missing',
  name: 'Members of the mesh without its tunnel',
  severity: 'error',
  group: 'platform',
  examples: {
    wrong: {
      'namespaces.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
---
apiVersion: v1
kind: Namespace
metadata:
  name: api
  labels:
    istio.io/dataplane-mode: ambient
`,
      'api.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: api
  namespace: api
spec:
  endpointSelector: {}
  ingress:
    - fromCIDR:
        - 169.254.0.0/16
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: shop
      toPorts:
        - ports:
            - port: "8080"
              protocol: TCP
`,
    },
    right: {
      'namespaces.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
---
apiVersion: v1
kind: Namespace
metadata:
  name: api
  labels:
    istio.io/dataplane-mode: ambient
`,
      'api.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: api
  namespace: api
spec:
  endpointSelector: {}
  ingress:
    - fromCIDR:
        - 169.254.0.0/16
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: shop
      toPorts:
        - ports:
            - port: "15008"
              protocol: TCP
`,
    },
  },
  check(context, report) {
    const world = context.world();
    const { namespace: home } = context.catalog.mesh;
    // The mesh's own parts do not go through its tunnel when they configure it.
    const members = [...podsByNamespace(world)]
      .filter(([namespace]) => namespace !== home && isAmbient(context, namespace))
      .map(([namespace, pods]) => [namespace, meshPods(context, world, pods)] as const);
    const everyone = oneOfEachPeerClass(
      world,
      members.flatMap(([, pods]) => pods),
    );
    for (const [namespace, pods] of members) {
      for (const direction of ['ingress', 'egress'] as const) {
        const found = firstWithout(context, world, { pods, everyone, direction });
        if (found === undefined) continue;
        report({
          at: atIsolation(context, world, { namespace, pod: found.pod, direction }),
          fields: {
            namespace,
            direction,
            port: context.catalog.mesh.port,
            pod: world.idOf(found.pod),
            peer: world.idOf(found.peer),
          },
          key: `${namespace} ${direction}`,
        });
      }
    }
  },
});

/** No rule tells the others from these. */
function oneOfEachPeerClass({ engine }: LintWorld, pods: readonly EndpointIndex[]): readonly EndpointIndex[] {
  const found = new Map<number, EndpointIndex>();
  for (const pod of pods) {
    const peerClass = engine.compiled.peerClassOf[pod] as number;
    if (!found.has(peerClass)) found.set(peerClass, pod);
  }
  return [...found.values()];
}

/** A pod that admits a member of the mesh, or reaches one, on some port and not on the mesh's own. */
function firstWithout(
  { catalog }: LintContext,
  world: LintWorld,
  {
    pods,
    everyone,
    direction,
  }: {
    readonly pods: readonly EndpointIndex[];
    readonly everyone: readonly EndpointIndex[];
    readonly direction: Direction;
  },
): { readonly pod: EndpointIndex; readonly peer: EndpointIndex } | undefined {
  const { engine } = world;
  const { ports } = engine.compiled;
  const tcp = PROTOCOLS.indexOf('TCP');
  for (const pod of pods) {
    if (!isIsolated(world, pod, direction)) continue;
    for (const peer of everyone) {
      const set = direction === 'ingress' ? engine.ingressPorts(peer, pod) : engine.egressPorts(pod, peer);
      if (ports.contains(set, tcp, catalog.mesh.port) || isNoPorts(ports.get(set))) continue;
      // DNS is UDP and stays outside of the tunnel, as all but TCP does.
      if ((ports.get(set)[tcp]?.length ?? 0) > 0 && !isDnsOnly(ports.get(set)[tcp])) return { pod, peer };
    }
  }
  return undefined;
}

function isDnsOnly(ranges: readonly number[] = []): boolean {
  return ranges.length === 2 && ranges[0] === 53 && ranges[1] === 53;
}
