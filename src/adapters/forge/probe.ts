import type { ForgeKind } from '../../core/model/pull-request.ts';
import { fieldOf } from './api.ts';
import { type Answer, call, type HttpOptions } from './http.ts';

interface Question {
  readonly kind: ForgeKind;
  readonly path: string;
  readonly isIts: (answer: Answer) => boolean;
}

/** A question without a secret that each answers in a way of its own. */
const QUESTIONS: readonly Question[] = [
  {
    kind: 'forgejo',
    path: '/api/v1/version',
    // Forgejo and Gitea that are closed to strangers name the documentation of their API in every error.
    isIts: ({ status, json }) =>
      (status === 200 && typeof fieldOf(json, 'version') === 'string') || isSwagger(fieldOf(json, 'url')),
  },
  {
    kind: 'gitlab',
    path: '/api/v4/version',
    isIts: ({ status, json, headers }) =>
      (status === 401 && fieldOf(json, 'message') === '401 Unauthorized') ||
      headers.has('x-gitlab-meta') ||
      (status === 200 && typeof fieldOf(json, 'revision') === 'string'),
  },
  {
    kind: 'github',
    path: '/api/v3/meta',
    isIts: ({ headers, json }) =>
      headers.has('x-github-request-id') || typeof fieldOf(json, 'installed_version') === 'string',
  },
];

/**
 * Which of the three a host is. Undefined where it answers as none of them.
 *
 * @throws ForgeRefused where it does not answer
 */
export async function probe(origin: string, http: HttpOptions): Promise<ForgeKind | undefined> {
  for (const { kind, path, isIts } of QUESTIONS) {
    const answer = await call({ method: 'GET', url: `${origin}${path}`, headers: {} }, http);
    if (isIts(answer)) return kind;
  }
  return undefined;
}

function isSwagger(value: unknown): boolean {
  return typeof value === 'string' && value.endsWith('/api/swagger');
}
