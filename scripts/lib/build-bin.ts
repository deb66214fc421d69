import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BIN_NAME, bundleBin } from './bundle.ts';
import { listFiles } from './files.ts';

export const BIN_FOLDER = 'dist/bin';
export const BIN_PATH: string = `${BIN_FOLDER}/${BIN_NAME}`;

export interface Built {
  /** How many modules stand in the folder. */
  readonly files: number;
  /** Why nothing was built. Empty: all is well. */
  readonly problems: readonly string[];
}

/** Builds the command if anything it is made of is newer than it. */
export async function ensureBin(root: string): Promise<Built> {
  const folder = join(root, BIN_FOLDER);
  if (isFresh(root, join(folder, BIN_NAME)))
    return { files: listFiles(folder, ['.'], '.js').length, problems: [] };
  return buildBin(root);
}

/**
 * Bundles the command into dist/bin. Chunks carry a hash in their name and come first, the entry is renamed into
 * place, and old chunks go last: whoever starts the command meanwhile gets the old one or the new one, whole.
 */
export async function buildBin(root: string): Promise<Built> {
  const { files, problems } = await bundleBin(root);
  if (problems.length > 0) return { files: 0, problems };
  const folder = join(root, BIN_FOLDER);
  for (const { name, text } of [...files].sort((a, b) => entryLast(a.name) - entryLast(b.name))) {
    writeWhole(join(folder, name), text);
  }
  const names = new Set(files.map(({ name }) => name));
  for (const name of listFiles(folder, ['.'], '.js')) if (!names.has(name)) rmSync(join(folder, name));
  return { files: listFiles(folder, ['.'], '.js').length, problems: [] };
}

function entryLast(name: string): number {
  return name === BIN_NAME ? 1 : 0;
}

function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  chmodSync(draft, path.endsWith(BIN_NAME) ? 0o755 : 0o644);
  renameSync(draft, path);
}

function isFresh(root: string, path: string): boolean {
  if (!existsSync(path)) return false;
  const built = statSync(path).mtimeMs;
  const inputs = [...listFiles(root, ['src', 'scripts/lib'], ''), 'package.json', 'package-lock.json'];
  return inputs.every((input) => statSync(join(root, input)).mtimeMs < built);
}
