import type { AgentOptions } from '../../src/core/model/options.ts';
import type { RepositoryRead } from '../../src/core/model/repository.ts';
import type { World } from '../../src/core/model/world.ts';
import { clusterOf, NODE_NAMES, withOutsiders } from './cluster.ts';
import { encode, eventsLost, flowLine, nodesConnected, type Timed } from './lines.ts';
import { randomFrom } from './random.ts';
import { recorderOf } from './recorder.ts';
import { TRAFFIC } from './traffic.ts';

const SEED = 20_261_120;
const LOST = { second: 171, node: 'node-1', count: 14 };

/**
 * Five minutes of Hubble in the example's cluster, one JSON object a line, oldest first. Every verdict is the
 * engine's, on what the repository says or on what the cluster had at that time. The same input gives the same
 * lines.
 */
export function generateFlows(
  { workloads }: Pick<RepositoryRead, 'workloads'>,
  world: World,
  options: AgentOptions,
): readonly string[] {
  const random = randomFrom(SEED);
  const cluster = clusterOf(workloads, random);
  const record = recorderOf({ world: withOutsiders(world), options, cluster, random });
  const events: Timed[] = [];
  for (const talk of TRAFFIC) for (const second of talk.at) events.push(...record(talk, second));
  events.sort((a, b) => (a.second === b.second ? a.nanos - b.nanos : a.second - b.second));
  const lostAt = events.findIndex(({ second }) => second >= LOST.second);
  const lines = events.map((event) => flowLine(event, random));
  lines.splice(lostAt, 0, eventsLost(LOST.second, LOST.node, LOST.count));
  return [nodesConnected(NODE_NAMES), ...lines].map(encode);
}
