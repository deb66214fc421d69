import { isOverdue, type OpenHatch, openHatchOf, revertingOf } from '../../core/cluster/hatch.ts';
import type { ClusterObject } from '../../core/model/cluster.ts';
import type { HatchLine } from '../../core/report/hatch/status.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type Io, nowOf } from '../io.ts';
import { closeOne } from './close.ts';
import { printHatches } from './print.ts';
import { type HatchOptions, type HatchTarget, hatchTarget, namespaceObject } from './target.ts';
import { dropsSince } from './traffic.ts';

export interface StatusOptions extends HatchOptions {
  /** Whether Hubble is asked for drops. */
  readonly drops: boolean;
}

/** A line for each open namespace. @returns 1 when one is past its time */
export async function hatchStatus(
  namespace: string | undefined,
  options: StatusOptions,
  io: Io,
): Promise<ExitCode> {
  const target = await hatchTarget(options, io);
  const objects =
    namespace === undefined ? await allNamespaces(target) : [await namespaceObject(target, namespace)];
  const open = openOf(objects, target);
  const drops =
    options.drops && open.length > 0
      ? await dropsOf(open, { target, options }, io)
      : new Map<string, number>();
  const lines = open.map(({ object, hatch }): HatchLine => {
    const count = drops.get(hatch.namespace);
    return {
      hatch,
      isOverdue: isOverdue(hatch, nowOf(io)),
      reverting: revertingOf(object, target.catalog),
      ...(count === undefined ? {} : { drops: count }),
    };
  });
  await printHatches(lines, options, io);
  return lines.some((line) => line.isOverdue) ? EXIT.findings : EXIT.ok;
}

export interface ReapOptions extends HatchOptions {
  readonly dryRun?: true;
}

/** Closes what is past its time. Safe to run again, and by two at once. */
export async function reapHatches(options: ReapOptions, io: Io): Promise<ExitCode> {
  const target = await hatchTarget(options, io);
  const overdue = openOf(await allNamespaces(target), target).filter(({ hatch }) =>
    isOverdue(hatch, nowOf(io)),
  );
  let failed = 0;
  for (const { hatch } of overdue) {
    if (options.dryRun === true) {
      io.err(`propolis: ${hatch.namespace} would be closed.\n`);
      continue;
    }
    try {
      await closeOne(target, hatch.namespace);
      io.err(`propolis: ${hatch.namespace} is closed: its time was over.\n`);
    } catch (error) {
      // One that cannot be closed keeps no other open.
      if (!(error instanceof CliError)) throw error;
      failed += 1;
      io.err(`propolis: ${hatch.namespace} stays open: ${error.message}\n  ${error.remedy}\n`);
    }
  }
  if (overdue.length === 0) io.err('propolis: nothing is past its time.\n');
  return failed > 0 ? EXIT.error : EXIT.ok;
}

interface OpenNamespace {
  readonly object: ClusterObject;
  readonly hatch: OpenHatch;
}

function openOf(objects: readonly ClusterObject[], { catalog }: HatchTarget): readonly OpenNamespace[] {
  return objects.flatMap((object) => {
    const hatch = openHatchOf(object, catalog);
    return hatch === undefined ? [] : [{ object, hatch }];
  });
}

async function allNamespaces({ cluster }: HatchTarget): Promise<readonly ClusterObject[]> {
  const listing = await cluster.list('Namespace');
  if (listing.kind === 'objects') return listing.objects;
  const { permissionName, rbacRule } = await import('../../core/cluster/index.ts');
  if (listing.kind === 'absent')
    throw new CliError('The API server has no namespaces.', 'Check the context.');
  throw new CliError(
    `You may not ${permissionName(listing.permission)}.`,
    `Grant it by a rule: ${rbacRule(listing.permission)}`,
  );
}

async function dropsOf(
  open: readonly OpenNamespace[],
  { target, options }: { readonly target: HatchTarget; readonly options: StatusOptions },
  io: Io,
): Promise<ReadonlyMap<string, number>> {
  const since = new Map(
    open.map(({ hatch }): [string, number] => [hatch.namespace, hatch.sinceMs ?? nowOf(io) - FALLBACK_MS]),
  );
  return dropsSince(since, { target, options }, io);
}

const FALLBACK_MS = 15 * 60_000;
