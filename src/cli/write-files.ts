import { randomBytes } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import type { FileChange } from '../core/model/change.ts';
import { isOrdinaryPath } from '../core/ports/change-store.ts';
import { CliError } from './exit.ts';

interface Prepared extends FileChange {
  /** Where it really is, links followed. */
  readonly file: string;
  readonly temporary: string;
}

/**
 * Writes files below a folder, all or none. Each is written beside its place and then moved over it, so that nobody
 * ever reads half of one. Links are followed within the folder and never out of it.
 *
 * @throws CliError where a file is not as it was read, or lies outside
 */
export function writeFiles(root: string, changes: readonly FileChange[]): Promise<void> {
  const madeFolders: string[] = [];
  const temporaries: string[] = [];
  const moved: Prepared[] = [];
  try {
    const base = realpathSync(root);
    const prepared = changes.map((change) => prepare(base, change, madeFolders));
    for (const change of prepared) {
      temporaries.push(change.temporary);
      writeBeside(change, change.text);
    }
    for (const change of prepared) {
      requireAsRead(change);
      renameSync(change.temporary, change.file);
      moved.push(change);
    }
    return Promise.resolve();
  } catch (error) {
    for (const temporary of temporaries) rmSync(temporary, { force: true });
    for (const change of moved.toReversed()) putBack(change);
    for (const folder of madeFolders.toReversed()) rmSync(folder, { recursive: true, force: true });
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

function prepare(base: string, change: FileChange, madeFolders: string[]): Prepared {
  const { path } = change;
  if (!isOrdinaryPath(path)) throw outside(path);
  const steps = path.split('/');
  let folder = base;
  for (const step of steps.slice(0, -1)) {
    const next = join(folder, step);
    if (lstatSync(next, { throwIfNoEntry: false }) === undefined) {
      mkdirSync(next);
      madeFolders.push(next);
    }
    folder = realpathSync(next);
    requireInside(base, folder, path);
  }
  const named = join(folder, basename(path));
  const file = lstatSync(named, { throwIfNoEntry: false }) === undefined ? named : realpathSync(named);
  requireInside(base, file, path);
  const temporary = join(dirname(file), `.propolis-${randomBytes(6).toString('hex')}.tmp`);
  const prepared = { ...change, file, temporary };
  requireAsRead(prepared);
  return prepared;
}

function requireInside(base: string, real: string, path: string): void {
  if (real !== base && !real.startsWith(base.endsWith(sep) ? base : base + sep)) throw outside(path);
}

function outside(path: string): CliError {
  return new CliError(
    `${path} is outside of the repository, or a link leads out of it.`,
    'Nothing was written.',
  );
}

function requireAsRead({ path, file, before }: Prepared): void {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    if (before === undefined) return;
    throw new CliError(`${path} is gone since it was read.`, 'Nothing was written. Run it again.');
  }
  if (before === undefined) throw new CliError(`${path} is there already.`, 'Nothing was written.');
  const bytes = readFileSync(file);
  if (bytes.equals(Buffer.from(before, 'utf8'))) return;
  if (bytes.toString('utf8') === before) {
    throw new CliError(
      `${path} is not valid UTF-8, so that it cannot be written back as it is.`,
      'Nothing was written.',
    );
  }
  throw new CliError(`${path} has changed since it was read.`, 'Nothing was written. Run it again.');
}

function writeBeside({ file, temporary }: Prepared, text: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  writeFileSync(temporary, text, { flag: 'wx', ...(mode === undefined ? {} : { mode: mode & 0o7777 }) });
}

function putBack(change: Prepared): void {
  const { before, file } = change;
  if (before === undefined) {
    rmSync(file, { force: true });
    return;
  }
  writeBeside(change, before);
  renameSync(change.temporary, file);
}
