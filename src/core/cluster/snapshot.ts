import { asFields, asList, field, textAt } from '../manifest/yaml/fields.ts';
import {
  CLUSTER_KIND_NAMES,
  CLUSTER_KINDS,
  type ClusterKindName,
  type ClusterObject,
  type Permission,
} from '../model/cluster.ts';
import { agentOf } from './agent.ts';
import { LAST_APPLIED } from './files.ts';
import { type ClusterState, type MissingKind, objectsOf, sorted } from './state.ts';

export const SNAPSHOT_FORMAT = 1;
/** In UTF-16 units of text. */
export const SNAPSHOT_SIZE_MAX: number = 512 * 1024 * 1024;
const KIND = 'ClusterSnapshot';

export interface SnapshotOptions {
  readonly ciliumNamespace: string;
}

/**
 * A cluster as one file: a header, and the objects as a Kubernetes `List` has them, one a line, in the order of kind,
 * namespace and name. Kept are labels, annotations, spec and status; left out are managed fields and kubectl's copy of
 * what it applied, which only make it large. No Secret is ever read; of ConfigMaps only `cilium-config` is, and of pods
 * the environment is left out, since people write secrets there.
 */
export function snapshotText(state: ClusterState, { ciliumNamespace }: SnapshotOptions): string {
  const header = {
    kind: KIND,
    format: SNAPSHOT_FORMAT,
    takenAt: state.takenAt,
    context: state.identity.context,
    server: state.identity.server,
    ciliumNamespace,
    ciliumVersion: agentOf(state, ciliumNamespace).version,
    kinds: CLUSTER_KIND_NAMES.filter((kind) => state.objects[kind] !== undefined),
    missing: CLUSTER_KIND_NAMES.flatMap((kind) => state.missing.filter((missing) => missing.kind === kind)),
  };
  const items = CLUSTER_KIND_NAMES.flatMap((kind) => sorted(objectsOf(state, kind)).map(slim));
  const head = JSON.stringify(header, null, 2).slice(0, -2);
  const body = items.map((item) => `    ${JSON.stringify(item)}`).join(',\n');
  return `${head},\n  "items": [${body === '' ? '' : `\n${body}\n  `}]\n}\n`;
}

/** What is wrong with a snapshot. */
export interface SnapshotFault {
  /** `format`, `items[3].metadata.name`; empty for the whole file. */
  readonly field: string;
  readonly expected: string;
}

export type SnapshotRead =
  | { readonly kind: 'snapshot'; readonly state: ClusterState; readonly ciliumNamespace: string }
  | { readonly kind: 'fault'; readonly fault: SnapshotFault };

/** Reads a snapshot back. Nothing of it is trusted: whatever is not as it was written is a fault. */
export function parseSnapshot(text: string): SnapshotRead {
  if (text.length > SNAPSHOT_SIZE_MAX) return fault('', `at most ${SNAPSHOT_SIZE_MAX} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fault('', 'JSON, whole');
  }
  if (field(value, 'kind') !== KIND) return fault('kind', KIND);
  if (field(value, 'format') !== SNAPSHOT_FORMAT) return fault('format', `${SNAPSHOT_FORMAT}`);
  const kinds = asList(field(value, 'kinds'));
  const items = asList(field(value, 'items'));
  const missing = asList(field(value, 'missing'))?.map(missingKind);
  if (kinds === undefined || !kinds.every(isKindName)) return fault('kinds', 'a list of kinds that are read');
  if (missing === undefined || missing.includes(undefined))
    return fault('missing', 'a list of kinds and why');
  if (items === undefined) return fault('items', 'a list of objects');
  const objects: Partial<Record<ClusterKindName, ClusterObject[]>> = {};
  for (const kind of kinds) objects[kind] = [];
  for (const [i, item] of items.entries()) {
    const kind = field(item, 'kind');
    if (!isKindName(kind)) return fault(`items[${i}].kind`, 'a kind that is read');
    const wrong = wrongIn(item, kind);
    if (wrong !== undefined) return fault(`items[${i}].${wrong}`, 'a text');
    const list = objects[kind];
    if (list === undefined) return fault(`items[${i}].kind`, 'one of the kinds above');
    list.push(item as ClusterObject);
  }
  return {
    kind: 'snapshot',
    ciliumNamespace: textAt(value, ['ciliumNamespace']) ?? 'kube-system',
    state: {
      identity: { context: textAt(value, ['context']) ?? '', server: textAt(value, ['server']) ?? '' },
      takenAt: textAt(value, ['takenAt']) ?? '',
      objects: Object.fromEntries(Object.entries(objects).map(([kind, list]) => [kind, sorted(list)])),
      missing: missing.flatMap((known) => known ?? []),
    },
  };
}

function fault(where: string, expected: string): SnapshotRead {
  return { kind: 'fault', fault: { field: where, expected } };
}

function isKindName(value: unknown): value is ClusterKindName {
  return typeof value === 'string' && (CLUSTER_KIND_NAMES as readonly string[]).includes(value);
}

function wrongIn(item: unknown, kind: ClusterKindName): string | undefined {
  const isText = (path: readonly string[]): boolean => (textAt(item, path) ?? '') !== '';
  if (!isText(['apiVersion'])) return 'apiVersion';
  if (!isText(['metadata', 'name'])) return 'metadata.name';
  return CLUSTER_KINDS[kind].isNamespaced && !isText(['metadata', 'namespace'])
    ? 'metadata.namespace'
    : undefined;
}

function missingKind(value: unknown): MissingKind | undefined {
  const kind = field(value, 'kind');
  if (!isKindName(kind)) return undefined;
  if (field(value, 'why') === 'absent') return { kind, why: 'absent' };
  const permission = asFields(field(value, 'permission'));
  if (field(value, 'why') !== 'forbidden' || permission === undefined) return undefined;
  const part = (name: keyof Permission): string => textAt(permission, [name]) ?? '';
  return {
    kind,
    why: 'forbidden',
    permission: {
      verb: part('verb'),
      group: part('group'),
      resource: part('resource'),
      namespace: part('namespace'),
      name: part('name'),
    },
  };
}

/** An object without what only makes a file large, or what is nobody's business. */
function slim(object: ClusterObject): object {
  const { metadata, ...rest } = object;
  const { managedFields: _, annotations, ...kept } = metadata;
  const notes = Object.entries(annotations ?? {}).filter(([key]) => key !== LAST_APPLIED);
  const { apiVersion, kind, ...members } = rest;
  return {
    apiVersion,
    kind,
    metadata: { ...kept, ...(notes.length === 0 ? {} : { annotations: Object.fromEntries(notes) }) },
    ...(kind === 'Pod' ? slimPod(members) : members),
  };
}

/** Containers keep their names, images and ports: arguments and environment may hold passwords. */
function slimPod({ spec, ...rest }: Readonly<Record<string, unknown>>): object {
  const { containers, initContainers, ephemeralContainers: _, volumes: __, ...kept } = asFields(spec) ?? {};
  const slimmed = (list: unknown): object[] =>
    (asList(list) ?? []).map((container) =>
      Object.fromEntries(
        CONTAINER_MEMBERS.flatMap((member) => {
          const value = field(container, member);
          return value === undefined ? [] : [[member, value]];
        }),
      ),
    );
  return {
    spec: {
      ...kept,
      ...(initContainers === undefined ? {} : { initContainers: slimmed(initContainers) }),
      ...(containers === undefined ? {} : { containers: slimmed(containers) }),
    },
    ...rest,
  };
}

const CONTAINER_MEMBERS = ['name', 'image', 'ports', 'restartPolicy'] as const;
