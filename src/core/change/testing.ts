import { DEFAULT_CATALOG, readCatalog } from '../catalog/index.ts';
import type { Inputs } from '../diagnose/index.ts';
import { agentOptions } from '../model/options.ts';

/** Inputs of files in memory, as the command reads them; for tests. */
export function inputsOf(files: Readonly<Record<string, string>>, environment?: string): Inputs {
  const list = Object.entries(files)
    .map(([path, text]) => ({ path, text }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const file = list.find(({ path }) => path === 'propolis.yaml');
  const catalog = file === undefined ? DEFAULT_CATALOG : readCatalog(file).catalog;
  const agent = agentOptions();
  return {
    files: list,
    catalog,
    options: agent,
    readOptions: { agent, ...(environment === undefined ? {} : { environment }) },
  };
}
