import { labelled, table } from './layout.ts';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

/** What a demo serves, and where. */
export interface DemoServed {
  readonly context: string;
  readonly server: string;
  readonly relay: string;
  readonly kubeconfig: string;
  readonly repository: string;
  /** Whether the repository is a copy that goes when the demo ends. */
  readonly isCopy: boolean;
  /** Whether the copy has a history that commands can commit to. */
  readonly hasGit: boolean;
  /** Something to look at: a namespace, and a label that would open something for it. */
  readonly namespace: string;
  readonly label: string;
  readonly reconcileSeconds: number;
}

/** What a demo serves, and commands that work against it. */
export function demoText(
  served: DemoServed,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): string {
  const layout = { indent: 2, column: 13, width };
  const { context, server, relay, kubeconfig, repository, isCopy } = served;
  const lines = [
    paint.strong('The demo cluster is up.'),
    ...labelled('context', printable(context), layout),
    ...labelled('API server', server, layout),
    ...labelled('Hubble relay', relay, layout),
    ...labelled(
      'repository',
      `${printable(repository)}${isCopy ? ' (a copy, gone when the demo ends)' : ''}`,
      layout,
    ),
    '',
    paint.strong('In another terminal:'),
    `  export KUBECONFIG=${quoted(kubeconfig)} HUBBLE_SERVER=${relay}`,
    `  cd ${quoted(repository)}`,
    '',
    ...table(commandsOf(served)).map((line) => `  ${line}`),
    '',
  ];
  return lines.join('\n');
}

function commandsOf({
  namespace,
  label,
  reconcileSeconds,
  isCopy,
  hasGit,
}: DemoServed): readonly (readonly string[])[] {
  const name = printable(namespace);
  const back = `Flux takes it back within ${reconcileSeconds} s`;
  return [
    ['drops', 'hubble observe --verdict DROPPED --since 5m'],
    ['and who decided', `propolis observe -n ${name} --since 5m`],
    ['why, and the fix', `propolis debug ${name} --server $HUBBLE_SERVER`],
    ['what works', `propolis verify ${name} --server $HUBBLE_SERVER --since 5m`],
    ['status', `propolis status ${name}`],
    ['namespaces', 'kubectl get ns --show-labels'],
    ['policies', 'kubectl get cnp,ccnp -A'],
    ...(label === ''
      ? []
      : [
          ['the fix by hand', `kubectl label ns ${name} ${printable(label)}`],
          ['', `(${back}: Git does not have it)`],
        ]),
    ...(isCopy && hasGit
      ? [
          ['the fix in Git', `propolis debug ${name} --server $HUBBLE_SERVER --apply`],
          ['', '(on a branch: git merge it, and Flux applies it)'],
        ]
      : []),
  ];
}

/** What Flux changed, in one line. */
export function reconciledText(changes: {
  readonly configured: readonly string[];
  readonly created: readonly string[];
  readonly pruned: readonly string[];
  readonly failed: readonly { readonly object: string; readonly message: string }[];
}): string {
  const parts = (['created', 'configured', 'pruned'] as const).flatMap((action) =>
    changes[action].length === 0 ? [] : [`${action} ${listed(changes[action])}`],
  );
  const failed = changes.failed.map(
    ({ object, message }) => `refused ${printable(object)}: ${printable(message)}`,
  );
  return [...parts, ...failed].join('; ');
}

const NAMED_MAX = 3;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).map(printable).join(', ');
  const left = names.length - NAMED_MAX;
  return left > 0 ? `${shown} and ${left} more` : shown;
}

/** For a shell, whatever is in it. */
function quoted(text: string): string {
  return /^[-\w./:@]+$/.test(text) ? text : `'${printable(text).replaceAll("'", "'\\''")}'`;
}
