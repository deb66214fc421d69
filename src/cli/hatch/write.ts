import type { ClusterObject } from '../../core/model/cluster.ts';
import { ClusterError, type ClusterFailureCode } from '../../core/model/cluster-error.ts';
import type { ClusterWrite } from '../../core/ports/cluster-reader.ts';
import { CliError } from '../exit.ts';
import type { Io } from '../io.ts';
import { messageOf } from '../message.ts';
import { type HatchTarget, namespaceObject } from './target.ts';

/** A change of one namespace. */
export interface Change {
  readonly namespace: string;
  readonly what: 'open' | 'close';
  readonly write: () => Promise<ClusterWrite>;
  /** Whether an object is as the change leaves it. */
  readonly isMade: (object: ClusterObject) => boolean;
}

/**
 * Makes a change. Where the answer does not come whole, the namespace is read again: nobody should have to guess
 * whether it stands open.
 *
 * @returns the namespace as it is then
 * @throws CliError that says whether it was made
 */
export async function makeChange(target: HatchTarget, change: Change, io: Io): Promise<ClusterObject> {
  let write: ClusterWrite;
  try {
    write = await change.write();
  } catch (error) {
    if (!(error instanceof ClusterError) || !MAY_BE_MADE.has(error.failure.code)) {
      throw await withoutChange(error);
    }
    return lookAfter(error, { target, change }, io);
  }
  return writtenObject(write);
}

/** Failures after which the API server may have taken the change. */
const MAY_BE_MADE: ReadonlySet<ClusterFailureCode> = new Set([
  'cut-off',
  'timeout',
  'server-error',
  'not-kubernetes',
  'too-large',
]);

async function lookAfter(
  error: ClusterError,
  { target, change }: { readonly target: HatchTarget; readonly change: Change },
  io: Io,
): Promise<ClusterObject> {
  const { unansweredText } = await import('../../core/report/words/hatch.ts');
  const { message } = await messageOf(error);
  let after: ClusterObject;
  try {
    after = await namespaceObject(target, change.namespace);
  } catch {
    const { text, remedy } = unansweredText('unknown', change);
    throw new CliError(`${message} ${text}`, remedy);
  }
  const { text, remedy } = unansweredText(change.isMade(after) ? 'made' : 'not-made', change);
  if (!change.isMade(after)) throw new CliError(`${message} ${text}`, remedy);
  io.err(`propolis: ${message} ${text}\n`);
  return after;
}

/** Does what comes before a change. @throws CliError that says that nothing was changed */
export async function beforeChange<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw await withoutChange(error);
  }
}

async function withoutChange(error: unknown): Promise<unknown> {
  if (!(error instanceof ClusterError)) return error;
  const { message, remedy } = await messageOf(error);
  return new CliError(`${message} Nothing was changed.`, remedy);
}

/** The object as it was written. @throws CliError that says why it was not, and that nothing was changed */
async function writtenObject(write: ClusterWrite): Promise<ClusterObject> {
  if (write.kind === 'written') return write.object;
  const { writeFailureText } = await import('../../core/report/words/hatch.ts');
  const { message, remedy } = writeFailureText(write);
  throw new CliError(message, remedy);
}
