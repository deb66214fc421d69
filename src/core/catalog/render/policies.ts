import { readRepository } from '../../manifest/read.ts';
import type { AgentOptions } from '../../model/options.ts';
import type { Policy } from '../../model/policy.ts';
import type { Catalog } from '../types.ts';
import { layoutOf } from './layout.ts';
import { policyFiles, policyFileText, policyPath } from './policy-files.ts';

/** The policies of the tree as a cluster would have them, read from the very text that is rendered. */
export function renderedPolicies(catalog: Catalog, options: AgentOptions): readonly Policy[] {
  const layout = layoutOf(catalog);
  const files = policyFiles(catalog).map((file) => ({
    path: policyPath(file, layout),
    text: policyFileText(file),
  }));
  return readRepository(files, { agent: options }).policies;
}
