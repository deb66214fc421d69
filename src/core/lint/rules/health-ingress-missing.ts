import { isPlatform } from '../../catalog/index.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import { isNoPorts } from '../../model/port-set.ts';
import { podsByNamespace } from '../facts/by-namespace.ts';
import type { LintWorld } from '../facts/lint-world.ts';
import { isAmbient, meshPods } from '../facts/mesh.ts';
import { atIsolation, isIsolated } from '../facts/platform.ts';
import { MESH_PROBE_ADDRESS } from '../facts/probes.ts';
import { defineRule, type Rule } from '../rule.ts';

export interface HealthIngressMissingFields {
  readonly namespace: string;
  readonly pods: readonly string[];
  /** Who is not admitted: the entity `health`, or the address of probes in the mesh. */
  readonly who: string;
  readonly isInMesh: boolean;
}

/** Computed, with the baselines. The local host is admitted without a rule (`allow-localhost`). */
export const healthIngressMissing: Rule<'health-ingress-missing', HealthIngressMissingFields> = defineRule({
  id: 'health-ingress-missing',
  name: 'Pods that health probes do not reach',
  severity: 'error',
  group: 'platform',
  examples: {
    wrong: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
`,
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: istio-gateway
      toPorts:
        - ports:
            - port: "15008"
              protocol: TCP
`,
    },
    right: {
      'namespace.yaml': `apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    istio.io/dataplane-mode: ambient
`,
      'web.yaml': `apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: web
  namespace: shop
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints:
        - matchLabels:
            io.kubernetes.pod.namespace: istio-gateway
      toPorts:
        - ports:
            - port: "15008"
              protocol: TCP
    - fromCIDR:
        - 169.254.0.0/16
`,
    },
  },
  check(context, report) {
    const world = context.world();
    const health = world.engine.find('health');
    for (const [namespace, pods] of podsByNamespace(world)) {
      const isInMesh = isAmbient(context, namespace);
      const who = isInMesh ? world.probes.meshProbe : health;
      const isAsked = isInMesh || (context.usesModel && isPlatform(context.catalog, namespace));
      if (who === undefined || !isAsked) continue;
      const own = isInMesh ? meshPods(context, world, pods) : pods;
      const without = own.filter((pod) => isIsolated(world, pod, 'ingress') && !admits(world, pod, who));
      const [first] = without;
      if (first === undefined) continue;
      report({
        at: atIsolation(context, world, { namespace, pod: first, direction: 'ingress' }),
        fields: {
          namespace,
          pods: without.slice(0, 5).map((pod) => world.idOf(pod)),
          who: isInMesh ? MESH_PROBE_ADDRESS : 'health',
          isInMesh,
        },
        // Kubelet's probes come from the local host, which needs no rule but in the mesh.
        severity: isInMesh ? 'error' : 'warning',
        key: namespace,
      });
    }
  },
});

function admits({ engine }: LintWorld, pod: EndpointIndex, from: EndpointIndex): boolean {
  return !isNoPorts(engine.compiled.ports.get(engine.ingressPorts(from, pod)));
}
