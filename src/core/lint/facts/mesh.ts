import type { LintContext } from '../context.ts';

const DATAPLANE_MODE = 'istio.io/dataplane-mode';

/** Whether a namespace's label puts its pods into Istio's ambient mesh. */
export function isAmbient({ namespaces }: LintContext, namespace: string): boolean {
  return namespaces.find(namespace)?.labels[DATAPLANE_MODE] === 'ambient';
}

/** The label by which policies select members of the mesh. */
export const MESH_LABEL: string = DATAPLANE_MODE;
