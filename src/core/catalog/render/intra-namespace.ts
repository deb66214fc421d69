import type { Catalog } from '../types.ts';
import type { PolicyDocument, Rule } from './document.ts';
import { alsoHbone } from './mesh.ts';

/**
 * Namespaces whose pods may talk to each other: a policy in each of them, where `{}` is the pods of that namespace.
 * The same in a clusterwide policy would be every pod of the cluster (Cilium PR #12890), and a peer by a label of
 * the namespace would leave it too, so the mesh's port stands beside the others without any condition.
 */
export function intraNamespaceDocuments(catalog: Catalog): readonly PolicyDocument[] {
  return catalog.intraNamespace.map(({ name, ports }) => {
    const rules: readonly Rule[] = [
      { peers: { kind: 'endpoints', selectors: [{}] }, ports: alsoHbone(catalog, ports) },
    ];
    return {
      name: 'intra-namespace',
      namespace: name,
      specs: [
        {
          description: 'Pods of this namespace may talk to each other, on these ports.',
          subject: { kind: 'endpoints', selector: {} },
          ingress: rules,
          egress: rules,
        },
      ],
    };
  });
}
