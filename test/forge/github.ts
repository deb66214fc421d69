import { type ForgeState, field, type KeptPullRequest, page, type Recorded, type Reply } from './state.ts';

const DOCS = 'https://docs.github.com/rest';

/** As GitHub Enterprise Server answers (REST API, version 2022-11-28). */
export function githubRoutes(request: Recorded, state: ForgeState): Reply {
  const { method, headers } = request;
  const url = new URL(request.path, state.origin());
  const id = { 'x-github-request-id': 'A1:B2:C3' };
  const withId = (reply: Reply): Reply => ({ ...reply, headers: { ...id, ...reply.headers } });
  if (url.pathname === '/api/v3/meta') {
    return withId({
      status: 200,
      body: { verifiable_password_authentication: true, installed_version: '3.17.0' },
    });
  }
  if (headers['user-agent'] === undefined) {
    return withId({ status: 403, body: 'Request forbidden by administrative rules. User-Agent is missing.' });
  }
  if (headers.authorization !== `Bearer ${state.token}`) {
    return withId({ status: 401, body: error('Bad credentials', 401) });
  }
  const base = `/api/v3/repos/${state.repository}`;
  if (url.pathname !== base && !url.pathname.startsWith(`${base}/`)) {
    return withId({ status: 404, body: error('Not Found', 404) });
  }
  const rest = url.pathname.slice(base.length);
  if (method === 'GET' && rest === '') {
    return withId({
      status: 200,
      body: { id: 1, full_name: state.repository, default_branch: state.defaultBranch, archived: false },
    });
  }
  if (method === 'GET' && rest === '/pulls') return withId(list(request, url, state));
  if (method === 'POST' && rest === '/pulls') return withId(create(request, state));
  const number = /^\/pulls\/(\d+)$/.exec(rest)?.[1];
  const found = state.pullRequests.find((one) => one.number === Number(number));
  if (method === 'PATCH' && found !== undefined) {
    found.title = field(request.body, 'title') ?? found.title;
    found.body = field(request.body, 'body') ?? found.body;
    return withId({ status: 200, body: pull(found, state) });
  }
  return withId({ status: 404, body: error('Not Found', 404) });
}

function list(request: Recorded, url: URL, state: ForgeState): Reply {
  const head = url.searchParams.get('head');
  const owner = state.repository.split('/')[0] ?? '';
  const [who, ref] = head?.split(':') ?? [];
  const matching = state.pullRequests.filter(
    (one) =>
      (url.searchParams.get('state') !== 'open' || one.isOpen) &&
      // A head without an owner is not understood, and no filter.
      (ref === undefined || ((one.isFork === true ? 'someone' : owner) === who && one.head === ref)) &&
      (url.searchParams.get('base') ?? one.base) === one.base,
  );
  const { items, headers } = page(matching, request, { origin: state.origin(), size: 100, name: 'per_page' });
  return { status: 200, headers, body: items.map((one) => pull(one, state)) };
}

function create({ body }: Recorded, state: ForgeState): Reply {
  const [title, head, base] = [field(body, 'title'), field(body, 'head'), field(body, 'base')];
  const invalid = (...errors: readonly object[]): Reply => ({
    status: 422,
    body: { ...error('Validation Failed', 422), errors },
  });
  if (title === undefined || head === undefined || base === undefined) {
    return invalid({ resource: 'PullRequest', code: 'missing_field', field: 'title' });
  }
  if (head !== state.defaultBranch && !state.branches().includes(head)) {
    return invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  }
  const owner = state.repository.split('/')[0] ?? '';
  if (
    state.pullRequests.some(
      (one) => one.isOpen && one.isFork !== true && one.head === head && one.base === base,
    )
  ) {
    const message = `A pull request already exists for ${owner}:${head}.`;
    return invalid({ resource: 'PullRequest', code: 'custom', message });
  }
  const text = field(body, 'body') ?? '';
  if (text.length > 65_536) {
    const message = 'body is too long (maximum is 65536 characters)';
    return invalid({ resource: 'PullRequest', code: 'custom', field: 'body', message });
  }
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
    html_url: `${origin()}/${repository}/pull/${number}`,
    state: isOpen ? 'open' : 'closed',
    title,
    body,
    head: { label: `${full_name.split('/')[0] ?? ''}:${head}`, ref: head, repo: { full_name } },
    base: { ref: base, repo: { full_name: repository } },
  };
}

function error(message: string, status: number): object {
  return { message, documentation_url: DOCS, status: String(status) };
}
