import { type FieldSet, fromFieldsV1, isEmpty, setOf, toFieldsV1, without } from './field-set.ts';
import { isMap, type Json, type JsonMap, listAt, textAt, withAt } from './json.ts';

/** Who owns which fields of an object: an entry of `metadata.managedFields`. */
export interface Manager {
  readonly name: string;
  /** `Apply` by server-side apply; `Update` by everything else. */
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** `status`, or empty. */
  readonly subresource: string;
  /** RFC 3339, to the second. */
  readonly time: string;
  readonly fields: FieldSet;
}

export type ManagerName = Omit<Manager, 'fields'>;

/** Whether both are one entry. The version counts for updates only (fieldmanager/internal/managedfields.go). */
export function isSameManager(a: ManagerName, b: ManagerName): boolean {
  return (
    a.name === b.name &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
  );
}

export function managersOf(object: JsonMap | undefined): readonly Manager[] {
  return listAt(object, 'metadata', 'managedFields').filter(isMap).map(managerOf);
}

function managerOf(entry: JsonMap): Manager {
  return {
    name: textAt(entry, 'manager'),
    operation: textAt(entry, 'operation') === 'Apply' ? 'Apply' : 'Update',
    apiVersion: textAt(entry, 'apiVersion'),
    subresource: textAt(entry, 'subresource'),
    time: textAt(entry, 'time'),
    fields: fromFieldsV1(entry['fieldsV1']),
  };
}

/** The object with these managers written into it; those that own nothing are left out. */
export function withManagers(object: JsonMap, managers: readonly Manager[]): JsonMap {
  const entries = managers
    .filter(({ fields }) => !isEmpty(fields))
    .sort(inOrder)
    .map(entryOf);
  return withAt(object, ['metadata', 'managedFields'], entries.length === 0 ? undefined : entries);
}

function entryOf({ name, operation, apiVersion, subresource, time, fields }: Manager): Json {
  return {
    manager: name,
    operation,
    apiVersion,
    ...(time === '' ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: toFieldsV1(fields),
    ...(subresource === '' ? {} : { subresource }),
  };
}

/** Applies first, then the oldest first (fieldmanager/internal/managedfields.go, `sortEncodedManagedFields`). */
function inOrder(a: Manager, b: Manager): number {
  const key = ({ operation, time, name, apiVersion, subresource }: Manager): string =>
    [operation, time, name, apiVersion, subresource].join('\0');
  const [left, right] = [key(a), key(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Fields that nobody owns: they say which object it is, or belong to the API server. */
const NOBODYS: FieldSet = setOf([['f:apiVersion'], ['f:kind']]);
const METADATA_OF_SERVER: FieldSet = setOf(
  [
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'selfLink',
    'managedFields',
  ].map((name) => ['f:metadata', `f:${name}`]),
);

/** Takes out what nobody may own. The maps `metadata` and, at the top, the object itself are nobody's either. */
export function ownable(fields: FieldSet, ignored: FieldSet): FieldSet {
  const rest = without(without(without(fields, NOBODYS), METADATA_OF_SERVER), ignored);
  const metadata = rest.children.get('f:metadata');
  if (metadata === undefined) return { isMember: false, children: rest.children };
  const bare = { isMember: false, children: metadata.children };
  const children = new Map(rest.children);
  if (isEmpty(bare)) children.delete('f:metadata');
  else children.set('f:metadata', bare);
  return { isMember: false, children };
}
