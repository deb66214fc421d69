import {
  type ApiPlace,
  ask,
  type Existing,
  type ForgeApi,
  fieldOf,
  findInPages,
  numberField,
  type RepositoryInfo,
  textField,
} from './api.ts';
import { type HttpOptions, hostOf } from './http.ts';

/** GitLab's API, version 4 (docs.gitlab.com/api/merge_requests). A project in sub-groups is one escaped path. */
export function gitlabApi(place: ApiPlace, http: HttpOptions): ForgeApi {
  const host = hostOf(place.api);
  return {
    async repository(): Promise<RepositoryInfo> {
      const path = `/projects/${encodeURIComponent(place.repository)}`;
      const { json } = await ask(place, { method: 'GET', path }, http);
      return {
        id: String(numberField(json, host, 'id')),
        defaultBranch: textField(json, host, 'default_branch'),
      };
    },

    async find({ id }, { head, base }): Promise<Existing | undefined> {
      const query = new URLSearchParams({
        state: 'opened',
        source_branch: head,
        target_branch: base,
        per_page: '100',
      });
      const path = `/projects/${id}/merge_requests?${query.toString()}`;
      const matches = (one: unknown): boolean =>
        fieldOf(one, 'source_branch') === head &&
        fieldOf(one, 'target_branch') === base &&
        fieldOf(one, 'source_project_id') === Number(id);
      const found = await findInPages(place, { path, matches }, http);
      return found === undefined ? undefined : existing(found, host);
    },

    async create({ id }, { title, body, head, base }): Promise<Existing> {
      const request = { source_branch: head, target_branch: base, title, description: body };
      const path = `/projects/${id}/merge_requests`;
      return existing((await ask(place, { method: 'POST', path, body: request }, http)).json, host);
    },

    async update({ id }, number, { title, body }): Promise<Existing> {
      const path = `/projects/${id}/merge_requests/${number}`;
      const request = { title, description: body };
      return existing((await ask(place, { method: 'PUT', path, body: request }, http)).json, host);
    },
  };
}

function existing(json: unknown, host: string): Existing {
  const body = fieldOf(json, 'description');
  return {
    number: numberField(json, host, 'iid'),
    url: textField(json, host, 'web_url'),
    head: textField(json, host, 'source_branch'),
    base: textField(json, host, 'target_branch'),
    body: typeof body === 'string' ? body : '',
  };
}
