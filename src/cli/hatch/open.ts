import type { Command } from 'commander';
import { isPlatform } from '../../core/catalog/index.ts';
import {
  HATCH_MANAGER,
  type OpenHatch,
  type OpenRequest,
  openHatchOf,
  openingOf,
  refusalOf,
  revertingOf,
} from '../../core/cluster/hatch.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type Io, nowOf } from '../io.ts';
import { requireConfirmation } from './confirm.ts';
import { printHatch } from './print.ts';
import { type HatchOptions, type HatchTarget, hatchTarget, namespaceObject } from './target.ts';
import { reportTraffic } from './traffic.ts';
import { writtenObject } from './write.ts';

export interface OpenOptions extends HatchOptions {
  readonly reason?: string;
  readonly ticket?: string;
  /** Seconds. */
  readonly for?: number;
  readonly confirm?: string;
  readonly force?: true;
  readonly extend?: true;
  /** Seconds; 0 for not at all. */
  readonly watch: number;
}

/** Opens a namespace, says until when and whether it stays, and watches the drops stop. */
export async function openNamespace(namespace: string, options: OpenOptions, io: Io): Promise<ExitCode> {
  const target = await hatchTarget(options, io);
  const { catalog, cluster } = target;
  const request: OpenRequest = {
    namespace,
    reason: options.reason ?? '',
    ticket: options.ticket ?? '',
    ...(options.for === undefined ? {} : { seconds: options.for }),
  };
  await requireLimits(request, target);
  const before = await namespaceObject(target, namespace);
  const already = openHatchOf(before, catalog);
  if (already !== undefined && options.extend !== true) return sayOpen(already, options, io);
  if (isPlatform(catalog, namespace)) await warnOfPlatform(namespace, target, io);
  await requireConfirmation(namespace, { target, confirm: options.confirm }, io);
  const by = (await cluster.whoAmI()) ?? localName(io);
  const opening = openingOf(request, { by, nowMs: nowOf(io), catalog });
  const write = await cluster.apply(opening.object, {
    fieldManager: HATCH_MANAGER,
    ...(options.force === true ? { isForced: true } : {}),
  });
  const after = writtenObject(write);
  const hatch = openHatchOf(after, catalog);
  if (hatch === undefined) {
    throw new CliError(
      `The API server took the change, and ${namespace} does not have the label.`,
      'An admission rule may have taken it away. Look at it: kubectl get namespace -o yaml',
    );
  }
  const { openedNamespaceText, revertingText } = await import('../../core/report/hatch/status.ts');
  io.err(`propolis: ${openedNamespaceText(hatch)}\n`);
  const reverting = revertingOf(after, catalog);
  const mind = revertingText(reverting);
  if (mind !== '') io.err(`propolis: mind: ${mind}\n`);
  await printHatch({ hatch, reverting }, options, io);
  if (options.watch === 0) return EXIT.ok;
  return reportTraffic({ target, namespace, seconds: options.watch, what: 'open' }, options, io);
}

async function requireLimits(request: OpenRequest, { catalog }: HatchTarget): Promise<void> {
  const refusal = refusalOf(request, catalog);
  if (refusal === undefined) return;
  const { openRefusalText } = await import('../../core/report/words/hatch.ts');
  const { message, remedy } = openRefusalText(refusal);
  throw new CliError(message, remedy);
}

async function sayOpen(already: OpenHatch, options: OpenOptions, io: Io): Promise<ExitCode> {
  const { openAlreadyText } = await import('../../core/report/hatch/status.ts');
  io.err(`propolis: ${openAlreadyText(already)}. Nothing was changed; --extend sets a new end.\n`);
  await printHatch({ hatch: already, reverting: { kind: 'stays' } }, options, io);
  return EXIT.ok;
}

async function warnOfPlatform(namespace: string, { catalog }: HatchTarget, io: Io): Promise<void> {
  const { platformWarning } = await import('../../core/report/words/hatch.ts');
  io.err(`propolis: ${platformWarning(namespace, catalog)}\n`);
}

/** Where the API server does not say who asks. */
function localName({ env }: Io): string {
  return env['USER'] ?? env['USERNAME'] ?? 'unknown';
}

export function addOpenOptions(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for the record and the alert')
    .option('--ticket <id>', 'the ticket or incident that it belongs to')
    .option('--extend', 'set a new end, and a new record, where it is open already')
    .option('--force', 'take the label over from another field manager');
}
