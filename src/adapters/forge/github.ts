import {
  type ApiPlace,
  ask,
  type Branches,
  type Existing,
  type ForgeApi,
  fieldOf,
  findInPages,
  numberField,
  type RepositoryInfo,
  textField,
} from './api.ts';
import { type HttpOptions, hostOf } from './http.ts';
import { ForgeRefused } from './refused.ts';

/** GitHub's REST API, of github.com, of GitHub Enterprise Server and of ghe.com (docs.github.com/rest/pulls). */
export function githubApi(given: ApiPlace, http: HttpOptions): ForgeApi {
  const place: ApiPlace = {
    ...given,
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
  };
  const host = hostOf(place.api);
  return {
    async repository(): Promise<RepositoryInfo> {
      const { json } = await ask(place, { method: 'GET', path: `/repos/${inPath(place.repository)}` }, http);
      return {
        id: textField(json, host, 'full_name'),
        defaultBranch: textField(json, host, 'default_branch'),
      };
    },

    async find({ id }, branches): Promise<Existing | undefined> {
      const query = new URLSearchParams({
        state: 'open',
        head: `${id.slice(0, id.indexOf('/'))}:${branches.head}`,
        base: branches.base,
        per_page: '100',
      });
      const path = `/repos/${inPath(id)}/pulls?${query.toString()}`;
      // A filter that it does not understand is no error there, and gives all.
      const matches = (one: unknown): boolean => isOf(one, branches, id);
      const found = await findInPages(place, { path, matches }, http);
      return found === undefined ? undefined : existing(found, host);
    },

    async create({ id }, { title, body, head, base }): Promise<Existing> {
      const request = {
        method: 'POST' as const,
        path: `/repos/${inPath(id)}/pulls`,
        body: { title, body, head, base },
      };
      try {
        return existing((await ask(place, request, http)).json, host);
      } catch (error) {
        throw meaningOf(error);
      }
    },

    async update({ id }, number, { title, body }): Promise<Existing> {
      const path = `/repos/${inPath(id)}/pulls/${number}`;
      return existing((await ask(place, { method: 'PATCH', path, body: { title, body } }, http)).json, host);
    },
  };
}

/** Both APIs name a repository by its path, each step escaped. */
export function inPath(repository: string): string {
  return repository.split('/').map(encodeURIComponent).join('/');
}

export function isOf(one: unknown, { head, base }: Branches, repository: string): boolean {
  const full = fieldOf(one, 'head', 'repo', 'full_name');
  return (
    fieldOf(one, 'head', 'ref') === head &&
    fieldOf(one, 'base', 'ref') === base &&
    typeof full === 'string' &&
    full.toLowerCase() === repository.toLowerCase()
  );
}

/** A pull request as GitHub and Forgejo write one. */
export function existing(json: unknown, host: string): Existing {
  const body: unknown = fieldOf(json, 'body');
  return {
    number: numberField(json, host, 'number'),
    url: textField(json, host, 'html_url'),
    head: textField(json, host, 'head', 'ref'),
    base: textField(json, host, 'base', 'ref'),
    body: typeof body === 'string' ? body : '',
  };
}

function meaningOf(error: unknown): unknown {
  if (!(error instanceof ForgeRefused) || error.refusal.code !== 'invalid') return error;
  const isEmpty = /no commits between/i.test(error.refusal.detail);
  return isEmpty ? new ForgeRefused('nothing-to-merge', error.refusal) : error;
}
