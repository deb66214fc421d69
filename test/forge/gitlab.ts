import { type ForgeState, field, type KeptPullRequest, page, type Recorded, type Reply } from './state.ts';

const PROJECT = 42;

/** As GitLab 18 answers (`/api/v4`). */
export function gitlabRoutes(request: Recorded, state: ForgeState): Reply {
  const { method, headers } = request;
  const url = new URL(request.path, state.origin());
  const meta = { 'x-gitlab-meta': '{"correlation_id":"01","version":"1"}' };
  const withMeta = (reply: Reply): Reply => ({ ...reply, headers: { ...meta, ...reply.headers } });
  if (!url.pathname.startsWith('/api/v4/')) return { status: 404, body: '<html>404</html>' };
  const isKnown =
    headers.authorization === `Bearer ${state.token}` || headers['private-token'] === state.token;
  if (!isKnown) return withMeta({ status: 401, body: { message: '401 Unauthorized' } });
  const path = url.pathname.slice('/api/v4/projects/'.length);
  if (method === 'GET' && path === encodeURIComponent(state.repository)) {
    return withMeta({
      status: 200,
      body: { id: PROJECT, path_with_namespace: state.repository, default_branch: state.defaultBranch },
    });
  }
  if (method === 'GET' && path === `${PROJECT}/merge_requests`) return withMeta(list(request, url, state));
  if (method === 'POST' && path === `${PROJECT}/merge_requests`) return withMeta(create(request, state));
  const found = state.pullRequests.find(({ number }) => path === `${PROJECT}/merge_requests/${number}`);
  if (method === 'PUT' && found !== undefined) {
    found.title = field(request.body, 'title') ?? found.title;
    found.body = field(request.body, 'description') ?? found.body;
    return withMeta({ status: 200, body: mergeRequest(found, state) });
  }
  return withMeta({ status: 404, body: { message: '404 Project Not Found' } });
}

function list(request: Recorded, url: URL, state: ForgeState): Reply {
  const asked = (name: string): string | null => url.searchParams.get(name);
  const matching = state.pullRequests.filter(
    ({ isOpen, head, base }) =>
      (asked('state') !== 'opened' || isOpen) &&
      (asked('source_branch') ?? head) === head &&
      (asked('target_branch') ?? base) === base,
  );
  const { items, headers } = page(matching, request, { origin: state.origin(), size: 100, name: 'per_page' });
  return { status: 200, headers, body: items.map((one) => mergeRequest(one, state)) };
}

function create({ body }: Recorded, state: ForgeState): Reply {
  const [title, head, base] = [
    field(body, 'title'),
    field(body, 'source_branch'),
    field(body, 'target_branch'),
  ];
  if (title === undefined || head === undefined || base === undefined) {
    return { status: 400, body: { error: 'title is missing' } };
  }
  const known = state.pullRequests.find(
    (one) => one.isOpen && one.isFork !== true && one.head === head && one.base === base,
  );
  if (known !== undefined) {
    const text = `Another open merge request already exists for this source branch: !${known.number}`;
    return { status: 409, body: { message: [text] } };
  }
  if (!state.branches().includes(head)) {
    return { status: 400, body: { message: { base: [`Source branch "${head}" does not exist`] } } };
  }
  const text = field(body, 'description') ?? '';
  const made = { number: state.pullRequests.length + 1, title, body: text, head, base, isOpen: true };
  state.pullRequests.push(made);
  return { status: 201, body: mergeRequest(made, state) };
}

function mergeRequest(
  { number, title, body, head, base, isOpen, isFork }: KeptPullRequest,
  { repository, origin }: ForgeState,
): object {
  return {
    id: 1000 + number,
    iid: number,
    project_id: PROJECT,
    source_project_id: isFork === true ? 43 : PROJECT,
    target_project_id: PROJECT,
    web_url: `${origin()}/${repository}/-/merge_requests/${number}`,
    state: isOpen ? 'opened' : 'closed',
    title,
    description: body,
    source_branch: head,
    target_branch: base,
  };
}
