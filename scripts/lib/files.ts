import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, with a separator at the end. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** The folders that hold TypeScript. */
export const CODE_FOLDERS = ['src', 'test', 'scripts', 'bench', 'examples'] as const;

/** JavaScript with its types, made from .proto files (scripts/generate-protos.ts): not formatted, not linted. */
export const GENERATED_FOLDER = 'src/adapters/hubble/gen';

/**
 * Lists files below `root`, sorted, relative to it and with `/`. Folders that do not exist have no files;
 * hidden folders, `node_modules` and `dist` are left out.
 */
export function listFiles(root: string, folders: readonly string[], ending = '.ts'): readonly string[] {
  const found: string[] = [];
  for (const folder of folders) collect(root, folder, ending, found);
  return found.sort();
}

function collect(root: string, folder: string, ending: string, found: string[]): void {
  for (const entry of entriesOf(join(root, folder))) {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!isLeftOut(entry.name)) collect(root, path, ending, found);
    } else if (entry.name.endsWith(ending)) {
      found.push(path);
    }
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function isLeftOut(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules' || name === 'dist';
}
