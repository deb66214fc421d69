import type { Fields } from './convert.ts';

/** Reading of untrusted data: each returns undefined where the value is of another type. */

export function asFields(value: unknown): Readonly<Fields> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function field(value: unknown, name: string): unknown {
  const fields = asFields(value);
  return fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The value at a path of field names and indices. */
export function fieldAt(value: unknown, path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    current = typeof step === 'number' ? asList(current)?.[step] : field(current, step);
  }
  return current;
}

export function textAt(value: unknown, path: readonly (string | number)[]): string | undefined {
  return asText(fieldAt(value, path));
}

/** Scalars as text; what else the map holds is left out. Null is the empty text, as in Go. */
export function textMap(value: unknown): Readonly<Record<string, string>> {
  const fields = asFields(value);
  const texts: Record<string, string> = Object.create(null) as Record<string, string>;
  if (fields === undefined) return texts;
  for (const [key, entry] of Object.entries(fields)) {
    if (entry === null) texts[key] = '';
    else if (typeof entry === 'string') texts[key] = entry;
    else if (typeof entry === 'number' || typeof entry === 'boolean') texts[key] = String(entry);
  }
  return texts;
}

/** The texts of a list; what else it holds is left out. */
export function textList(value: unknown): readonly string[] {
  return (asList(value) ?? []).filter((item) => typeof item === 'string');
}
