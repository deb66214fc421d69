import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isOrdinaryPath } from '../core/ports/change-store.ts';
import { CliError } from './exit.ts';

/**
 * The text of a file below a folder. Links are followed within the folder and never out of it.
 *
 * @returns undefined where there is none
 * @throws CliError where it lies outside, or is no file that can be read
 */
export function readInside(root: string, path: string): string | undefined {
  if (!isOrdinaryPath(path)) throw new CliError(`${path} is outside of the repository.`);
  const base = realpathSync(root);
  const file = join(base, path);
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  const real = realpathSync(file);
  if (!real.startsWith(base.endsWith(sep) ? base : base + sep)) {
    throw new CliError(`${path} is a link out of the repository.`, 'Nothing was written.');
  }
  try {
    return readFileSync(real, 'utf8');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(`${path} cannot be read: ${message}`, 'Nothing was written.');
  }
}
