import { describe, expect, it } from 'vitest';
import { readCatalog } from './read.ts';
import { clusterVariables } from './variable-files.ts';

const CATALOG = `clusters:
  live:
    environment: live
    variables: {B: own}
    variableFiles: [live.env, vars.yaml, gone.env]
`;

describe('clusterVariables', () => {
  it('reads .env files and ConfigMaps in order; the cluster’s own win, and what is missing is named', () => {
    const { catalog, problems } = readCatalog({ path: 'propolis.yaml', text: CATALOG });
    expect(problems).toEqual([]);
    const [cluster] = catalog.clusters;
    if (cluster === undefined) throw new Error('no cluster');
    const files = [
      { path: 'live.env', text: 'A=1\nB=2\nC=3\n' },
      { path: 'vars.yaml', text: 'kind: ConfigMap\ndata:\n  C: "4"\n  __proto__: x\n' },
    ];
    const { variables, missing } = clusterVariables(cluster, files);
    expect(Object.entries(variables)).toEqual(
      expect.arrayContaining([
        ['A', '1'],
        ['B', 'own'],
        ['C', '4'],
      ]),
    );
    expect(missing).toEqual(['gone.env']);
  });
});
