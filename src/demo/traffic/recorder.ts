import type { Engine } from '../../core/engine/index.ts';
import type { Decision } from '../../core/model/decision.ts';
import type { L7Request } from '../../core/model/l7.ts';
import type { Policy } from '../../core/model/policy.ts';
import { type Cluster, hostOf, type Participant } from './cluster.ts';
import {
  arrival,
  type Direction,
  departure,
  dropEvent,
  requestEvents,
  routerSolicitation,
  verdictEvents,
} from './events.ts';
import type { Talk } from './homelab.ts';
import type { Connection, End, JsonObject } from './layers.ts';
import type { Timed } from './lines.ts';
import type { Random } from './random.ts';

/** Turns one attempt of a talk into the events that nodes report of it. */
export type Recorder = (talk: Talk, second: number) => readonly Timed[];

export function recorderOf({
  stateOf,
  cluster,
  numberOf,
  random,
}: {
  readonly stateOf: (talk: Talk, second: number) => State;
  readonly cluster: Cluster;
  /** Of an identity, by its labels. */
  readonly numberOf: (labels: readonly string[]) => number;
  readonly random: Random;
}): Recorder {
  const attempts = new Map<Talk, Attempt>();
  return (talk, second) => {
    const { engine, policies, labelsOf } = stateOf(talk, second);
    const attempt = attemptOf(talk, { second, last: attempts.get(talk), cluster, random });
    if (attempt === undefined) return [];
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
    const [source, destination] = [engine.find(from.endpoint), engine.find(to.endpoint)];
    if (source === undefined || destination === undefined) return [];
    const decision = engine.decide({
      from: source,
      to: destination,
      protocol: connection.protocol,
      port: talk.port,
      ...(talk.request === undefined ? {} : { l7: talk.request }),
    });
    const reported = eventsOf(talk, { connection, decision, policies, cluster });
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
    policies,
    cluster,
  }: {
    readonly connection: Connection;
    readonly decision: Decision;
    readonly policies: readonly Policy[];
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
    for (const flow of verdictEvents(connection, direction, side, policies)) events.push([reporter, flow]);
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

/** What is in force at a moment: who judges, and which labels everybody has. */
export interface State {
  readonly engine: Engine;
  readonly policies: readonly Policy[];
  readonly labelsOf: (endpoint: string) => readonly string[];
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
): Attempt | undefined {
  if (last !== undefined && second - last.second <= LONGEST_PAUSE_SECONDS) return { ...last, second };
  const candidates = cluster.participants(talk.to);
  if (candidates.length === 0) return undefined;
  const to = random.pick(candidates);
  const from = sourceOf(talk, to, cluster, random);
  if (from === undefined) return undefined;
  return {
    second,
    from,
    to,
    sourcePort: random.integer(32_768, 60_999),
  };
}

function sourceOf(talk: Talk, to: Participant, cluster: Cluster, random: Random): Participant | undefined {
  if (talk.from !== 'host') {
    // A pod that reaches itself passes every policy.
    const candidates = cluster.participants(talk.from).filter((who) => who !== to);
    return candidates.length === 0 ? undefined : random.pick(candidates);
  }
  if (to.kind !== 'pod') throw new Error('only pods are probed');
  return hostOf(to);
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
