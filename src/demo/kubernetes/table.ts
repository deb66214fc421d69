import { columnsOf } from './columns.ts';
import type { JsonMap } from './json.ts';
import { apiVersionOf, type ServedKind } from './kinds.ts';

/** How objects are written down for who asked. */
export type Form = 'objects' | 'table';

const TABLE_VERSION = 'meta.k8s.io/v1';

/** `kubectl get` asks for a table: `application/json;as=Table;v=v1;g=meta.k8s.io,application/json`. */
export function formOf(accept: string | undefined): Form {
  const [first = ''] = (accept ?? '').split(',').filter((part) => part.includes('json'));
  return /;\s*as=Table/i.test(first) && /;\s*v=v1(?:;|$)/i.test(first) ? 'table' : 'objects';
}

export interface TableOptions {
  readonly kind: ServedKind;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How much of each object comes with its row: `includeObject`. */
  readonly include: 'None' | 'Metadata' | 'Object';
  readonly metadata: JsonMap;
  /** The first event of a watch has the columns, those after it do not need them. */
  readonly hasColumns: boolean;
}

export function tableOf(objects: readonly JsonMap[], options: TableOptions): JsonMap {
  const columns = columnsOf(options.kind);
  return {
    kind: 'Table',
    apiVersion: TABLE_VERSION,
    metadata: options.metadata,
    columnDefinitions: options.hasColumns
      ? columns.map(({ name, type, format = '', priority }) => ({
          name,
          type,
          format,
          description: name,
          priority,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, options.now)),
      ...(options.include === 'None' ? {} : { object: included(object, options.include) }),
    })),
  };
}

function included(object: JsonMap, include: 'Metadata' | 'Object'): JsonMap {
  if (include === 'Object') return object;
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: TABLE_VERSION,
    metadata: object['metadata'] ?? {},
  };
}

export function listOf(kind: ServedKind, items: readonly JsonMap[], metadata: JsonMap): JsonMap {
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items };
}
