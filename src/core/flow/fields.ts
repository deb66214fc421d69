/**
 * Members of a JSON object that came from protobuf, read as protojson reads them: under the name of the proto file
 * or its lowerCamelCase form, `null` as absent, numbers also as text, enums by name or number.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Thrown by the readers below for a value of a wrong type, and caught by `flowFromJson`. */
export class BadFieldError extends Error {
  readonly field: string;

  constructor(field: string) {
    super(`Field ${field} has a value of a wrong type`);
    this.name = 'BadFieldError';
    this.field = field;
  }
}

/** Two spellings of a member: the proto file's, and lowerCamelCase. */
export type Name = readonly [proto: string, camel: string];

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function memberOf(object: JsonObject, [proto, camel]: Name): unknown {
  return object[proto] ?? object[camel];
}

export function objectOf(object: JsonObject, name: Name): JsonObject | undefined {
  const value = memberOf(object, name);
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw new BadFieldError(name[0]);
  return value;
}

export function textOf(object: JsonObject, name: Name): string {
  const value = memberOf(object, name);
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new BadFieldError(name[0]);
  return value;
}

/** A whole number that is not negative, of up to 2^53; 64-bit values may be text. */
export function countOf(object: JsonObject, name: Name): number {
  const value = memberOf(object, name);
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && /^[0-9]{1,20}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) throw new BadFieldError(name[0]);
  return number;
}

export function isSet(object: JsonObject, name: Name): boolean {
  const value = memberOf(object, name);
  if (value === undefined || value === null) return false;
  if (typeof value !== 'boolean') throw new BadFieldError(name[0]);
  return value;
}

export function listOf(object: JsonObject, name: Name): readonly unknown[] {
  const value = memberOf(object, name);
  if (value === undefined || value === null) return NOTHING;
  if (!Array.isArray(value)) throw new BadFieldError(name[0]);
  return value as readonly unknown[];
}

export function textsOf(object: JsonObject, name: Name): readonly string[] {
  const list = listOf(object, name);
  for (const item of list) if (typeof item !== 'string') throw new BadFieldError(name[0]);
  return list as readonly string[];
}

/** A constant's name, or its number; undefined where there is none, or an empty one. */
export function enumOf(object: JsonObject, name: Name): string | number | undefined {
  const value = memberOf(object, name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw new BadFieldError(name[0]);
}

const NOTHING: readonly never[] = [];
