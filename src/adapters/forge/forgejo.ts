import {
  type ApiPlace,
  ask,
  type Existing,
  type ForgeApi,
  findInPages,
  type RepositoryInfo,
  textField,
} from './api.ts';
import { existing, inPath, isOf } from './github.ts';
import { type HttpOptions, hostOf } from './http.ts';
import { ForgeRefused } from './refused.ts';

/** The API of Forgejo and Gitea, version 1 (`/api/swagger` of any of them). */
export function forgejoApi(place: ApiPlace, http: HttpOptions): ForgeApi {
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
      // It filters by neither branch.
      const path = `/repos/${inPath(id)}/pulls?state=open&sort=recentupdate&limit=50`;
      const matches = (one: unknown): boolean => isOf(one, branches, id);
      const found = await findInPages(place, { path, matches }, http);
      return found === undefined ? undefined : existing(found, host);
    },

    async create({ id }, { title, body, head, base }): Promise<Existing> {
      const path = `/repos/${inPath(id)}/pulls`;
      try {
        const request = { method: 'POST', path, body: { title, body, head, base } } as const;
        return existing((await ask(place, request, http)).json, host);
      } catch (error) {
        throw meaningOf(error, head);
      }
    },

    async update({ id }, number, { title, body }): Promise<Existing> {
      const path = `/repos/${inPath(id)}/pulls/${number}`;
      return existing((await ask(place, { method: 'PATCH', path, body: { title, body } }, http)).json, host);
    },
  };
}

function meaningOf(error: unknown, head: string): unknown {
  if (!(error instanceof ForgeRefused)) return error;
  const { code, host, detail } = error.refusal;
  if (code === 'invalid' && /no changes between/i.test(detail)) {
    return new ForgeRefused('nothing-to-merge', { host, detail });
  }
  // The repository answered before, so that what is not found is a branch.
  return code === 'no-access' ? new ForgeRefused('invalid', { host, detail: `no branch ${head}` }) : error;
}
