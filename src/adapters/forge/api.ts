import type { PullRequest, PullRequestDraft } from '../../core/model/pull-request.ts';
import { type Answer, type Call, call, type HttpOptions, hostOf, retryAfterOf } from './http.ts';
import { ForgeRefused } from './refused.ts';
import type { Authorization } from './tokens.ts';

/** An open pull request as the host has it. */
export interface Existing extends PullRequest {
  readonly body: string;
}

export interface RepositoryInfo {
  /** How the API names it, after renames. */
  readonly id: string;
  readonly defaultBranch: string;
}

/** What the three do, each in its own words. Every function throws ForgeRefused. */
export interface ForgeApi {
  repository(): Promise<RepositoryInfo>;
  /** The open one of exactly these branches. */
  find(repository: RepositoryInfo, branches: Branches): Promise<Existing | undefined>;
  create(repository: RepositoryInfo, draft: Required<PullRequestDraft>): Promise<Existing>;
  update(
    repository: RepositoryInfo,
    number: number,
    text: Pick<PullRequestDraft, 'title' | 'body'>,
  ): Promise<Existing>;
}

export type Branches = Required<Pick<PullRequestDraft, 'head' | 'base'>>;

export interface ApiPlace {
  /** `https://host/api/v1`, without a slash at its end. */
  readonly api: string;
  readonly repository: string;
  readonly authorization: Authorization;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks with the token. What is no success is thrown as what it means. */
export async function ask(
  { api, repository, authorization, headers = {} }: ApiPlace,
  { method, path, body }: { readonly path: string } & Pick<Call, 'method' | 'body'>,
  http: HttpOptions,
): Promise<Answer> {
  const url = `${api}${path}`;
  const request = { method, url, headers: { ...headers, authorization } };
  const answer = await call(body === undefined ? request : { ...request, body }, http);
  if (answer.status >= 200 && answer.status < 300) {
    if (answer.json !== undefined) return answer;
    throw new ForgeRefused('unexpected-answer', { host: hostOf(url), detail: 'no JSON' });
  }
  throw refusalOf(answer, { host: hostOf(url), repository });
}

/** What a status means where all three agree; their own meanings come first, in their own files. */
function refusalOf(
  answer: Answer,
  { host, repository }: { readonly host: string; readonly repository: string },
): ForgeRefused {
  const { status, headers } = answer;
  const detail = messageOf(answer);
  const retryAfter = retryAfterOf(headers) ?? secondsToReset(headers);
  const wait = retryAfter === undefined ? {} : { retryAfter };
  // GitHub says 403 for its limits, with the same headers as 429 (REST API, "Rate limits").
  const isLimit =
    status === 403 && (headers.get('x-ratelimit-remaining') === '0' || headers.has('retry-after'));
  if (status === 429 || isLimit) return new ForgeRefused('rate-limited', { host, detail, ...wait });
  switch (status) {
    case 401:
      return new ForgeRefused('unauthorized', { host, detail });
    case 403:
      return new ForgeRefused(missingScope(answer) === undefined ? 'forbidden' : 'missing-scope', {
        host,
        detail: missingScope(answer) ?? detail,
      });
    case 404:
      return new ForgeRefused('no-access', { host, detail: repository });
    case 400:
    case 405:
    case 409:
    case 413:
    case 422:
      return new ForgeRefused('invalid', { host, detail });
    default:
      return status >= 500
        ? new ForgeRefused('server-error', { host, detail: String(status), ...wait })
        : new ForgeRefused('unexpected-answer', { host, detail: `status ${status}` });
  }
}

function secondsToReset(headers: Headers): number | undefined {
  const reset = Number(headers.get('x-ratelimit-reset') ?? headers.get('ratelimit-reset') ?? Number.NaN);
  const now = Date.parse(headers.get('date') ?? '') / 1000;
  return Number.isFinite(reset - now) ? Math.max(0, Math.ceil(reset - now)) : undefined;
}

/** Each says it in another way: a header of GitHub's, a field of GitLab's, a sentence of Forgejo's. */
function missingScope(answer: Answer): string | undefined {
  const accepted = answer.headers.get('x-accepted-github-permissions');
  if (accepted !== null && accepted !== '') return accepted.slice(0, DETAIL_MAX);
  if (fieldOf(answer.json, 'error') === 'insufficient_scope') {
    const scope = fieldOf(answer.json, 'scope');
    return typeof scope === 'string' ? scope.slice(0, DETAIL_MAX) : messageOf(answer);
  }
  const message = fieldOf(answer.json, 'message');
  const listed = typeof message === 'string' ? /required scope\(s\): \[([^\]]{1,200})\]/.exec(message) : null;
  return listed?.[1];
}

