import type { NamespaceDeclaration, RepositoryRead } from '../../model/repository.ts';
import type { Documents } from './documents.ts';

export interface NamespaceFacts {
  readonly all: readonly NamespaceDeclaration[];
  /** Those that a file declares, by a Namespace or a ResourceSet. */
  readonly declared: readonly NamespaceDeclaration[];
  find(name: string): NamespaceDeclaration | undefined;
  /**
   * Whether some file besides the policies knows the namespace: declares it, puts something into it, or names it.
   * Where no namespace is declared at all, nothing is known, and every name may be right.
   */
  isKnown(name: string): boolean;
}

/** Namespaces that every cluster has. */
const BUILT_IN: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public', 'kube-node-lease']);

export function namespaceFacts(read: RepositoryRead, documents: Documents): NamespaceFacts {
  const byName = new Map(read.namespaces.map((namespace) => [namespace.name, namespace]));
  const declared = read.namespaces.filter(({ form }) => form.kind !== 'implied');
  const populated = new Set<string>([
    ...declared.map(({ name }) => name),
    ...read.workloads.map(({ namespace }) => namespace),
    ...read.services.map(({ namespace }) => namespace),
  ]);
  let named: ReadonlySet<string> | undefined;
  return {
    all: read.namespaces,
    declared,
    find: (name) => byName.get(name),
    isKnown(name) {
      if (declared.length === 0 || BUILT_IN.has(name) || populated.has(name)) return true;
      named ??= namedElsewhere(documents);
      return named.has(name);
    },
  };
}

const NAMED = /namespace["']?[ \t]*:[ \t]*["']?([a-z0-9][-a-z0-9]{0,62})/gi;

/** Names that stand behind `namespace:` in anything but a policy. */
function namedElsewhere(documents: Documents): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { source, documents: parts } of documents.containing('amespace')) {
    for (const { range, screening } of parts) {
      if (screening.kind.endsWith('NetworkPolicy')) continue;
      for (const [, name = ''] of source.text.slice(range.start, range.end).matchAll(NAMED)) names.add(name);
    }
  }
  return names;
}
