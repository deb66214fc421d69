import { compile } from '../../core/engine/index.ts';
import type { AgentOptions } from '../../core/model/options.ts';
import type { World } from '../../core/model/world.ts';
import type { ClusterState } from './homelab.ts';
import type { State } from './recorder.ts';

/** What the example's cluster had in force: mostly what Git has. */
export function statesOf(world: World, options: AgentOptions): (name: ClusterState) => State {
  const known = new Map<ClusterState, State>();
  return (name) => {
    let state = known.get(name);
    if (state === undefined) {
      const inForce = worldIn(name, world);
      const labels = new Map(inForce.endpoints.map((endpoint) => [endpoint.id, endpoint.labels]));
      state = {
        engine: compile(inForce, options),
        policies: world.policies,
        labelsOf: (endpoint) => labels.get(endpoint) ?? [],
      };
      known.set(name, state);
    }
    return state;
  };
}

const DELETED_BASELINES: ReadonlySet<string> = new Set(['baseline-dns-egress', 'baseline-prometheus-scrape']);

/** What the cluster had in force, where that was not what Git has. */
function worldIn(state: ClusterState, world: World): World {
  switch (state) {
    case 'git':
      return world;
    case 'without-two-baselines':
      return { ...world, policies: world.policies.filter(({ name }) => !DELETED_BASELINES.has(name)) };
    case 'before-tandoor-access':
      return {
        ...world,
        endpoints: world.endpoints.map((endpoint) =>
          endpoint.id.startsWith('tandoor/')
            ? { ...endpoint, labels: endpoint.labels.filter((label) => !label.includes('/postgres=')) }
            : endpoint,
        ),
      };
  }
}
