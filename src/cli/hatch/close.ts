import {
  closingPatch,
  HATCH_MANAGER,
  hasRecord,
  openHatchOf,
  revertingOf,
} from '../../core/cluster/hatch.ts';
import type { ClusterObject } from '../../core/model/cluster.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type Io, nowOf } from '../io.ts';
import { type CheckOptions, checkClose } from './check.ts';
import { type HatchOptions, type HatchTarget, hatchTarget, namespaceObject } from './target.ts';
import { reportTraffic } from './traffic.ts';
import { beforeChange, makeChange } from './write.ts';

export interface CloseOptions extends HatchOptions, CheckOptions {
  readonly check?: true;
  /** Seconds; 0 for not at all. */
  readonly watch: number;
}

/** Closes a namespace, and reports what drops again; or, asked to check, says what would. Safe to run again. */
export async function closeNamespace(namespace: string, options: CloseOptions, io: Io): Promise<ExitCode> {
  if (options.check === true) return checkClose(namespace, options, io);
  requireNoCheckOption(options);
  const target = await hatchTarget(options, io);
  const before = await beforeChange(() => namespaceObject(target, namespace));
  const hatch = openHatchOf(before, target.catalog);
  const { closedNamespaceText, notOpenText, revertingText } = await import(
    '../../core/report/hatch/status.ts'
  );
  const isRecordLeft = hasRecord(before, target.catalog);
  if (hatch !== undefined || isRecordLeft) await closeOne(target, before, {}, io);
  if (hatch === undefined) {
    io.err(`propolis: ${notOpenText(namespace, isRecordLeft)}\n`);
    return EXIT.ok;
  }
  io.err(`propolis: ${closedNamespaceText(hatch, nowOf(io))}\n`);
  const reverting = revertingOf(before, target.catalog);
  if (reverting.kind === 'declared-in-git') io.err(`propolis: mind: ${revertingText(reverting)}\n`);
  if (options.watch === 0) return EXIT.ok;
  return reportTraffic({ target, namespace, seconds: options.watch, what: 'close' }, options, io);
}

/** @throws CliError for an option that only a check looks at: who gives it may take this for one */
function requireNoCheckOption({ snapshot, manifests, since, var: variables }: CloseOptions): void {
  const given = { '--snapshot': snapshot, '--manifests': manifests, '--since': since, '--var': variables };
  const name = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (name === undefined) return;
  throw new CliError(
    `${name} is about --check: it would not be looked at, and the namespace would be closed.`,
    'Add --check, or leave it out.',
  );
}

/**
 * Takes the label and the record away, whoever wrote them.
 *
 * @param isAsRead only where the object is still the same
 * @throws CliError where it may not, or cannot
 */
export async function closeOne(
  target: HatchTarget,
  object: ClusterObject,
  { isAsRead = false }: { readonly isAsRead?: boolean },
  io: Io,
): Promise<void> {
  const { cluster, catalog } = target;
  const { name, resourceVersion } = object.metadata;
  const patch = closingPatch(catalog, isAsRead ? resourceVersion : undefined);
  await makeChange(
    target,
    {
      namespace: name,
      what: 'close',
      write: () => cluster.patch({ kind: 'Namespace', name }, patch, { fieldManager: HATCH_MANAGER }),
      isMade: (after) => openHatchOf(after, catalog) === undefined && !hasRecord(after, catalog),
    },
    io,
  );
}
