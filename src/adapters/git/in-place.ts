import { rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChangeSet } from '../../core/ports/change-store.ts';
import type { WriteFiles } from './changes.ts';
import { type Ready, Refused } from './repository.ts';
import type { Ran } from './run-git.ts';

/**
 * Commits in the work tree, on what is checked out: exactly these files, whatever else is staged. Where git refuses,
 * the files are put back.
 *
 * @returns the commit's id
 */
export async function commitInPlace(
  { git, root }: Ready,
  { files, message }: ChangeSet,
  write: WriteFiles,
): Promise<string> {
  await write(root, files);
  const paths = files.map(({ path }) => path);
  const added = files.filter(({ before }) => before === undefined).map(({ path }) => path);
  try {
    if (added.length > 0) demand(await git(['add', '--intent-to-add', '--', ...added]));
    const args = ['commit', '--quiet', '--only', '--file=-', '--', ...paths];
    demand(await git(args, { input: message, hooks: 'run' }));
  } catch (error) {
    await git(['reset', '--quiet', '--', ...paths]);
    for (const { path, before } of files) {
      if (before === undefined) await remove(root, path);
      else await writeFile(join(root, path), before);
    }
    throw error;
  }
  return (await git(['rev-parse', '--verify', 'HEAD'])).out.trim();
}

/** Removes a file, and the folders above it that hold nothing else. */
async function remove(root: string, path: string): Promise<void> {
  await rm(join(root, path), { force: true });
  try {
    for (let at = dirname(path); at !== '.'; at = dirname(at)) await rmdir(join(root, at));
  } catch {
    // It holds something else.
  }
}

/** @throws Refused with what git, or a hook, had to say */
export function demand({ code, said }: Ran): void {
  if (code !== 0) throw new Refused('commit-failed', [], said);
}
