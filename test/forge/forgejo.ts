import { type ForgeState, field, type KeptPullRequest, page, type Recorded, type Reply } from './state.ts';

/** As Forgejo 13 answers (`/api/v1`). */
export function forgejoRoutes(request: Recorded, state: ForgeState): Reply {
  const { method } = request;
  const url = new URL(request.path, state.origin());
  const error = (status: number, message: string): Reply => ({
    status,
    body: { message, url: `${state.origin()}/api/swagger` },
  });
  if (url.pathname === '/api/v1/version') return { status: 200, body: { version: '13.0.2+gitea-1.22.0' } };
  if (!url.pathname.startsWith('/api/v1/')) return { status: 404, body: 'Not found.' };
  if (!isAuthorized(request, state)) return error(401, 'invalid username, password or token');
  const base = `/api/v1/repos/${state.repository}`;
  const rest = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : undefined;
  if (method === 'GET' && rest === '') {
    return {
      status: 200,
      body: { id: 1, full_name: state.repository, default_branch: state.defaultBranch, archived: false },
    };
  }
  if (method === 'GET' && rest === '/pulls') {
    const open = state.pullRequests.filter(
      ({ isOpen }) => isOpen || url.searchParams.get('state') !== 'open',
    );
    const { items, headers } = page(open, request, { origin: state.origin(), size: 50, name: 'limit' });
    return { status: 200, headers, body: items.map((one) => pull(one, state)) };
  }
  if (method === 'POST' && rest === '/pulls') return create(request, state, error);
  const found = state.pullRequests.find(({ number }) => rest === `/pulls/${number}`);
  if (method === 'PATCH' && found !== undefined) {
    found.title = field(request.body, 'title') ?? found.title;
    found.body = field(request.body, 'body') ?? found.body;
    return { status: 201, body: pull(found, state) };
  }
  return error(404, "The target couldn't be found.");
}

function isAuthorized({ headers: { authorization = '' } }: Recorded, { token }: ForgeState): boolean {
  const basic = /^Basic (.+)$/.exec(authorization)?.[1];
  if (basic !== undefined) return Buffer.from(basic, 'base64').toString('utf8').endsWith(`:${token}`);
  return authorization === `Bearer ${token}` || authorization === `token ${token}`;
}

function create(
  { body }: Recorded,
  state: ForgeState,
  error: (status: number, message: string) => Reply,
): Reply {
  const [title, head, base] = [field(body, 'title'), field(body, 'head'), field(body, 'base')];
  if (title === undefined || head === undefined || base === undefined) return error(422, '[Title]: Required');
  if (head === base)
    return error(422, 'Invalid PullRequest: There are no changes between the head and the base');
  if (!state.branches().includes(head)) return error(404, "The target couldn't be found.");
  const known = state.pullRequests.find(
    (one) => one.isOpen && one.isFork !== true && one.head === head && one.base === base,
  );
  if (known !== undefined) {
    return error(
      409,
      `pull request already exists for these targets [id: ${known.number}, issue_id: ${known.number}, head_repo_id: 1, base_repo_id: 1, head_branch: ${head}, base_branch: ${base}]`,
    );
  }
  const text = field(body, 'body') ?? '';
  const made = { number: state.pullRequests.length + 1, title, body: text, head, base, isOpen: true };
  state.pullRequests.push(made);
  return { status: 201, body: pull(made, state) };
}

function pull(
  { number, title, body, head, base, isOpen, isFork }: KeptPullRequest,
  { repository, origin }: ForgeState,
): object {
  const full_name = isFork === true ? 'someone/cluster' : repository;
  return {
    number,
    html_url: `${origin()}/${repository}/pulls/${number}`,
    state: isOpen ? 'open' : 'closed',
    title,
    body,
    head: { label: head, ref: head, repo: { full_name } },
    base: { label: base, ref: base, repo: { full_name: repository } },
  };
}
