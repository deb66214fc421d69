import type { AgentOptions } from '../../core/model/options.ts';
import type { RepositoryRead } from '../../core/model/repository.ts';
import type { World } from '../../core/model/world.ts';
import { CLUSTER_NAME, clusterOf, identityNumbers, NODE_NAMES, withOutsiders } from './cluster.ts';
import { TRAFFIC } from './homelab.ts';
import { encode, eventsLost, flowLine, LOST, nodesConnected, type Timed } from './lines.ts';
import { randomFrom } from './random.ts';
import { recorderOf } from './recorder.ts';
import { statesOf } from './states.ts';

const SEED = 20_261_120;

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
  const stateIn = statesOf(withOutsiders(world), options);
  const record = recorderOf({
    stateOf: (talk) => stateIn(talk.cluster ?? 'git'),
    cluster,
    numberOf: identityNumbers(),
    random,
  });
  const events: Timed[] = [];
  for (const talk of TRAFFIC) for (const second of talk.at) events.push(...record(talk, second));
  events.sort((a, b) => (a.second === b.second ? a.nanos - b.nanos : a.second - b.second));
  const lostAt = events.findIndex(({ second }) => second >= LOST.second);
  const lines = events.map((event) => flowLine(event, { timeAt, clusterName: CLUSTER_NAME, random }));
  lines.splice(lostAt, 0, eventsLost(LOST, { timeAt, clusterName: CLUSTER_NAME }));
  return [nodesConnected(NODE_NAMES, { timeAt, clusterName: CLUSTER_NAME }), ...lines].map(encode);
}

const START = { date: '2026-11-20', hour: 18 };

function timeAt(second: number, nanos: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(START.hour)}:${two(Math.floor(second / 60))}:${two(second % 60)}`;
  return `${START.date}T${clock}${nanos === 0 ? '' : `.${String(nanos).padStart(9, '0')}`}Z`;
}
