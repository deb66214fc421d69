import { fieldAt, textAt } from '../manifest/yaml/fields.ts';
import type { ClusterObject } from '../model/cluster.ts';

/** Who keeps an object as it is. */
export type ManagedBy =
  /** A Kustomization or HelmRelease of Flux, as `namespace/name`. */
  | { readonly kind: 'flux-kustomization' | 'flux-helm-release'; readonly name: string }
  | { readonly kind: 'argo-cd'; readonly name: string }
  | { readonly kind: 'helm'; readonly name: string }
  /** Another object of the cluster, as `Kind/name`. */
  | { readonly kind: 'owner'; readonly name: string }
  /** Nobody's: written by hand. `managers` are the API server's names for who wrote it, where it told them. */
  | { readonly kind: 'nobody'; readonly managers: readonly string[] };

/** Reads it from the labels and annotations that controllers leave on what they apply. */
export function managedBy(object: ClusterObject): ManagedBy {
  const label = (key: string): string | undefined => textAt(object, ['metadata', 'labels', key]);
  const annotation = (key: string): string | undefined => textAt(object, ['metadata', 'annotations', key]);
  const named = (namespace: string | undefined, name: string): string =>
    namespace === undefined ? name : `${namespace}/${name}`;
  const kustomization = label('kustomize.toolkit.fluxcd.io/name');
  if (kustomization !== undefined) {
    const name = named(label('kustomize.toolkit.fluxcd.io/namespace'), kustomization);
    return { kind: 'flux-kustomization', name };
  }
  const release = label('helm.toolkit.fluxcd.io/name');
  if (release !== undefined) {
    return { kind: 'flux-helm-release', name: named(label('helm.toolkit.fluxcd.io/namespace'), release) };
  }
  const argo = annotation('argocd.argoproj.io/tracking-id') ?? label('argocd.argoproj.io/instance');
  if (argo !== undefined) return { kind: 'argo-cd', name: argo.split(':')[0] ?? argo };
  const helm = annotation('meta.helm.sh/release-name');
  if (helm !== undefined || label('app.kubernetes.io/managed-by') === 'Helm') {
    return { kind: 'helm', name: named(annotation('meta.helm.sh/release-namespace'), helm ?? '') };
  }
  const [owner] = object.metadata.ownerReferences ?? [];
  if (owner !== undefined) return { kind: 'owner', name: `${owner.kind}/${owner.name}` };
  return { kind: 'nobody', managers: managersOf(object).map(({ manager }) => manager) };
}

/** Who wrote fields of an object, and when. */
export interface FieldManager {
  readonly manager: string;
  /** `Apply` or `Update`. */
  readonly operation: string;
  /** RFC 3339; empty where the API server told none. */
  readonly time: string;
}

/** Those who wrote something besides the status, each once; none where managed fields were left out. */
export function managersOf(
  object: ClusterObject,
  isOwned?: (fields: unknown) => boolean,
): readonly FieldManager[] {
  const found = new Map<string, FieldManager>();
  for (const entry of object.metadata.managedFields ?? []) {
    const manager = textAt(entry, ['manager']);
    if (manager === undefined || textAt(entry, ['subresource']) !== undefined) continue;
    if (isOwned !== undefined && !isOwned(fieldAt(entry, ['fieldsV1']))) continue;
    const operation = textAt(entry, ['operation']) ?? '';
    const time = textAt(entry, ['time']) ?? '';
    const known = found.get(manager);
    if (known === undefined || known.time < time) found.set(manager, { manager, operation, time });
  }
  return [...found.values()];
}

/** Those who wrote one label. */
export function managersOfLabel(object: ClusterObject, key: string): readonly FieldManager[] {
  return managersOf(
    object,
    (fields) => fieldAt(fields, ['f:metadata', 'f:labels', `f:${key}`]) !== undefined,
  );
}
