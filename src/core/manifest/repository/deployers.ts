import { type FluxKustomization, readFluxKustomization } from '../flux/flux-kustomization.ts';
import { type ResourceSet, renderResourceSet } from '../flux/resource-set.ts';
import { resolvePath } from '../kustomize/paths.ts';
import { asFields, asList, field, fieldAt, textAt } from '../yaml/fields.ts';
import type { ArgoSource } from './applied.ts';
import type { ReadObject } from './objects.ts';

export const FLUX_GROUP = 'kustomize.toolkit.fluxcd.io';
const RESOURCE_SET_GROUP = 'fluxcd.controlplane.io';
const ARGO_GROUP = 'argoproj.io';

/** What says which directories are applied, or makes objects of its own. */
export type Deployer =
  | { readonly kind: 'flux'; readonly flux: FluxKustomization }
  | { readonly kind: 'resource-set'; readonly set: ResourceSet; readonly object: ReadObject }
  | {
      readonly kind: 'argo';
      readonly sources: readonly ArgoSource[];
      readonly charts: number;
      readonly object: ReadObject;
    }
  /** Something that makes deployers, and whose own inputs are in the cluster or elsewhere. */
  | { readonly kind: 'generator' };

/** Reads an object as a deployer, if it is one. */
export function readDeployer(object: ReadObject): Deployer | undefined {
  if (object.kind === 'Kustomization' && object.group === FLUX_GROUP) {
    return { kind: 'flux', flux: readFluxKustomization(object) };
  }
  if (object.kind === 'ResourceSet' && object.group === RESOURCE_SET_GROUP) {
    return { kind: 'resource-set', set: renderResourceSet(object), object };
  }
  if (object.group !== ARGO_GROUP) return undefined;
  if (object.kind === 'ApplicationSet') return { kind: 'generator' };
  return object.kind === 'Application' ? readApplication(object) : undefined;
}

export function isDeployerKind(kind: string): boolean {
  return ['Kustomization', 'ResourceSet', 'Application', 'ApplicationSet'].includes(kind);
}

/**
 * Reads an Argo CD Application: its directories, and the namespace for objects that name none. `kustomize.namespace`
 * would overwrite all, so it is not taken for the same.
 */
function readApplication(object: ReadObject): Deployer {
  const namespace = textAt(object.value, ['spec', 'destination', 'namespace']);
  const origin = { locate: object.locate, path: ['spec', 'destination', 'namespace'] };
  const sources: ArgoSource[] = [];
  let charts = 0;
  const single = asFields(fieldAt(object.value, ['spec', 'source']));
  for (const source of [single, ...(asList(fieldAt(object.value, ['spec', 'sources'])) ?? [])]) {
    if (textAt(source, ['chart']) !== undefined || asFields(field(source, 'helm')) !== undefined) charts += 1;
    const text = textAt(source, ['path']);
    const path = text === undefined ? undefined : resolvePath('', text.replace(/^\/+/, ''));
    if (path === undefined || path === '') continue;
    sources.push({
      path,
      origin: { locate: object.locate, path: ['spec'] },
      recurses: fieldAt(source, ['directory', 'recurse']) === true,
      namespace: namespace === undefined ? undefined : { value: namespace, origin },
    });
  }
  return { kind: 'argo', sources, charts, object };
}
