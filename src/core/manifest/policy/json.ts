/** Reading untrusted JSON values without trusting their prototypes. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own field; `undefined` where there is none, or where `value` is no object. */
export function field(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function textField(value: unknown, name: string): string {
  const found = field(value, name);
  return typeof found === 'string' ? found : '';
}

const LONGEST_VALUE = 80;

/** A value to show: strings as they are, containers by their size, never longer than a line. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return shorten(value);
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1' : `a list of ${value.length}`;
  if (isObject(value)) return shorten(`{${Object.keys(value).slice(0, 8).join(', ')}}`);
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : value === null
      ? 'null'
      : '';
}

function shorten(words: string): string {
  const cut = words.length > LONGEST_VALUE ? `${words.slice(0, LONGEST_VALUE)}…` : words;
  return cut.replace(/\p{C}/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`);
}
