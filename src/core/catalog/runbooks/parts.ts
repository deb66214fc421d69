import { code, fenced, tableOf } from '../render/markdown.ts';
import type { Catalog } from '../types.ts';

/** Commands to copy. They read `$NAMESPACE`, which the page sets first. */
export function shell(...lines: readonly string[]): string {
  return fenced('sh', lines);
}

/** Where the commands of a page begin: the namespace, and the cluster where there are several. */
export function beginning({ clusters }: Catalog): readonly string[] {
  const named = clusters.filter(({ context }) => context !== '');
  const choice =
    named.length === 0
      ? []
      : [
          'The commands below speak to the current context of kubectl. This repository runs these clusters:',
          tableOf(
            ['cluster', 'environment', 'context'],
            named.map(({ name, environment, context }) => [code(name), environment, code(context)]),
          ),
        ];
  return [...choice, 'Say which namespace it is about:', shell('export NAMESPACE=my-app')];
}
