import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Built } from './build-bin.ts';
import { compileProjects } from './compile.ts';
import { listFiles } from './files.ts';

export const LIB_FOLDER = 'dist/lib';

/** Compiles `src` into dist/lib, and removes there what has no source any more. */
export async function buildLib(root: string): Promise<Built> {
  const { code, output } = await compileProjects(root);
  if (code !== 0) return { files: 0, problems: [output] };
  const folder = join(root, LIB_FOLDER);
  const modules = listFiles(folder, ['.'], '.js').map((path) => path.slice(0, -'.js'.length));
  const orphans = modules.filter((module) => !existsSync(join(root, 'src', `${module}.ts`)));
  for (const module of orphans) {
    for (const ending of ['.js', '.d.ts']) rmSync(join(folder, module + ending), { force: true });
  }
  return { files: modules.length - orphans.length, problems: [] };
}
