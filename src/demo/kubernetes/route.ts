import type { Attributes } from './access.ts';
import { apiVersionOf, type ServedKind } from './kinds.ts';
import { badRequest } from './status.ts';

/** What a request is about. */
export type Route =
  | { readonly kind: 'path'; readonly path: string }
  | ({ readonly kind: 'resource' } & ResourceRoute);

export interface ResourceRoute {
  readonly served: ServedKind;
  readonly namespace: string;
  /** Empty: all of them. */
  readonly name: string;
  /** `status`, `portforward`, or empty. */
  readonly subresource: string;
}

const TEXT_MAX = 4096;

/** Takes the path of a URL apart; a path that names no kind is a path. @throws ApiError 400 */
export function routeOf(pathname: string, kinds: readonly ServedKind[]): Route {
  if (pathname.length > TEXT_MAX) throw badRequest('the path is too long');
  const path = { kind: 'path', path: pathname } as const;
  const steps = pathname
    .split('/')
    .filter((step) => step !== '')
    .map(decoded);
  const [root, ...rest] = steps;
  if (root !== 'api' && root !== 'apis') return path;
  const depth = root === 'api' ? 1 : 2;
  const apiVersion = rest.slice(0, depth).join('/');
  const inside = rest.slice(depth);
  const known = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
  if (inside.length === 0) return path;
  if (inside[0] === 'namespaces' && inside.length > 2 && inside[2] !== 'status' && inside[2] !== 'finalize') {
    const [, namespace = '', plural, name = '', subresource = '', ...more] = inside;
    const served = known.find((kind) => kind.plural === plural && kind.isNamespaced);
    if (served === undefined || more.length > 0) return path;
    return { kind: 'resource', served, namespace, name, subresource };
  }
  const [plural, name = '', subresource = '', ...more] = inside;
  const served = known.find((kind) => kind.plural === plural);
  // Of a namespaced kind this is the list over all namespaces.
  if (served === undefined || more.length > 0 || (served.isNamespaced && name !== '')) return path;
  return { kind: 'resource', served, namespace: '', name, subresource };
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw badRequest('the path is not written as a URL');
  }
}

/** What it takes to do this, as RBAC sees it. */
export function attributesOf(route: Route, method: string, query: URLSearchParams): Attributes {
  if (route.kind === 'path') return { kind: 'path', verb: method.toLowerCase(), path: route.path };
  const { served, namespace, name, subresource } = route;
  const isWatch = isTrue(query.get('watch'));
  const isOfNamespace = served.kind === 'Namespace' && name !== '';
  return {
    kind: 'resource',
    verb: verbOf(method, { isNamed: name !== '', isWatch, subresource }),
    group: served.group,
    resource: served.plural,
    subresource,
    namespace: isOfNamespace ? name : namespace,
    // A list of one by its name is allowed to whom the one is allowed.
    name: name === '' ? nameInSelector(query.get('fieldSelector') ?? '') : name,
  };
}

function nameInSelector(selector: string): string {
  return /^metadata\.name==?([^,=!]+)$/.exec(selector)?.[1] ?? '';
}

function verbOf(
  method: string,
  {
    isNamed,
    isWatch,
    subresource,
  }: { readonly isNamed: boolean; readonly isWatch: boolean; readonly subresource: string },
): string {
  if (subresource === 'portforward') return 'create';
  switch (method) {
    case 'GET':
    case 'HEAD':
      return isWatch ? 'watch' : isNamed ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection';
    default:
      return method.toLowerCase();
  }
}

export function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1';
}
