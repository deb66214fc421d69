import type { Cancellation } from '../../core/ports/cancellation.ts';
import { refusalOfError } from './network-error.ts';
import { ForgeRefused } from './refused.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpOptions {
  readonly fetch: Fetch;
  /** Waits between tries. */
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly until?: Cancellation;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON; else undefined. */
  readonly json: unknown;
}

const TIMEOUT_MS = 15_000;
const BODY_MAX = 4 * 1024 * 1024;
const TRIES = 3;
const WAIT_MS = 1000;
/** A longer wait is left to the person. */
const RETRY_AFTER_MAX = 20;
const REDIRECTS_MAX = 3;

/**
 * One request with its limits: time, size, tries. Questions are asked again after an error of the network or the server,
 * and anything after a 429 or 503 that says when; what writes is never sent twice on a guess. Another host than the one
 * that was asked gets nothing.
 *
 * @throws ForgeRefused
 */
export async function call(request: Call, options: HttpOptions): Promise<Answer> {
  for (let round = 1; ; round += 1) {
    const isLast = round === TRIES;
    const answer = await tried(request, options, isLast);
    if (answer === 'again') {
      await options.wait(WAIT_MS * 2 ** (round - 1));
      continue;
    }
    const pause = pauseAfter(answer, request, round);
    if (pause === undefined || isLast) return answer;
    if (pause > RETRY_AFTER_MAX) return answer;
    await options.wait(pause * 1000);
  }
}

async function tried(request: Call, options: HttpOptions, isLast: boolean): Promise<Answer | 'again'> {
  try {
    return await followed(request, options);
  } catch (error) {
    const refused =
      error instanceof ForgeRefused ? error : refusalOfError(error, hostOf(request.url), TIMEOUT_MS);
    const mayAskAgain = request.method === 'GET' && refused.refusal.code === 'unreachable' && !isLast;
    if (mayAskAgain) return 'again';
    throw refused;
  }
}

/** Seconds until the same request may be sent again; undefined where it should not be. */
function pauseAfter({ status, headers }: Answer, { method }: Call, round: number): number | undefined {
  const after = retryAfterOf(headers);
  if (status === 429 || status === 503) return after ?? (method === 'GET' ? 2 ** (round - 1) : undefined);
  return status >= 500 && method === 'GET' ? 2 ** (round - 1) : undefined;
}

/** `Retry-After` in seconds; a date is taken against the server's own clock (RFC 9110, 10.2.3). */
export function retryAfterOf(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const [until, now] = [Date.parse(value), Date.parse(headers.get('date') ?? '')];
  return Number.isNaN(until - now) ? undefined : Math.max(0, Math.ceil((until - now) / 1000));
}

async function followed(request: Call, options: HttpOptions): Promise<Answer> {
  let { url } = request;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
    const answer = await sent({ ...request, url }, options);
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status > 399 || location === null) return answer;
    const next = URL.parse(location, url);
    if (next === null) break;
    if (next.origin !== new URL(url).origin) {
      throw new ForgeRefused('redirected', { host: hostOf(url), detail: next.host });
    }
    // 301 and 302 turn a POST into a GET in practice: what writes only follows those that keep it.
    if (request.method !== 'GET' && answer.status !== 307 && answer.status !== 308) break;
    url = next.href;
  }
  throw new ForgeRefused('unexpected-answer', { host: hostOf(url), detail: 'redirects without an end' });
}

async function sent({ method, url, headers, body }: Call, options: HttpOptions): Promise<Answer> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort(new ForgeRefused('interrupted', { host: hostOf(url) }));
  const limit = setTimeout(
    () =>
      abort.abort(new ForgeRefused('timed-out', { host: hostOf(url), detail: String(TIMEOUT_MS / 1000) })),
    TIMEOUT_MS,
  );
  options.until?.addEventListener?.('abort', interrupt, { once: true });
  if (options.until?.aborted === true) interrupt();
  try {
    const response = await options.fetch(url, {
      method,
      redirect: 'manual',
      signal: abort.signal,
      headers: {
        accept: 'application/json',
        'user-agent': 'propolis',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await textOf(response, url);
    return { status: response.status, headers: response.headers, json: jsonOf(text) };
  } finally {
    clearTimeout(limit);
    options.until?.removeEventListener?.('abort', interrupt);
  }
}

async function textOf(response: Response, url: string): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > BODY_MAX) {
      throw new ForgeRefused('unexpected-answer', {
        host: hostOf(url),
        detail: `more than ${BODY_MAX} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** With the port where it is not the usual one. */
export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? '';
}
