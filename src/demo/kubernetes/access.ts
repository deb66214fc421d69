import { createHash, timingSafeEqual } from 'node:crypto';
import { type ApiError, forbidden, qualified, type Subject, unauthorized } from './status.ts';

/** Who may ask, and what he may do. */
export interface User {
  readonly name: string;
  readonly groups?: readonly string[];
  /** His bearer token. Absent: he has a client certificate with his name. */
  readonly token?: string;
  readonly rules: readonly AccessRule[];
}

/** As a rule of a Role, with where it holds. */
export interface AccessRule {
  readonly verbs: readonly string[];
  readonly groups?: readonly string[];
  /** `pods`, `pods/portforward`, `*`. */
  readonly resources?: readonly string[];
  /** Absent: all of them. */
  readonly names?: readonly string[];
  /** Absent: in all namespaces, and where there is none. */
  readonly namespaces?: readonly string[];
  /** Paths that are no resources, `/version`, `/openapi/*`. */
  readonly paths?: readonly string[];
}

/** May everything. */
export const EVERYTHING: readonly AccessRule[] = [
  { verbs: ['*'], groups: ['*'], resources: ['*'] },
  { verbs: ['*'], paths: ['*'] },
];

/** What everybody may who is known: look what there is, and ask about himself. */
const OF_EVERYBODY: readonly AccessRule[] = [
  {
    verbs: ['get'],
    paths: ['/api', '/api/*', '/apis', '/apis/*', '/openapi/*', '/version', '/healthz', '/readyz', '/livez'],
  },
  { verbs: ['post'], paths: ['/apis/authorization.k8s.io/*', '/apis/authentication.k8s.io/*'] },
];

export type Attributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  readonly kind: 'resource';
  readonly verb: string;
  readonly group: string;
  /** Of the kind, without a subresource. */
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

export interface PathAttributes {
  readonly kind: 'path';
  readonly verb: string;
  readonly path: string;
}

/** Who asks. @throws ApiError 401 for a token or a name that is nobody's */
export function authenticate(
  users: readonly User[],
  given: { readonly authorization: string | undefined; readonly certificateName: string | undefined },
): User {
  const { authorization, certificateName } = given;
  if (authorization !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const user = token === undefined ? undefined : users.find((known) => isToken(known, token));
    if (user === undefined) throw unauthorized();
    return user;
  }
  const user =
    certificateName === undefined
      ? undefined
      : users.find(({ name, token }) => token === undefined && name === certificateName);
  if (user === undefined) throw unauthorized();
  return user;
}

/** Takes the same time for all tokens. */
function isToken({ token }: User, given: string): boolean {
  if (token === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(token), digest(given));
}

export function isAllowed({ rules }: User, attributes: Attributes): boolean {
  return [...rules, ...OF_EVERYBODY].some((rule) => allows(rule, attributes));
}

function allows(rule: AccessRule, attributes: Attributes): boolean {
  if (!includes(rule.verbs, attributes.verb)) return false;
  if (attributes.kind === 'path') return (rule.paths ?? []).some((path) => isPath(path, attributes.path));
  const { group, resource, subresource, namespace, name } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    (includes(rule.resources ?? [], full) ||
      (subresource !== '' && (rule.resources ?? []).includes(`*/${subresource}`))) &&
    includes(rule.groups ?? [''], group) &&
    (rule.names === undefined || rule.names.includes(name)) &&
    (rule.namespaces === undefined || rule.namespaces.includes(namespace))
  );
}

function includes(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function isPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}

/** Refuses as RBAC does (apiserver, endpoints/handlers/responsewriters/errors.go). */
export function refusal({ name: who }: User, attributes: Attributes): ApiError {
  if (attributes.kind === 'path') {
    const message = `forbidden: User "${who}" cannot ${attributes.verb} path "${attributes.path}"`;
    return forbidden(message, { group: '', plural: '' }, '');
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const subject: Subject = { group, plural: resource };
  return forbidden(
    `${qualified(subject)}${name === '' ? '' : ` "${name}"`} is forbidden: User "${who}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`,
    subject,
    name,
  );
}
