import {
  CLUSTER_KINDS,
  type ClusterKindName,
  type ClusterObject,
  type Permission,
} from '../../core/model/cluster.ts';
import { ClusterError } from '../../core/model/cluster-error.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ClusterListing, ClusterScope } from '../../core/ports/cluster-reader.ts';
import { asFields, jsonOf, objectOf, statusOf, textOf, unexpected } from './answers.ts';
import type { ApiAnswer, Connection } from './connection.ts';
import { kindPath, permissionOf, queryOf } from './paths.ts';

/** A whole list, with what a watch needs to go on from it. */
export type Listed =
  | {
      readonly kind: 'objects';
      readonly objects: readonly ClusterObject[];
      readonly resourceVersion: string;
      /** Of the API. */
      readonly version: string;
    }
  | { readonly kind: 'forbidden'; readonly permission: Permission }
  | { readonly kind: 'absent' };

const CHUNK = 500;
/** Of one kind. A cluster of 5,000 nodes has at most 150,000 pods. */
const OBJECTS_MAX = 300_000;
/** How often a list is begun again because its continuation has expired. */
const EXPIRED_MAX = 3;

/** Lists a kind in chunks, by the best of its versions that the API server has. */
export async function listKind(
  connection: Connection,
  kind: ClusterKindName,
  scope: ClusterScope,
  until?: Cancellation,
): Promise<Listed> {
  for (const version of CLUSTER_KINDS[kind].versions) {
    const listed = await listVersion(connection, { kind, version, scope }, until);
    if (listed.kind !== 'absent') return listed;
  }
  return { kind: 'absent' };
}

/** One object, by its name: who may read one of a kind need not be allowed to list all. */
export async function getNamed(
  connection: Connection,
  kind: ClusterKindName,
  scope: ClusterScope & { readonly name: string },
  until?: Cancellation,
): Promise<ClusterListing> {
  for (const version of CLUSTER_KINDS[kind].versions) {
    const path = kindPath(kind, version, scope, scope.name);
    const answer = await connection.ask({ method: 'GET', path, ...(until === undefined ? {} : { until }) });
    switch (answer.status) {
      case 200: {
        const object = objectOf(jsonOf(answer, connection.server), kind, version, connection.server);
        return { kind: 'objects', objects: [object] };
      }
      case 403:
        return { kind: 'forbidden', permission: permissionOf('get', kind, scope) };
      case 404:
        // The object is not there, or the whole resource.
        if (statusOf(answer).about !== '') return { kind: 'objects', objects: [] };
        break;
      default:
        throw unexpected(answer, connection.server);
    }
  }
  return { kind: 'absent' };
}

interface Wanted {
  readonly kind: ClusterKindName;
  readonly version: string;
  readonly scope: ClusterScope;
}

async function listVersion(connection: Connection, wanted: Wanted, until?: Cancellation): Promise<Listed> {
  const { server } = connection;
  let expired = 0;
  let objects: ClusterObject[] = [];
  let next = '';
  for (;;) {
    const answer = await askForChunk(connection, wanted, next, until);
    switch (answer.status) {
      case 200:
        break;
      case 403:
        return { kind: 'forbidden', permission: permissionOf('list', wanted.kind, wanted.scope) };
      case 404:
        // A namespace that is not there is an empty list, so this is the resource.
        if (!statusOf(answer).isStatus && !/page not found/.test(answer.text))
          throw unexpected(answer, server);
        return { kind: 'absent' };
      case 410:
        expired += 1;
        if (next === '' || expired > EXPIRED_MAX) throw unexpected(answer, server);
        objects = [];
        next = '';
        continue;
      default:
        throw unexpected(answer, server);
    }
    const value = jsonOf(answer, server);
    const { items } = value;
    const metadata = asFields(value['metadata']);
    // A list without items is null in some servers' JSON; anything else is no list.
    if (metadata === undefined || !(Array.isArray(items) || items === null)) {
      throw new ClusterError({ code: 'not-kubernetes', server, detail: 'a list without items' });
    }
    for (const item of (items ?? []) as readonly unknown[]) {
      objects.push(objectOf(item, wanted.kind, wanted.version, server));
    }
    if (objects.length > OBJECTS_MAX) {
      const what = CLUSTER_KINDS[wanted.kind].plural;
      throw new ClusterError({ code: 'too-large', server, what, most: `${OBJECTS_MAX} of them` });
    }
    next = textOf(metadata['continue']);
    if (next === '') {
      const { version } = wanted;
      return { kind: 'objects', objects, version, resourceVersion: textOf(metadata['resourceVersion']) };
    }
  }
}

function askForChunk(
  connection: Connection,
  { kind, version, scope }: Wanted,
  next: string,
  until: Cancellation | undefined,
): Promise<ApiAnswer> {
  const query = queryOf({
    limit: String(CHUNK),
    continue: next,
    ...selectors(scope),
  });
  const path = `${kindPath(kind, version, scope)}${query}`;
  return connection.ask({ method: 'GET', path, ...(until === undefined ? {} : { until }) });
}

export function selectors({
  name,
  labelSelector,
}: ClusterScope): Readonly<Record<string, string | undefined>> {
  return { labelSelector, fieldSelector: name === undefined ? undefined : `metadata.name=${name}` };
}
