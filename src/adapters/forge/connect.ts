import { setTimeout as sleep } from 'node:timers/promises';
import type { ForgeKind, ForgeRefusal } from '../../core/model/pull-request.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { Forge } from '../../core/ports/forge.ts';
import type { ApiPlace, ForgeApi } from './api.ts';
import { forgeOver } from './forge.ts';
import { forgejoApi } from './forgejo.ts';
import { githubApi } from './github.ts';
import { gitlabApi } from './gitlab.ts';
import { type Fetch, type HttpOptions } from './http.ts';
import { probe } from './probe.ts';
import { ForgeRefused } from './refused.ts';
import { isLoopback, parseRemote, type RemoteAddress } from './remote-url.ts';
import { bearer, type CredentialSource, ofCredential, placesOfTokens, tokenFromEnv } from './tokens.ts';

export interface ConnectOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Which of the three it is, where somebody said so. */
  readonly kind?: ForgeKind;
  /** The address of the API's host, `https://forge.example.com`, where it is not that of the remote. */
  readonly url?: string;
  readonly credential: CredentialSource;
  readonly until?: Cancellation;
  /** Absent: the platform's. */
  readonly fetch?: Fetch;
  readonly wait?: (milliseconds: number) => Promise<void>;
}

export type Connected =
  | {
      readonly kind: 'ready';
      readonly forge: Forge;
      readonly host: string;
      readonly forgeKind: ForgeKind;
      readonly repository: string;
    }
  | { readonly kind: 'refused'; readonly refusal: ForgeRefusal };

const APIS: Readonly<Record<ForgeKind, (place: ApiPlace, http: HttpOptions) => ForgeApi>> = {
  github: githubApi,
  gitlab: gitlabApi,
  forgejo: forgejoApi,
};

/**
 * The forge that a remote is on, with a token for it. Sends nothing that is secret; where the host is not known by name,
 * asks it what it is.
 *
 * @param remote the remote's address, as git has it
 */
export async function connectForge(remote: string, options: ConnectOptions): Promise<Connected> {
  const { fetch: given, wait = (ms) => sleep(ms), until } = options;
  const http: HttpOptions = {
    fetch: given ?? ((url, init) => fetch(url, init)),
    wait,
    ...(until === undefined ? {} : { until }),
  };
  try {
    const address = parseRemote(remote);
    if (address === undefined) throw new ForgeRefused('not-a-forge', { detail: remote });
    const web = webOf(address, options.url);
    const forgeKind = options.kind ?? kindByName(address.host) ?? (await probe(baseOf(web), http));
    if (forgeKind === undefined) throw new ForgeRefused('unknown-forge', { host: web.host });
    const { repository } = address;
    const place = {
      api: apiOf(forgeKind, web),
      repository,
      authorization: await authorizationFor(forgeKind, web, { repository, options }),
    };
    const forge = forgeOver((each) => APIS[forgeKind](place, each), http, web.origin);
    return { kind: 'ready', forge, host: web.host, forgeKind, repository };
  } catch (error) {
    if (error instanceof ForgeRefused) return { kind: 'refused', refusal: error.refusal };
    throw error;
  }
}

/** Where the API is asked: over HTTPS, or on this machine. */
function webOf({ host, port, isPlain }: RemoteAddress, given: string | undefined): URL {
  const isNear = isPlain && isLoopback(host);
  // A port of plain HTTP is not the one of HTTPS.
  const suffix = port === undefined || (isPlain && !isNear) ? '' : `:${port}`;
  const text = given ?? `${isNear ? 'http' : 'https'}://${host}${suffix}`;
  const url = URL.parse(text);
  if (url === null || url.hostname === '') throw new ForgeRefused('not-a-forge', { detail: text });
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe) throw new ForgeRefused('insecure', { host: url.host, detail: `${url.protocol}//${url.host}` });
  return url;
}

function kindByName(host: string): ForgeKind | undefined {
  if (host === 'github.com' || host.endsWith('.ghe.com')) return 'github';
  if (host === 'gitlab.com') return 'gitlab';
  return host === 'codeberg.org' ? 'forgejo' : undefined;
}

/** Where the forge's own pages begin: it may live below a path. */
function baseOf({ origin, pathname }: URL): string {
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

function apiOf(kind: ForgeKind, web: URL): string {
  const { hostname } = web;
  const base = baseOf(web);
  switch (kind) {
    case 'github':
      if (hostname === 'github.com') return 'https://api.github.com';
      return hostname.endsWith('.ghe.com') ? `https://api.${hostname}` : `${base}/api/v3`;
    case 'gitlab':
      return `${base}/api/v4`;
    case 'forgejo':
      return `${base}/api/v1`;
  }
}

async function authorizationFor(
  kind: ForgeKind,
  { protocol, host }: URL,
  { repository, options }: { readonly repository: string; readonly options: ConnectOptions },
): Promise<string> {
  const token = tokenFromEnv(kind, host, options.env);
  if (token !== undefined) return bearer(token);
  const place = {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host,
    path: `${repository}.git`,
  } as const;
  const credential = await options.credential(place);
  const authorization = credential === undefined ? undefined : ofCredential(kind, credential);
  if (authorization !== undefined) return authorization;
  throw new ForgeRefused('no-token', { host, detail: placesOfTokens(kind, host) });
}
