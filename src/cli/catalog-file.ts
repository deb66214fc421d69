import { resolve } from 'node:path';
import type { Catalog } from '../core/catalog/index.ts';
import type { Problem, SourceFile } from '../core/model/repository.ts';
import { CATALOG_FILE } from './inputs.ts';
import type { Io } from './io.ts';
import { readInside } from './read-inside.ts';

export interface CatalogAt {
  readonly catalog: Catalog;
  readonly file: SourceFile | undefined;
  readonly problems: readonly Problem[];
}

/** The catalog of a repository, without reading the rest of it; the defaults where it has none. */
export async function readCatalogAt({ repo }: { readonly repo?: string }, io: Io): Promise<CatalogAt> {
  const { DEFAULT_CATALOG, readCatalog } = await import('../core/catalog/index.ts');
  const text = readInside(resolve(io.cwd, repo ?? '.'), CATALOG_FILE);
  if (text === undefined) return { catalog: DEFAULT_CATALOG, file: undefined, problems: [] };
  const file = { path: CATALOG_FILE, text };
  return { ...readCatalog(file), file };
}
