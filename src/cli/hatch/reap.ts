import { isOverdue, openHatchOf } from '../../core/cluster/hatch.ts';
import type { ClusterObject } from '../../core/model/cluster.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { Reaped } from '../../core/report/hatch/reap.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type Io, nowOf } from '../io.ts';
import { messageOf } from '../message.ts';
import { closeOne } from './close.ts';
import {
  allNamespaces,
  type HatchTarget,
  hatchTarget,
  namespaceObject,
  type OpenNamespace,
  openOf,
  type TargetOptions,
} from './target.ts';

export interface ReapOptions extends TargetOptions {
  readonly dryRun?: true;
}

/**
 * Closes what is past its time, and tells what has no end. Safe to run again, and by two at once.
 *
 * @returns 2 when one could not be closed
 */
export async function reapHatches(options: ReapOptions, io: Io): Promise<ExitCode> {
  const target = await hatchTarget(options, io);
  const { reapedText, endlessText } = await import('../../core/report/hatch/reap.ts');
  const say = (text: string): void => io.err(`propolis: ${text}\n`);
  const open = openOf(await allNamespaces(target), target);
  const overdue = open.filter(({ hatch }) => isOverdue(hatch, nowOf(io)));
  let failed = 0;
  for (const one of overdue) {
    const outcome =
      options.dryRun === true ? ({ kind: 'would-close' } as const) : await reap(one, target, io);
    if (outcome.kind === 'failed') failed += 1;
    say(reapedText(one.hatch, outcome, nowOf(io)));
  }
  for (const { hatch } of open) if (hatch.untilMs === undefined) say(endlessText(hatch));
  if (overdue.length === 0) say('nothing is past its time.');
  return failed > 0 ? EXIT.error : EXIT.ok;
}

/** How often it is tried where the namespace changes between reading and writing. */
const TRIES = 3;

/** One that cannot be closed keeps no other open. */
async function reap(
  { object, hatch: { namespace } }: OpenNamespace,
  target: HatchTarget,
  io: Io,
): Promise<Reaped> {
  let seen = object;
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      // Only as it was read: somebody may have set a new end since then.
      await closeOne(target, seen, { isAsRead: true }, io);
      return { kind: 'closed' };
    } catch (error) {
      if (!(error instanceof CliError) && !(error instanceof ClusterError)) throw error;
      const now = await readAgain(namespace, target);
      const hatch = now === undefined ? undefined : openHatchOf(now, target.catalog);
      if (now !== undefined && (hatch === undefined || !isOverdue(hatch, nowOf(io)))) {
        return { kind: 'changed-meanwhile' };
      }
      const isChanged = now !== undefined && now.metadata.resourceVersion !== seen.metadata.resourceVersion;
      if (!isChanged || left === 0) return { kind: 'failed', ...(await messageOf(error)) };
      seen = now;
    }
  }
}

async function readAgain(namespace: string, target: HatchTarget): Promise<ClusterObject | undefined> {
  try {
    return await namespaceObject(target, namespace);
  } catch {
    // What went wrong first is told.
    return undefined;
  }
}
