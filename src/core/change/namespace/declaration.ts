import { nearestNames } from '../../ask/index.ts';
import { formatPath } from '../../model/place.ts';
import type { NamespaceDeclaration } from '../../model/repository.ts';
import type { ReadScope } from '../scope.ts';
import type { ChangeRefusal, ClusterPlace } from '../types.ts';

export type FoundDeclaration =
  | { readonly kind: 'found'; readonly scope: ReadScope; readonly declaration: NamespaceDeclaration }
  /** Something names it and nothing declares it. */
  | { readonly kind: 'implied'; readonly declaration: NamespaceDeclaration }
  | { readonly kind: 'refused'; readonly refusal: ChangeRefusal };

/**
 * Finds the one text that declares a namespace. Several clusters may read the same text; where each has a text of its
 * own, one must be asked for.
 *
 * @param asked the cluster, where one was named
 */
export function findDeclaration(
  namespace: string,
  scopes: readonly ReadScope[],
  asked: string | undefined,
): FoundDeclaration {
  const all = scopes.flatMap((scope) => {
    const declaration = scope.read.namespaces.find(({ name }) => name === namespace);
    return declaration === undefined ? [] : [{ scope, declaration }];
  });
  const meant = all.filter(({ scope }) => asked === undefined || scope.name === asked);
  const declared = meant.filter(({ declaration }) => declaration.form.kind !== 'implied');
  const [first] = declared;
  if (first === undefined) {
    const [implied] = meant;
    if (implied !== undefined) return { kind: 'implied', declaration: implied.declaration };
    const elsewhere = all.map(({ scope }) => scope.name);
    return { kind: 'refused', refusal: unknownNamespace(namespace, { scopes, asked, elsewhere }) };
  }
  const texts = new Map(
    declared.map(({ scope, declaration }) => [textKey(declaration), { scope, declaration }]),
  );
  if (texts.size > 1) {
    const places: readonly ClusterPlace[] = declared.map(({ scope, declaration }) => ({
      cluster: scope.name,
      place: declaration.place,
    }));
    return { kind: 'refused', refusal: { code: 'several-clusters', namespace, places } };
  }
  const { scope, declaration } = first;
  const twice = scope.read.problems.find(
    ({ code, object }) =>
      code === 'duplicate-object' && object?.kind === 'Namespace' && object.name === namespace,
  );
  if (twice !== undefined) {
    const refusal = { code: 'declared-twice', namespace, place: twice.place, other: twice.value } as const;
    return { kind: 'refused', refusal };
  }
  return { kind: 'found', scope, declaration };
}

/** The same for all that one text declares in the same way. */
function textKey({ place, form }: NamespaceDeclaration): string {
  switch (form.kind) {
    case 'object':
      return `${place.file}#${form.document}#${formatPath(form.path)}`;
    case 'resource-set-input':
      return `${place.file}#${form.document}#${form.input}`;
    case 'implied':
      return '';
  }
}

function unknownNamespace(
  namespace: string,
  {
    scopes,
    asked,
    elsewhere,
  }: {
    readonly scopes: readonly ReadScope[];
    readonly asked: string | undefined;
    readonly elsewhere: readonly string[];
  },
): ChangeRefusal {
  const known = scopes
    .filter(({ name }) => asked === undefined || name === asked)
    .flatMap(({ read }) => read.namespaces.map(({ name }) => name));
  const nearest = nearestNames(namespace, [...new Set(known)]);
  return { code: 'unknown-namespace', namespace, nearest, elsewhere };
}
