import { lstatSync, readFileSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { isOrdinaryPath } from '../core/ports/change-store.ts';
import { CliError } from './exit.ts';

export interface Removal {
  readonly path: string;
  /** Exactly this text must be there. */
  readonly before: string;
}

/**
 * Deletes files below a folder, and the folders that are empty then. Nothing is deleted where one of them is not as
 * it was read, is a link, or lies behind a link out of the folder.
 *
 * @throws CliError
 */
export function removeFiles(root: string, removals: readonly Removal[]): void {
  const base = realpathSync(root);
  const files = removals.map((removal) => found(base, removal));
  for (const file of files) {
    rmSync(file);
    removeEmptyFolders(dirname(file), base);
  }
}

function found(base: string, { path, before }: Removal): string {
  const file = join(base, path);
  if (!isOrdinaryPath(path) || !isInside(base, realpathOf(dirname(file)))) {
    throw new CliError(
      `${path} is outside of the repository, or a link leads out of it.`,
      'It was not deleted.',
    );
  }
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true || readFileSync(file, 'utf8') !== before) {
    throw new CliError(`${path} has changed since it was read.`, 'It was not deleted. Run it again.');
  }
  return file;
}

function realpathOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return '';
  }
}

function isInside(base: string, real: string): boolean {
  return real === base || real.startsWith(base.endsWith(sep) ? base : base + sep);
}

function removeEmptyFolders(folder: string, base: string): void {
  if (folder === base) return;
  try {
    rmdirSync(folder);
  } catch {
    // Something else is in it.
    return;
  }
  removeEmptyFolders(dirname(folder), base);
}
