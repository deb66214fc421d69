import { CLUSTER_KINDS, type ClusterKindName, type Permission } from '../../core/model/cluster.ts';
import type { ClusterScope } from '../../core/ports/cluster-reader.ts';

/** `/apis/cilium.io/v2/namespaces/shop/ciliumnetworkpolicies/name`. */
export function kindPath(kind: ClusterKindName, version: string, scope: ClusterScope, name = ''): string {
  const { group, plural, isNamespaced } = CLUSTER_KINDS[kind];
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const within =
    isNamespaced && scope.namespace !== undefined ? `/namespaces/${encodeURIComponent(scope.namespace)}` : '';
  return `${root}${within}/${plural}${name === '' ? '' : `/${encodeURIComponent(name)}`}`;
}

export function queryOf(parts: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parts))
    if (value !== undefined && value !== '') query.set(name, value);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** What must be granted for a verb on a kind. */
export function permissionOf(verb: string, kind: ClusterKindName, scope: ClusterScope): Permission {
  const { group, plural, isNamespaced } = CLUSTER_KINDS[kind];
  return {
    verb,
    group,
    resource: plural,
    namespace: isNamespaced ? (scope.namespace ?? '') : '',
    name: scope.name ?? '',
  };
}
