import { type ReadOptions, readObjects } from '../../core/manifest/read.ts';
import type { SourceFile } from '../../core/model/repository.ts';
import { isMap, type JsonMap, mapAt, parseJson, textAt, withAt } from '../kubernetes/json.ts';
import { apiVersionOf, type ServedKind } from '../kubernetes/kinds.ts';
import { ownerLabels } from './marks.ts';

/** One object that Git has. */
export interface Desired {
  readonly kind: ServedKind;
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonMap;
}

export interface Owner {
  readonly name: string;
  readonly namespace: string;
}

/** What the repository wants in the cluster, namespaces first; kinds that the cluster does not have are left out. */
export function desiredObjects(
  files: readonly SourceFile[],
  options: ReadOptions,
  kinds: readonly ServedKind[],
  owner: Owner,
): readonly Desired[] {
  const all = readObjects(files, options).flatMap(({ namespace, name, value }): readonly Desired[] => {
    const object = parseJson(JSON.stringify(value) ?? 'null');
    const kind = isMap(object) ? kindOf(object, kinds) : undefined;
    if (kind === undefined || !isMap(object) || name === '') return [];
    const labels = { ...mapAt(object, 'metadata', 'labels'), ...ownerLabels(owner.name, owner.namespace) };
    const owned = withAt(object, ['metadata', 'labels'], labels);
    return [{ kind, namespace: kind.isNamespaced ? namespace : '', name, object: owned }];
  });
  return [...all.filter(isNamespace), ...all.filter((desired) => !isNamespace(desired))];
}

function isNamespace({ kind }: Desired): boolean {
  return kind.kind === 'Namespace';
}

function kindOf(object: JsonMap, kinds: readonly ServedKind[]): ServedKind | undefined {
  return kinds.find(
    (kind) => kind.kind === textAt(object, 'kind') && apiVersionOf(kind) === textAt(object, 'apiVersion'),
  );
}
