import { type Attributes, isAllowed, type User } from './access.ts';
import { type Json, type JsonMap, mapAt, textAt } from './json.ts';
import { badRequest } from './status.ts';

const REVIEWS: ReadonlySet<string> = new Set([
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  '/apis/authentication.k8s.io/v1/selfsubjectreviews',
]);

export function isReview(path: string): boolean {
  return REVIEWS.has(path);
}

/** What a user may do, and who he is: SelfSubjectAccessReview, SelfSubjectRulesReview, SelfSubjectReview. */
export function review(path: string, body: Json, user: User): JsonMap {
  switch (path.slice(path.lastIndexOf('/') + 1)) {
    case 'selfsubjectaccessreviews':
      return accessReview(body, user);
    case 'selfsubjectrulesreviews':
      return rulesReview(body, user);
    default:
      return {
        kind: 'SelfSubjectReview',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: {},
        status: { userInfo: { username: user.name, groups: groupsOf(user) } },
      };
  }
}

function accessReview(body: Json, user: User): JsonMap {
  const spec = mapAt(body, 'spec');
  const allowed = isAllowed(user, attributesOf(spec));
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec,
    status: { allowed, ...(allowed ? { reason: `RBAC: allowed for ${user.name}` } : {}) },
  };
}

function attributesOf(spec: JsonMap): Attributes {
  if (Object.hasOwn(spec, 'nonResourceAttributes')) {
    const asked = mapAt(spec, 'nonResourceAttributes');
    return { kind: 'path', verb: textAt(asked, 'verb'), path: textAt(asked, 'path') };
  }
  const asked = mapAt(spec, 'resourceAttributes');
  if (Object.keys(asked).length === 0) {
    throw badRequest(
      'spec.resourceAttributes: Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    );
  }
  const [resource = '', subresource] = textAt(asked, 'resource').split('/');
  return {
    kind: 'resource',
    verb: textAt(asked, 'verb'),
    group: textAt(asked, 'group'),
    resource,
    subresource: subresource ?? textAt(asked, 'subresource'),
    namespace: textAt(asked, 'namespace'),
    name: textAt(asked, 'name'),
  };
}

function rulesReview(body: Json, user: User): JsonMap {
  const namespace = textAt(body, 'spec', 'namespace');
  const holds = user.rules.filter(
    ({ namespaces }) => namespaces === undefined || namespaces.includes(namespace),
  );
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: { namespace },
    status: {
      incomplete: false,
      resourceRules: holds
        .filter(({ resources }) => resources !== undefined)
        .map(({ verbs, groups = [''], resources = [], names }) => ({
          verbs,
          apiGroups: groups,
          resources,
          ...(names === undefined ? {} : { resourceNames: names }),
        })),
      nonResourceRules: holds
        .filter(({ paths }) => paths !== undefined)
        .map(({ verbs, paths = [] }) => ({ verbs, nonResourceURLs: paths })),
    },
  };
}

function groupsOf({ groups = [] }: User): readonly string[] {
  return [...groups, 'system:authenticated'];
}
