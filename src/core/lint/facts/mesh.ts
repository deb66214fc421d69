import { gatewayOf } from '../../catalog/index.ts';
import type { EndpointIndex } from '../../engine/index.ts';
import { kubernetesLabel } from '../../model/label.ts';
import type { LintContext } from '../context.ts';
import type { LintWorld } from './lint-world.ts';

const DATAPLANE_MODE = 'istio.io/dataplane-mode';

/** Whether a namespace's label puts its pods into Istio's ambient mesh. */
export function isAmbient({ namespaces }: LintContext, namespace: string): boolean {
  return namespaces.find(namespace)?.labels[DATAPLANE_MODE] === 'ambient';
}

/** Pods that the mesh takes in: not those that say no, and not gateways, which speak for themselves. */
export function meshPods(
  { catalog }: LintContext,
  world: LintWorld,
  pods: readonly EndpointIndex[],
): readonly EndpointIndex[] {
  return pods.filter((pod) => {
    const labels = world.engine.endpoints[pod]?.labels ?? [];
    if (kubernetesLabel(labels, DATAPLANE_MODE) === 'none') return false;
    return gatewayOf(catalog, { namespace: world.namespaceOf(pod), labels }) === undefined;
  });
}

/** The label by which policies select members of the mesh. */
export const MESH_LABEL: string = DATAPLANE_MODE;
