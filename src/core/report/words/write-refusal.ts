import type { Catalog } from '../../catalog/index.ts';
import type { WriteRefusal } from '../../cluster/index.ts';
import { printable } from '../printable.ts';

/** Why nothing is written to a cluster, and the way that is open. */
export function writeRefusalText(
  refusal: WriteRefusal,
  { paths }: Pick<Catalog, 'paths'>,
): { readonly message: string; readonly remedy: readonly string[] } {
  switch (refusal.code) {
    case 'cluster-unknown': {
      const { context, server } = refusal.identity;
      return {
        message: `The catalog does not know the cluster of ${context === '' ? printable(server) : `the context ${printable(context)}`}, so nothing is written to it.`,
        remedy: [
          'If it is yours to write, add it to propolis.yaml:',
          '  clusters:',
          '    dev:',
          '      environment: dev',
          `      context: ${printable(context)}`,
          `      server: ${printable(server)}`,
        ],
      };
    }
    case 'server-mismatch':
      return {
        message: `The context ${printable(refusal.identity.context)} leads to ${printable(refusal.identity.server)}, and the catalog's cluster ${printable(refusal.cluster.name)} is ${printable(refusal.cluster.server)}: nothing is written.`,
        remedy: ['It may be another cluster. Correct the kubeconfig, or the server in propolis.yaml.'],
      };
    case 'through-git':
      return {
        message: `The cluster ${printable(refusal.cluster.name)} (${refusal.environment}) is written through Git only.`,
        remedy: [
          'labels of a namespace:  propolis namespace set NAME --access RESOURCE --commit',
          'what a drop needs:      propolis debug NAMESPACE --apply',
          'a platform namespace:   propolis platform add NAMESPACE --commit',
          `any other policy:       edit it below ${printable(paths.policies)}, and commit it`,
        ],
      };
  }
}
