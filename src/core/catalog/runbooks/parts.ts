import type { Catalog, Cluster } from '../types.ts';

/** Commands to copy. They read `$NAMESPACE`, which the page sets first. */
export function shell(...lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n');
}

export function code(text: string): string {
  return text.includes('`') ? text : `\`${text}\``;
}

/** Cells cannot end a row or the table. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|');
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

/** Pods that a label selector of kubectl names. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

export function isWrittenByGit({ environment, directWrites }: Cluster): boolean {
  return !(directWrites ?? environment === 'dev');
}
