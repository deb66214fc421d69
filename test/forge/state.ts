import type { IncomingHttpHeaders } from 'node:http';
import type { ForgeKind } from '../../src/core/model/pull-request.ts';

/** What came in. */
export interface Recorded {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is. */
  readonly body?: unknown;
}

export interface KeptPullRequest {
  readonly number: number;
  title: string;
  body: string;
  readonly head: string;
  readonly base: string;
  isOpen: boolean;
  /** Of another repository. */
  readonly isFork?: boolean;
}

/** What the server keeps. */
export interface ForgeState {
  readonly kind: ForgeKind;
  readonly token: string;
  /** `homelab/cluster`. */
  readonly repository: string;
  readonly origin: () => string;
  readonly defaultBranch: string;
  /** Those that differ from the default branch. */
  readonly branches: () => readonly string[];
  readonly pullRequests: KeptPullRequest[];
}

export type Routes = (request: Recorded, state: ForgeState) => Reply;

/** A text of a JSON body; undefined where it is none. */
export function field(body: unknown, name: string): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const value = (body as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

/** One page of a list, and where the next one is. */
export function page<T>(
  all: readonly T[],
  request: Recorded,
  { origin, size, name }: { readonly origin: string; readonly size: number; readonly name: string },
): { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const url = new URL(request.path, origin);
  const asked = Number(url.searchParams.get(name) ?? size);
  const each = Math.min(Math.max(1, asked), size);
  const at = Math.max(1, Number(url.searchParams.get('page') ?? 1));
  const items = all.slice((at - 1) * each, at * each);
  url.searchParams.set('page', String(at + 1));
  const link = `<${url.href}>; rel="next", <${url.href}>; rel="last"`;
  return { items, headers: at * each < all.length ? { link } : {} };
}
