import { CLUSTER_KEY, kubernetesLabel } from '../model/label.ts';
import type { Inputs } from './state.ts';
import type { Edge } from './summarize.ts';

/**
 * The inputs with the cluster's name as the flows have it, where nobody said one: peers are pods of the local
 * cluster by its name, so a wrong name would deny everything. Most pods of a recording are of its own cluster.
 */
export function withClusterName(inputs: Inputs, edges: readonly Edge[]): Inputs {
  if (inputs.isClusterNameAssumed !== true) return inputs;
  const counts = new Map<string, number>();
  for (const edge of edges) {
    for (const name of clusterNames(edge)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  if (most === undefined || most[0] === inputs.options.clusterName) return inputs;
  const options = { ...inputs.options, clusterName: most[0] };
  return { ...inputs, options, readOptions: { ...inputs.readOptions, agent: options } };
}

/** The clusters that its pods say to be of; none for what is no pod. */
export function clusterNames({ source, destination }: Edge): readonly string[] {
  return [source, destination].flatMap(({ labels }) => kubernetesLabel(labels, CLUSTER_KEY) ?? []);
}
