import {
  CLUSTER_KIND_NAMES,
  CLUSTER_KINDS,
  type ClusterKindName,
  type ClusterObject,
  type Permission,
} from '../../core/model/cluster.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { ApplyOptions, ClusterWrite, PatchTarget } from '../../core/ports/cluster-reader.ts';
import { type ApiStatus, asFields, jsonOf, objectOf, statusOf, unexpected } from './answers.ts';
import type { ApiAnswer, Connection } from './connection.ts';
import { kindPath, permissionOf, queryOf } from './paths.ts';

/** Server-side apply of one object, strict about fields that its kind does not have. */
export async function applyObject(
  connection: Connection,
  object: ClusterObject,
  { fieldManager, isForced = false, isDryRun = false }: ApplyOptions,
): Promise<ClusterWrite> {
  const kind = CLUSTER_KIND_NAMES.find((known) => known === object.kind);
  if (kind === undefined) return { kind: 'refused', message: `${object.kind} is no kind that is written` };
  const scope = scopeOf(object);
  const version = object.apiVersion.split('/').at(-1) ?? '';
  const query = queryOf({
    fieldManager,
    force: isForced ? 'true' : 'false',
    dryRun: isDryRun ? 'All' : undefined,
    fieldValidation: 'Strict',
  });
  const answer = await connection.ask({
    method: 'PATCH',
    path: `${kindPath(kind, version, scope, object.metadata.name)}${query}`,
    // JSON is YAML.
    contentType: 'application/apply-patch+yaml',
    body: JSON.stringify(appliedForm(object)),
  });
  return writtenOr(connection, answer, { kind, version, name: object.metadata.name, ...scope });
}

/** Merge patch of one object that is there. */
export async function patchObject(
  connection: Connection,
  { kind, name, namespace }: PatchTarget,
  { patch, fieldManager, isDryRun = false }: Omit<ApplyOptions, 'isForced'> & { readonly patch: object },
): Promise<ClusterWrite> {
  const scope = namespace === undefined ? {} : { namespace };
  const [version = 'v1'] = CLUSTER_KINDS[kind].versions;
  const query = queryOf({ fieldManager, dryRun: isDryRun ? 'All' : undefined });
  const answer = await connection.ask({
    method: 'PATCH',
    path: `${kindPath(kind, version, scope, name)}${query}`,
    contentType: 'application/merge-patch+json',
    body: JSON.stringify(patch),
  });
  return writtenOr(connection, answer, { kind, version, name, ...scope });
}

/** @returns undefined where the API server has no such review: before Kubernetes 1.28 */
export async function whoAsks(connection: Connection): Promise<string | undefined> {
  const apiVersion = 'authentication.k8s.io/v1';
  const answer = await connection.ask({
    method: 'POST',
    path: `/apis/${apiVersion}/selfsubjectreviews`,
    body: JSON.stringify({ apiVersion, kind: 'SelfSubjectReview' }),
  });
  if (answer.status !== 200 && answer.status !== 201) return undefined;
  const user = asFields(asFields(jsonOf(answer, connection.server)['status'])?.['userInfo']);
  return typeof user?.['username'] === 'string' ? user['username'] : undefined;
}

/** What an answer to a write says. */
function writtenOr(
  { server }: Connection,
  answer: ApiAnswer,
  target: PatchTarget & { readonly version: string },
): ClusterWrite {
  const { kind, version, name, namespace } = target;
  switch (answer.status) {
    case 200:
    case 201:
      return {
        kind: 'written',
        object: objectOf(jsonOf(answer, server), kind, version, server),
        isNew: answer.status === 201,
      };
    case 409:
      return conflictOf(statusOf(answer));
    case 403:
      return forbiddenOr(
        statusOf(answer),
        permissionOf('patch', kind, { ...(namespace === undefined ? {} : { namespace }), name }),
      );
    case 400:
    case 404:
    case 415:
    case 422:
      if (!statusOf(answer).isStatus && answer.status !== 404) throw unexpected(answer, server);
      return { kind: 'refused', message: statusOf(answer).message };
    default:
      throw unexpected(answer, server);
  }
}

/** @throws ClusterError when the API server does not say */
export async function mayDo(connection: Connection, permission: Permission): Promise<boolean> {
  const [resource = '', subresource] = permission.resource.split('/');
  const { verb, group, namespace, name } = permission;
  const resourceAttributes = {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === '' ? {} : { namespace }),
    ...(name === '' ? {} : { name }),
  };
  const apiVersion = 'authorization.k8s.io/v1';
  const answer = await connection.ask({
    method: 'POST',
    path: `/apis/${apiVersion}/selfsubjectaccessreviews`,
    body: JSON.stringify({ apiVersion, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }),
  });
  if (answer.status !== 200 && answer.status !== 201) throw unexpected(answer, connection.server);
  const status = asFields(jsonOf(answer, connection.server)['status']);
  if (typeof status?.['allowed'] === 'boolean') return status['allowed'];
  throw new ClusterError({
    code: 'not-kubernetes',
    server: connection.server,
    detail: 'a review without an answer',
  });
}

function scopeOf({ kind, metadata }: ClusterObject): { readonly namespace?: string } {
  const known = CLUSTER_KINDS[kind as ClusterKindName];
  return known.isNamespaced ? { namespace: metadata.namespace ?? 'default' } : {};
}

/** What an apply may hold: nothing that the server gives. */
function appliedForm(object: ClusterObject): object {
  const { status: _, metadata, ...rest } = object;
  const { name, namespace, labels, annotations } = metadata;
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

/** A 409 is a conflict of managers where it names them; else the object changed meanwhile, or is going away. */
function conflictOf({ causes, message }: ApiStatus): ClusterWrite {
  const managers = causes.flatMap(({ reason, message: words, field }) => {
    if (reason !== 'FieldManagerConflict') return [];
    // conflict with "kustomize-controller" using v1
    return [{ manager: /conflict with "([^"]{1,200})"/.exec(words)?.[1] ?? words, field }];
  });
  return managers.length === 0 ? { kind: 'refused', message } : { kind: 'conflict', managers };
}

/** RBAC says who cannot do what; anything else that is forbidden comes from admission. */
function forbiddenOr({ message }: ApiStatus, permission: Permission): ClusterWrite {
  return /cannot \w+ resource/.test(message)
    ? { kind: 'forbidden', permission }
    : { kind: 'refused', message };
}
