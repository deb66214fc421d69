import type { Json, JsonMap } from './json.ts';
import { badRequest, unsupportedMediaType } from './status.ts';

/**
 * `kubectl` 1.32 writes what it has types for as protobuf: reviews, and what `kubectl create namespace` makes. As
 * much is read as those commands send; more is refused, and `kubectl apply` always speaks JSON.
 */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const MAGIC = Buffer.from('k8s\0');

/** What a field holds: a text, a map of texts, or a message. */
type Field = readonly [name: string, holds: 'text' | 'texts' | Message];
type Message = ReadonlyMap<number, Field>;

/** Kubernetes 1.32, staging/src/k8s.io: apimachinery/pkg/apis/meta/v1, api/{core,authorization,authentication}/v1. */
const METADATA: Message = new Map<number, Field>([
  [1, ['name', 'text']],
  [2, ['generateName', 'text']],
  [3, ['namespace', 'text']],
  [11, ['labels', 'texts']],
  [12, ['annotations', 'texts']],
]);
const RESOURCE_ATTRIBUTES: Message = new Map<number, Field>(
  ['namespace', 'verb', 'group', 'version', 'resource', 'subresource', 'name'].map((name, i) => [
    i + 1,
    [name, 'text'],
  ]),
);
const PATH_ATTRIBUTES: Message = new Map<number, Field>([
  [1, ['path', 'text']],
  [2, ['verb', 'text']],
]);
const ACCESS: Message = new Map<number, Field>([
  [1, ['resourceAttributes', RESOURCE_ATTRIBUTES]],
  [2, ['nonResourceAttributes', PATH_ATTRIBUTES]],
]);
const KINDS: ReadonlyMap<string, Message> = new Map<string, Message>([
  ['Namespace', new Map<number, Field>([[1, ['metadata', METADATA]]])],
  [
    'ConfigMap',
    new Map<number, Field>([
      [1, ['metadata', METADATA]],
      [2, ['data', 'texts']],
    ]),
  ],
  ['SelfSubjectAccessReview', new Map<number, Field>([[2, ['spec', ACCESS]]])],
  [
    'SelfSubjectRulesReview',
    new Map<number, Field>([[2, ['spec', new Map<number, Field>([[1, ['namespace', 'text']]])]]]),
  ],
  ['SelfSubjectReview', new Map()],
  ['DeleteOptions', new Map()],
]);
/** runtime.Unknown, in which every object comes. */
const TYPE_META: Message = new Map<number, Field>([
  [1, ['apiVersion', 'text']],
  [2, ['kind', 'text']],
]);

/** @throws ApiError 400 where it is broken, 415 for a kind that is not read */
export function readProtobuf(bytes: Buffer): JsonMap {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw broken();
  const envelope = fieldsOf(bytes.subarray(MAGIC.length));
  const type = messageOf(envelope.get(1)?.[0] ?? Buffer.of(), TYPE_META);
  const kind = typeof type['kind'] === 'string' ? type['kind'] : '';
  const message = KINDS.get(kind);
  if (message === undefined) {
    throw unsupportedMediaType(
      `the demo cluster does not read ${kind} as protobuf: send JSON, as kubectl apply -f does`,
    );
  }
  return { ...type, ...messageOf(envelope.get(2)?.[0] ?? Buffer.of(), message) };
}

function messageOf(bytes: Buffer, message: Message): JsonMap {
  const entries: [string, Json][] = [];
  for (const [number, values] of fieldsOf(bytes)) {
    const [name, holds] = message.get(number) ?? [];
    const [last] = values.slice(-1);
    if (name === undefined || holds === undefined || last === undefined) continue;
    if (holds === 'text') entries.push([name, last.toString('utf8')]);
    else if (holds === 'texts') entries.push([name, Object.fromEntries(values.map(pairOf))]);
    else entries.push([name, messageOf(last, holds)]);
  }
  return Object.fromEntries(entries);
}

function pairOf(bytes: Buffer): [string, string] {
  const fields = fieldsOf(bytes);
  const text = (number: number): string => fields.get(number)?.at(-1)?.toString('utf8') ?? '';
  return [text(1), text(2)];
}

/** The fields with a length, by number; numbers are passed over. */
function fieldsOf(bytes: Buffer): ReadonlyMap<number, readonly Buffer[]> {
  const fields = new Map<number, Buffer[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined) throw broken();
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw broken();
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) {
      varint();
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4;
    } else if (wire === 2) {
      const length = varint();
      if (length > bytes.length - at) throw broken();
      const known = fields.get(number) ?? [];
      known.push(bytes.subarray(at, at + length));
      fields.set(number, known);
      at += length;
    } else {
      throw broken();
    }
  }
  return fields;
}

function broken(): Error {
  return badRequest(
    'the object provided is unrecognized (must be of type Object): it is no protobuf of Kubernetes',
  );
}
