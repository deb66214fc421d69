import type { SourceFile } from '../model/repository.ts';

/** A directory of manifests, or anything that stands for one. */
export interface RepositoryFiles {
  /** Every YAML and JSON file, and `.env` files for variables, sorted by path. */
  files(): Promise<readonly SourceFile[]>;
}

/** The twin: files from memory. */
export function filesFromMemory(files: Readonly<Record<string, string>>): RepositoryFiles {
  const list = Object.entries(files)
    .map(([path, text]) => ({ path, text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files: () => Promise.resolve(list) };
}
