import { createHash } from 'node:crypto';
import { type Json, type JsonMap, mapAt, textAt, withAt } from './json.ts';
import type { ServedKind } from './kinds.ts';
import { ApiError, invalid } from './status.ts';
import { nameOf, namespaceOf } from './store.ts';

const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

/** What the API server fills in by itself. */
export function withDefaults(object: JsonMap, { kind }: ServedKind): JsonMap {
  switch (kind) {
    case 'Namespace': {
      const named = withAt(object, ['metadata', 'labels', NAMESPACE_LABEL], nameOf(object));
      const spec = withDefault(named, ['spec', 'finalizers'], ['kubernetes']);
      return withDefault(spec, ['status', 'phase'], 'Active');
    }
    case 'Pod':
      return withDefault(object, ['status', 'phase'], 'Pending');
    default:
      return object;
  }
}

function withDefault(object: JsonMap, path: readonly string[], value: Json): JsonMap {
  const above = path.slice(0, -1);
  const last = path.at(-1) ?? '';
  return Object.hasOwn(mapAt(object, ...above), last) ? object : withAt(object, path, value);
}

/** What belongs to the API server, of a new object. */
export function newMetadata(object: JsonMap, kind: ServedKind, time: string, count: number): JsonMap {
  const uid = uidOf(`${kind.group}/${kind.kind}/${namespaceOf(object)}/${nameOf(object)}/${count}`);
  const dated = withAt(withAt(object, ['metadata', 'uid'], uid), ['metadata', 'creationTimestamp'], time);
  return kind.hasGeneration ? withAt(dated, ['metadata', 'generation'], 1) : dated;
}

/** The same in every run, so that what a demo prints can be repeated. */
function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;
const LABEL_NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const OBJECT_MAX = 1_500_000;

/** Names, labels and size, as the API server checks them. @throws ApiError 422, or 413 for what is too large for etcd */
export function validate(object: JsonMap, { kind, group }: ServedKind): void {
  const name = nameOf(object);
  const causes: { readonly field: string; readonly message: string }[] = [];
  if (!NAME.test(name)) {
    causes.push({
      field: 'metadata.name',
      message: `Invalid value: ${JSON.stringify(name.slice(0, 300))}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    });
  }
  for (const [key, value] of Object.entries(mapAt(object, 'metadata', 'labels'))) {
    if (!isQualifiedName(key)) {
      causes.push({
        field: 'metadata.labels',
        message: `Invalid value: ${JSON.stringify(key)}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
      });
    }
    if (typeof value !== 'string' || !LABEL_VALUE.test(value)) {
      causes.push({
        field: 'metadata.labels',
        message: `Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`,
      });
    }
  }
  for (const [key, value] of Object.entries(mapAt(object, 'metadata', 'annotations'))) {
    if (isQualifiedName(key.toLowerCase()) && typeof value === 'string') continue;
    causes.push({
      field: 'metadata.annotations',
      message: `Invalid value: ${JSON.stringify(key)}: must be a qualified name with a text as its value`,
    });
  }
  if (causes.length > 0) throw invalid(kind, group, name, causes);
  if (JSON.stringify(object).length > OBJECT_MAX) {
    throw new ApiError(413, 'RequestEntityTooLarge', 'etcdserver: request is too large');
  }
}

function isQualifiedName(key: string): boolean {
  const slash = key.indexOf('/');
  const [prefix, name] = slash < 0 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
  return LABEL_NAME.test(name) && (prefix === undefined || NAME.test(prefix));
}

/** What may not change once it is there: which object it is. */
export function withIdentityOf(object: JsonMap, live: JsonMap): JsonMap {
  let result = object;
  for (const key of ['uid', 'creationTimestamp', 'generation', 'deletionTimestamp'])
    result = withAt(result, ['metadata', key], mapAt(live, 'metadata')[key]);
  return result;
}

/** Whether what is wished for differs: all but the metadata and the status. */
export function wishesOf(object: JsonMap): JsonMap {
  const { metadata: _metadata, status: _status, ...wishes } = object;
  return wishes;
}

export function isDeleted(object: JsonMap): boolean {
  return textAt(object, 'metadata', 'deletionTimestamp') !== '';
}
