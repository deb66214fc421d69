import type { AgentOptions } from '../../model/options.ts';
import { agentOptionsOf } from '../lookup.ts';
import type { Catalog } from '../types.ts';

/** Whether this holds for the agents of any cluster that the tree is for. */
export function someAgent(catalog: Catalog, holds: (options: AgentOptions) => boolean): boolean {
  const all = catalog.clusters.map((cluster) => agentOptionsOf(catalog, cluster));
  return (all.length === 0 ? [agentOptionsOf(catalog)] : all).some(holds);
}
