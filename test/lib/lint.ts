import { agentOptionsOf, DEFAULT_CATALOG, readCatalog } from '../../src/core/catalog/index.ts';
import type { ExampleFiles, LintInputs } from '../../src/core/lint/index.ts';
import { readRepository } from '../../src/core/manifest/read.ts';
import type { SourceFile } from '../../src/core/model/repository.ts';

/** A small repository from memory, read as the command reads one from disk. */
export function inputsFrom(given: ExampleFiles): LintInputs {
  const files: readonly SourceFile[] = Object.entries(given)
    .map(([path, text]) => ({ path, text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const catalogFile = files.find(({ path }) => path === 'propolis.yaml');
  const { catalog, problems } =
    catalogFile === undefined ? { catalog: DEFAULT_CATALOG, problems: [] } : readCatalog(catalogFile);
  const agent = agentOptionsOf(catalog);
  return { files, catalog, agent, problems, read: readRepository(files, { agent }) };
}
