import type { LiveTraffic } from './live.ts';

/** Plays traffic as time goes by. @returns ends it */
export function playTraffic(traffic: LiveTraffic, now: () => number): () => void {
  let timer: NodeJS.Timeout | undefined;
  function step(): void {
    const next = traffic.advance(now());
    timer = setTimeout(step, Math.min(LONGEST_MS, Math.max(SHORTEST_MS, next - now()))).unref();
  }
  step();
  return () => clearTimeout(timer);
}

/** Not every event for itself, where there are many. */
const SHORTEST_MS = 20;
const LONGEST_MS = 1000;
