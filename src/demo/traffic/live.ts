import type { Cluster } from './cluster.ts';
import type { Talk } from './homelab.ts';
import type { InForce } from './in-force.ts';
import type { JsonObject } from './layers.ts';
import { eventsLost, flowLine, LOST, type Setting } from './lines.ts';
import { randomFrom } from './random.ts';
import { recorderOf } from './recorder.ts';

/** Traffic without an end. */
export interface LiveTraffic {
  /**
   * Tells all that happens until a moment, in milliseconds since 1970, in order.
   *
   * @returns when the next thing happens
   */
  advance(untilMs: number): number;
}

export interface LiveTrafficOptions {
  readonly talks: readonly Talk[];
  readonly inForce: InForce;
  readonly cluster: Cluster;
  readonly clusterName: string;
  readonly numberOf: (labels: readonly string[]) => number;
  readonly seed: number;
  /** How many times faster than life. */
  readonly speed: number;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  /** Gets each event as Hubble's protojson: `GetFlowsResponse`. */
  readonly push: (event: JsonObject) => void;
}

/** After so many seconds everybody begins again. */
export const ROUND_SECONDS = 300;

interface Due {
  readonly second: number;
  /** Absent: the node loses events. */
  readonly talk: Talk | undefined;
}

/**
 * Plays the talks round after round. Which pods take part, and what becomes of it, is decided when it happens: by the
 * engine, over what is in force then. The same seed and the same changes give the same events.
 */
export function createLiveTraffic(options: LiveTrafficOptions): LiveTraffic {
  const { talks, inForce, cluster, clusterName, numberOf, speed, startMs, push } = options;
  const random = randomFrom(options.seed);
  const timeMs = (second: number): number => startMs + (second * 1000) / speed;
  const record = recorderOf({
    stateOf: (_, second) => inForce.at(timeMs(second)),
    cluster,
    numberOf,
    random,
  });
  const round = roundOf(talks);
  let count = 0;

  /** What has happened and is not told yet, the oldest first: within its second a talk may come after a later one. */
  let pending: readonly Pending[] = [];

  function play({ second, talk }: Due): readonly Pending[] {
    const from = timeMs(second);
    const setting: Setting = { clusterName, timeAt: (_, nanos) => timeText(from + nanos / NANOS / speed) };
    if (talk === undefined) return [{ ms: from, event: eventsLost(LOST, setting) }];
    return record(talk, second).map((timed) => ({
      ms: from + timed.nanos / NANOS / speed,
      event: flowLine(timed, { ...setting, random }),
    }));
  }

  function next(): Due {
    const due = round[count % round.length] ?? { second: 0, talk: undefined };
    return { ...due, second: due.second + Math.floor(count / round.length) * ROUND_SECONDS };
  }

  return {
    advance(untilMs) {
      const fresh: Pending[] = [];
      let due = next();
      for (; timeMs(due.second) <= untilMs; due = next()) {
        count += 1;
        fresh.push(...play(due));
      }
      const all = [...pending, ...fresh].sort((a, b) => a.ms - b.ms);
      const later = all.findIndex(({ ms }) => ms > untilMs);
      const ready = later < 0 ? all.length : later;
      for (const { event } of all.slice(0, ready)) push(event);
      pending = all.slice(ready);
      return Math.min(timeMs(due.second), pending[0]?.ms ?? Number.POSITIVE_INFINITY);
    },
  };
}

interface Pending {
  /** Milliseconds since 1970. */
  readonly ms: number;
  readonly event: JsonObject;
}

/** In a millisecond. */
const NANOS = 1_000_000;

/** What happens in one round, in order; spread within its second so that not all happens at its beginning. */
function roundOf(talks: readonly Talk[]): readonly Due[] {
  const all = talks.flatMap((talk, i) =>
    talk.at.map((second): Due => ({ second: second + (i % 20) / 20, talk })),
  );
  return [...all, { second: LOST.second, talk: undefined }].sort((a, b) => a.second - b.second);
}

function timeText(ms: number): string {
  const whole = Math.floor(ms);
  const nanos = Math.floor((ms - whole) * NANOS);
  const text = new Date(whole).toISOString();
  return `${text.slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
}
