/** A value of JSON. Values are shared and never changed in place. */
export type Json = null | boolean | number | string | readonly Json[] | JsonMap;

export interface JsonMap {
  readonly [key: string]: Json;
}

/** Text of strangers may be nested as deep as this. */
const DEPTH_MAX = 100;

/** @returns undefined where the text is no JSON, or nested too deeply to be looked through */
export function parseJson(text: string): Json | undefined {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** A member by its own name only: `__proto__` and `constructor` are names like any other. */
export function member(value: Json | undefined, key: string): Json | undefined {
  return isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(member, value);
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function listAt(value: Json | undefined, ...path: readonly string[]): readonly Json[] {
  const found = at(value, ...path);
  return isList(found) ? found : [];
}

export function mapAt(value: Json | undefined, ...path: readonly string[]): JsonMap {
  const found = at(value, ...path);
  return isMap(found) ? found : {};
}

/** The same map with one member set, at its place where it has one. `undefined` takes the member away. */
export function withMember(value: JsonMap, key: string, item: Json | undefined): JsonMap {
  const entries = Object.entries(value);
  if (item === undefined) return Object.fromEntries(entries.filter(([known]) => known !== key));
  if (!Object.hasOwn(value, key)) return Object.fromEntries([...entries, [key, item]]);
  return Object.fromEntries(entries.map(([known, old]) => [known, known === key ? item : old]));
}

/** The same value with something set deep in it; maps on the way are made. */
export function withAt(value: Json | undefined, path: readonly string[], item: Json | undefined): JsonMap {
  const [key, ...rest] = path;
  const map = isMap(value) ? value : {};
  if (key === undefined) return map;
  if (rest.length === 0) return withMember(map, key, item);
  const inner = member(map, key);
  if (item === undefined && inner === undefined) return map;
  return withMember(map, key, withAt(inner, rest, item));
}

/** Whether two values are the same; the order of a map's members does not matter. */
export function isSame(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

/** One text for all values that are the same: members sorted. */
export function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let isText = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charCodeAt(i);
    if (isText) {
      if (character === BACKSLASH) i += 1;
      else if (character === QUOTE) isText = false;
    } else if (character === QUOTE) {
      isText = true;
    } else if (character === BRACE || character === BRACKET) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (character === BRACE_END || character === BRACKET_END) {
      depth -= 1;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
