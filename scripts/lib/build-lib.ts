import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from './build-bin.ts';
import { compileProjects } from './compile.ts';
import { GENERATED_FOLDER, listFiles } from './files.ts';

export const LIB_FOLDER = 'dist/lib';

/** Compiles `src` into dist/lib, copies what was generated as JavaScript, and removes there what has no source any more. */
export async function buildLib(root: string): Promise<Built> {
  const { code, output } = await compileProjects(root);
  if (code !== 0) return { files: 0, problems: [output] };
  const folder = join(root, LIB_FOLDER);
  copyGenerated(root, folder);
  const modules = listFiles(folder, ['.'], '.js').map((path) => path.slice(0, -'.js'.length));
  const orphans = modules.filter((module) => !hasSource(root, module));
  for (const module of orphans) {
    for (const ending of ['.js', '.d.ts']) rmSync(join(folder, module + ending), { force: true });
  }
  return { files: modules.length - orphans.length, problems: [] };
}

function hasSource(root: string, module: string): boolean {
  const path = `src/${module}`;
  const ending = path.startsWith(`${GENERATED_FOLDER}/`) ? '.js' : '.ts';
  return existsSync(join(root, path + ending));
}

/** The compiler reads only the types of generated JavaScript. */
function copyGenerated(root: string, folder: string): void {
  const from = join(root, GENERATED_FOLDER);
  if (!existsSync(from)) return;
  cpSync(from, join(folder, GENERATED_FOLDER.replace(/^src\//, '')), { recursive: true });
}
