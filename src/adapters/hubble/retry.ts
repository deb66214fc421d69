/** When to connect again, and what time is. Tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so long, or when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** 0 to 1. */
  random(): number;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    }),
};

export interface RetryOptions {
  /** How many tries in a row without an event are made before giving up. Defaults to 20: some ten minutes. */
  readonly max?: number;
  /** Before the first try; doubled with each. Defaults to 500. */
  readonly baseMs?: number;
  /** Defaults to 30,000. */
  readonly limitMs?: number;
}

export const RETRIES_MAX = 20;

/** How long to wait before try number `attempt` (from 1): between half and all of it, so that clients spread. */
export function delayOf(
  attempt: number,
  { baseMs = 500, limitMs = 30_000 }: RetryOptions,
  random: number,
): number {
  const full = Math.min(limitMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}
