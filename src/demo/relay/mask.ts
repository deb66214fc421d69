import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { FlowSchema } from '../../adapters/hubble/gen/flow_pb.js';

/** What a field mask keeps of a message, by field number; `all` is the whole field. */
type Kept = ReadonlyMap<number, 'all' | Kept>;

/** A field mask over `flow.Flow`. */
export interface FlowMask {
  /** @param flow a flow's bytes. @returns the bytes of what is kept of it */
  apply(flow: Uint8Array): Uint8Array;
}

/**
 * Reads a mask's paths, in proto names from `flow.Flow` on.
 * @returns undefined for a path that there is not: Hubble calls all of it an invalid field mask
 */
export function flowMask(paths: readonly string[]): FlowMask | undefined {
  const kept = new Map<number, 'all' | Kept>();
  for (const path of paths) if (!add(kept, FlowSchema, path.split('.'))) return undefined;
  return { apply: (flow) => filtered(flow, kept) };
}

function add(
  kept: Map<number, 'all' | Kept>,
  message: DescMessage,
  [first, ...rest]: readonly string[],
): boolean {
  const field = message.fields.find(({ name }) => name === first);
  if (field === undefined) return false;
  if (rest.length === 0) {
    kept.set(field.number, 'all');
    return true;
  }
  if (field.fieldKind !== 'message') return false;
  const before = kept.get(field.number);
  const inner =
    before instanceof Map ? (before as Map<number, 'all' | Kept>) : new Map<number, 'all' | Kept>();
  if (before !== 'all') kept.set(field.number, inner);
  return add(inner, field.message, rest);
}

function filtered(bytes: Uint8Array, kept: Kept): Uint8Array {
  const writer = new BinaryWriter();
  const reader = new BinaryReader(bytes);
  const seen = new Set<number>();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const inner = kept.get(field);
    if (inner === undefined) {
      reader.skip(wireType, field);
      continue;
    }
    seen.add(field);
    writer.tag(field, wireType);
    if (inner !== 'all' && wireType === WireType.LengthDelimited)
      writer.bytes(filtered(reader.bytes(), inner));
    else writer.raw(reader.skip(wireType, field));
  }
  // Hubble makes the messages on the way to a nested path, even where the flow has none.
  for (const [field, inner] of kept) {
    if (inner === 'all' || seen.has(field)) continue;
    writer.tag(field, WireType.LengthDelimited).bytes(filtered(new Uint8Array(), inner));
  }
  return writer.finish();
}
