import { isPlatform } from '../../core/catalog/index.ts';
import {
  HATCH_MANAGER,
  type OpenHatch,
  type OpenRequest,
  openHatchOf,
  openingOf,
  type Reverting,
  refusalOf,
  revertingOf,
  revertingOfChange,
} from '../../core/cluster/hatch.ts';
import type { ClusterObject } from '../../core/model/cluster.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type Io, nowOf } from '../io.ts';
import { requireConfirmation } from './confirm.ts';
import { printHatch } from './print.ts';
import { type HatchOptions, type HatchTarget, hatchTarget, namespaceObject } from './target.ts';
import { reportTraffic } from './traffic.ts';
import { beforeChange, makeChange } from './write.ts';

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

/** Opens a namespace, says until when and whether it stays, and watches the drops stop. Safe to run again. */
export async function openNamespace(namespace: string, options: OpenOptions, io: Io): Promise<ExitCode> {
  const target = await hatchTarget(options, io);
  const request: OpenRequest = {
    namespace,
    reason: options.reason ?? '',
    ticket: options.ticket ?? '',
    ...(options.for === undefined ? {} : { seconds: options.for }),
  };
  await requireLimits(request, target);
  const before = await beforeChange(() => namespaceObject(target, namespace));
  const already = openHatchOf(before, target.catalog);
  if (already !== undefined && options.extend !== true) {
    await sayOpen({ hatch: already, reverting: revertingOf(before, target.catalog) }, options, io);
  } else await open(request, { target, before, already }, options, io);
  if (options.watch === 0) return EXIT.ok;
  return reportTraffic({ target, namespace, seconds: options.watch, what: 'open' }, options, io);
}

interface Before {
  readonly target: HatchTarget;
  readonly before: ClusterObject;
  readonly already: OpenHatch | undefined;
}

async function open(
  request: OpenRequest,
  { target, before, already }: Before,
  options: OpenOptions,
  io: Io,
): Promise<void> {
  const { catalog, cluster } = target;
  const { namespace } = request;
  if (isPlatform(catalog, namespace)) await warnOfPlatform(namespace, target, io);
  await requireConfirmation(namespace, { target, confirm: options.confirm }, io);
  const by = (await beforeChange(() => cluster.whoAmI())) ?? localName(io);
  // A new end is no new beginning.
  const since = already?.sinceMs === undefined ? {} : { sinceMs: already.sinceMs };
  const opening = openingOf(request, { by, nowMs: nowOf(io), catalog, ...since });
  const after = await makeChange(
    target,
    {
      namespace,
      what: 'open',
      write: () =>
        cluster.apply(opening.object, {
          fieldManager: HATCH_MANAGER,
          ...(options.force === true ? { isForced: true } : {}),
        }),
      isMade(object) {
        const made = openHatchOf(object, catalog);
        return made?.untilMs === opening.untilMs && made.reason === request.reason.trim();
      },
    },
    io,
  );
  const hatch = openHatchOf(after, catalog);
  if (hatch === undefined) {
    throw new CliError(
      `The API server took the change, and ${namespace} does not have the label.`,
      `An admission rule may have taken it away: kubectl get namespace ${namespace} -o yaml`,
    );
  }
  const { openedNamespaceText } = await import('../../core/report/hatch/status.ts');
  io.err(`propolis: ${openedNamespaceText(hatch)}\n`);
  await sayLine({ hatch, reverting: revertingOfChange(before, after, catalog) }, options, io);
}

async function requireLimits(request: OpenRequest, { catalog }: HatchTarget): Promise<void> {
  const refusal = refusalOf(request, catalog);
  if (refusal === undefined) return;
  const { openRefusalText } = await import('../../core/report/words/hatch.ts');
  const { message, remedy } = openRefusalText(refusal);
  throw new CliError(message, remedy);
}

interface Line {
  readonly hatch: OpenHatch;
  readonly reverting: Reverting;
}

async function sayOpen(line: Line, options: OpenOptions, io: Io): Promise<void> {
  const { openAlreadyText } = await import('../../core/report/hatch/status.ts');
  io.err(`propolis: ${openAlreadyText(line.hatch, nowOf(io))}\n`);
  await sayLine(line, options, io);
}

async function sayLine(line: Line, options: OpenOptions, io: Io): Promise<void> {
  const { revertingText } = await import('../../core/report/hatch/status.ts');
  const mind = revertingText(line.reverting);
  if (mind !== '') io.err(`propolis: mind: ${mind}\n`);
  await printHatch(line, options, io);
}

async function warnOfPlatform(namespace: string, { catalog }: HatchTarget, io: Io): Promise<void> {
  const { platformWarning } = await import('../../core/report/words/hatch.ts');
  io.err(`propolis: ${platformWarning(namespace, catalog)}\n`);
}

/** Where the API server does not say who asks. */
function localName({ env }: Io): string {
  return env['USER'] ?? env['USERNAME'] ?? 'unknown';
}