const DETAIL_MAX = 500;

/** What an API says of an error: `message` as text, list or map of lists, and GitHub's `errors`. */
export function messageOf({ json }: Answer): string {
  const errors = fieldOf(json, 'errors');
  const parts = [
    ...wordsOf(fieldOf(json, 'message')),
    ...(Array.isArray(errors) ? errors.flatMap((one) => wordsOfError(one)) : wordsOf(errors)),
    ...wordsOf(fieldOf(json, 'error')),
    ...wordsOf(fieldOf(json, 'error_description')),
  ];
  return [...new Set(parts)].join('; ').slice(0, DETAIL_MAX);
}

function wordsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (Array.isArray(value)) return value.slice(0, 10).flatMap(wordsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value)
    .slice(0, 10)
    .flatMap(([key, inner]) => wordsOf(inner).map((words) => `${key} ${words}`));
}

function wordsOfError(error: unknown): readonly string[] {
  const message = fieldOf(error, 'message');
  if (typeof message === 'string') return [message];
  const [field, code] = [fieldOf(error, 'field'), fieldOf(error, 'code')];
  return typeof field === 'string' && typeof code === 'string' ? [`${field} ${code}`] : wordsOf(error);
}

export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[key];
  }
  return at;
}

/** @throws ForgeRefused where the answer has no such text */
export function textField(value: unknown, host: string, ...path: readonly string[]): string {
  const found = fieldOf(value, ...path);
  if (typeof found === 'string' && found !== '') return found;
  throw new ForgeRefused('unexpected-answer', { host, detail: `no ${path.join('.')}` });
}

/** @throws ForgeRefused where the answer has no such number */
export function numberField(value: unknown, host: string, ...path: readonly string[]): number {
  const found = fieldOf(value, ...path);
  if (typeof found === 'number' && Number.isSafeInteger(found) && found > 0) return found;
  throw new ForgeRefused('unexpected-answer', { host, detail: `no ${path.join('.')}` });
}

/** @throws ForgeRefused where the answer is no list */
export function listOf({ json }: Answer, host: string): readonly unknown[] {
  if (Array.isArray(json)) return json as readonly unknown[];
  throw new ForgeRefused('unexpected-answer', { host, detail: 'no list' });
}

const PAGES_MAX = 20;

/** The first match of all pages, as `Link: rel="next"` leads on (RFC 8288). Stays below the API's address. */
export async function findInPages(
  place: ApiPlace,
  { path, matches }: { readonly path: string; readonly matches: (one: unknown) => boolean },
  http: HttpOptions,
): Promise<unknown> {
  let next: string | undefined = path;
  for (let page = 0; page < PAGES_MAX && next !== undefined; page += 1) {
    const answer: Answer = await ask(place, { method: 'GET', path: next }, http);
    const found = listOf(answer, hostOf(place.api)).find(matches);
    if (found !== undefined) return found;
    next = nextPage(answer.headers, place.api);
  }
  return undefined;
}

function nextPage(headers: Headers, api: string): string | undefined {
  const link = headers.get('link')?.slice(0, 4096) ?? '';
  const next = link.split(',').find((one) => /;\s*rel="?next"?/.test(one));
  const url = /<([^<>]+)>/.exec(next ?? '')?.[1];
  return url?.startsWith(`${api}/`) === true ? url.slice(api.length) : undefined;
}
