import { compile, type EndpointIndex, type Engine } from '../../src/core/engine/index.ts';
import type { Decision } from '../../src/core/model/decision.ts';
import type { L7Request } from '../../src/core/model/l7.ts';
import type { AgentOptions } from '../../src/core/model/options.ts';
import type { World } from '../../src/core/model/world.ts';
import { type Cluster, hostOf, identityNumbers, type Participant } from './cluster.ts';
import {
  arrival,
  type Direction,
  departure,
  dropEvent,
  requestEvents,
  routerSolicitation,
  verdictEvents,
} from './events.ts';
import type { Connection, End, JsonObject } from './layers.ts';
import type { Timed } from './lines.ts';
import type { Random } from './random.ts';
import type { ClusterState, Talk } from './traffic.ts';

/** Turns one attempt of a talk into the events that nodes report of it. */
export type Recorder = (talk: Talk, second: number) => readonly Timed[];

export function recorderOf({
  world,
  options,
  cluster,
  random,
}: {
  readonly world: World;
  readonly options: AgentOptions;
  readonly cluster: Cluster;
  readonly random: Random;
}): Recorder {
  const stateOf = statesOf(world, options);
  const numberOf = identityNumbers();
  const attempts = new Map<Talk, Attempt>();
  return (talk, second) => {
    const { engine, labelsOf } = stateOf(talk.cluster ?? 'git');
    const attempt = attemptOf(talk, { second, last: attempts.get(talk), cluster, random });
    attempts.set(talk, attempt);
    const { from, to, sourcePort } = attempt;
    const end = (who: Participant): End => {
      if (who.kind === 'other') return { who, labels: who.outsider.labels, identity: who.outsider.identity };
      const labels = labelsOf(who.endpoint);
      return { who, labels, identity: numberOf(labels) };
    };
    const connection: Connection = {
      source: end(from),
      destination: end(to),
      protocol: talk.protocol ?? 'TCP',
      sourcePort,
      destinationPort: talk.port,
    };
    const decision = engine.decide({
      from: indexOf(engine, from),
      to: indexOf(engine, to),
      protocol: connection.protocol,
      port: talk.port,
      ...(talk.request === undefined ? {} : { l7: talk.request }),
    });
    const reported = eventsOf(talk, { connection, decision, world, cluster });
    const isNoisy = random.next() < 0.03 && from.kind === 'pod';
    const noise: readonly Reported[] = isNoisy
      ? [[connection.source.who, routerSolicitation(connection.source, linkLocal(random))]]
      : [];
    let nanos = random.integer(1_000_000, 900_000_000);
    return [...reported, ...noise].map(([reporter, flow]) => {
      nanos += random.integer(20_000, 300_000);
      return { second, nanos, node: nodeOf(reporter, from, to), flow };
    });
  };
}

/** An event, and who is there where it is reported. */
type Reported = readonly [reporter: Participant, flow: JsonObject];

function eventsOf(
  talk: Talk,
  {
    connection,
    decision,
    world,
    cluster,
  }: {
    readonly connection: Connection;
    readonly decision: Decision;
    readonly world: World;
    readonly cluster: Cluster;
  },
): readonly Reported[] {
  const from = connection.source.who;
  const to = connection.destination.who;
  if (talk.failure !== undefined) return [[from, dropEvent(connection, 'EGRESS', talk.failure)]];
  const events: Reported[] = [];
  // Answers come back after the far end has judged too.
  const answers: Reported[] = [];
  const judge = (direction: Direction): void => {
    const [reporter, side] = direction === 'EGRESS' ? [from, decision.egress] : [to, decision.ingress];
    if (side.verdict === 'unjudged') return;
    for (const flow of verdictEvents(connection, direction, side, world.policies))
      events.push([reporter, flow]);
    if (!side.l7 || talk.request === undefined) return;
    const isRefused = side.verdict === 'denied';
    const answer = answerTo(talk.request, cluster);
    const [asked, answered] = requestEvents({
      connection,
      direction,
      request: talk.request,
      isRefused,
      answer,
    });
    if (asked !== undefined) events.push([reporter, asked]);
    if (answered !== undefined) answers.push([reporter, answered]);
  };
  judge('EGRESS');
  if (decision.egress.verdict !== 'denied') judge('INGRESS');
  if (decision.verdict === 'allowed' && talk.request === undefined) {
    events.push(to.kind === 'pod' ? [to, arrival(connection, false)] : [from, departure(connection)]);
    if (from.kind === 'pod') answers.push([from, arrival(connection, true)]);
  }
  return [...events, ...answers];
}

interface State {
  readonly engine: Engine;
  readonly labelsOf: (endpoint: string) => readonly string[];
}

function statesOf(world: World, options: AgentOptions): (name: ClusterState) => State {
  const known = new Map<ClusterState, State>();
  return (name) => {
    let state = known.get(name);
    if (state === undefined) {
      const inForce = worldIn(name, world);
      const labels = new Map(inForce.endpoints.map((endpoint) => [endpoint.id, endpoint.labels]));
      state = { engine: compile(inForce, options), labelsOf: (endpoint) => labels.get(endpoint) ?? [] };
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

/** One connection, which keeps its ends and its port as long as it is tried again. */
interface Attempt {
  readonly second: number;
  readonly from: Participant;
  readonly to: Participant;
  readonly sourcePort: number;
}

const LONGEST_PAUSE_SECONDS = 3;

function attemptOf(
  talk: Talk,
  {
    second,
    last,
    cluster,
    random,
  }: {
    readonly second: number;
    readonly last: Attempt | undefined;
    readonly cluster: Cluster;
    readonly random: Random;
  },
): Attempt {
  if (last !== undefined && second - last.second <= LONGEST_PAUSE_SECONDS) return { ...last, second };
  const to = random.pick(cluster.participants(talk.to));
  return {
    second,
    from: sourceOf(talk, to, cluster, random),
    to,
    sourcePort: random.integer(32_768, 60_999),
  };
}

function sourceOf(talk: Talk, to: Participant, cluster: Cluster, random: Random): Participant {
  if (talk.from !== 'host') {
    // A pod that reaches itself passes every policy.
    return random.pick(cluster.participants(talk.from).filter((who) => who !== to));
  }
  if (to.kind !== 'pod') throw new Error('only pods are probed');
  return hostOf(to);
}

function indexOf(engine: Engine, who: Participant): EndpointIndex {
  const index = engine.find(who.endpoint);
  if (index === undefined) throw new Error(`the world has no ${who.endpoint}`);
  return index;
}

/** The node that reports: where the pod is, and for somebody outside where the other end is. */
function nodeOf(reporter: Participant, from: Participant, to: Participant): string {
  const pod = [reporter, from, to].find((who) => who.kind === 'pod');
  return pod?.kind === 'pod' ? pod.node : '';
}

function answerTo(request: L7Request, cluster: Cluster): readonly string[] {
  if (request.kind !== 'dns') return [];
  const name = request.name.slice(0, -1);
  // Services have addresses after that of DNS itself.
  if (name.endsWith('.svc.cluster.local')) return [`10.43.0.${20 + name.length}`];
  const [who] = cluster.participants(name);
  return who?.kind === 'other' ? [who.outsider.ip] : [];
}

function linkLocal(random: Random): string {
  const group = (): string => random.integer(0x1000, 0xffff).toString(16);
  return `fe80::${group()}:${group()}:${group()}:${group()}`;
}
