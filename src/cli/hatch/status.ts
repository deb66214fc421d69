import { isOverdue, revertingOf } from '../../core/cluster/hatch.ts';
import type { HatchLine } from '../../core/report/hatch/status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { type Io, nowOf } from '../io.ts';
import { printHatches } from './print.ts';
import {
  allNamespaces,
  type HatchOptions,
  type HatchTarget,
  hatchTarget,
  namespaceObject,
  type OpenNamespace,
  openOf,
} from './target.ts';
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
  await printHatches(lines, { ...options, ...(namespace === undefined ? {} : { asked: namespace }) }, io);
  return lines.some((line) => line.isOverdue) ? EXIT.findings : EXIT.ok;
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
