/**
 * Reads a plain (unquoted) scalar as Kubernetes' tools do. They read YAML through `sigs.k8s.io/yaml`, which is
 * go-yaml 2: mostly YAML 1.1, so `yes`, `on` and `y` are booleans and `0755` is octal, but base 60 is not known
 * and dates stay text (go-yaml v2 `resolve.go`, and `decode.go` for dates).
 *
 * @returns null, a boolean, a number, or the text
 */
export function resolvePlain(text: string): string | number | boolean | null {
  const first = text.charCodeAt(0);
  if (text === '') return null;
  const isNumberLike = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (isNumberLike) return readNumber(text) ?? text;
  // The longest word is `False`.
  if (text.length > 5) return text;
  const word = WORDS.get(text);
  return word === undefined ? text : word;
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((t) => [t, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (t) => [t, false] as const,
  ),
  ...['~', 'null', 'Null', 'NULL'].map((t) => [t, null] as const),
]);

function readNumber(text: string): number | undefined {
  if (text.length > 400) return undefined;
  const special = SPECIAL_FLOATS.get(text);
  if (special !== undefined) return special;
  const plain = text.replaceAll('_', '');
  const sign = plain.startsWith('-') ? -1 : 1;
  const digits = plain.startsWith('-') || plain.startsWith('+') ? plain.slice(1) : plain;
  if (/^(?:0|[1-9][0-9]*)$/.test(digits)) return sign * Number(digits);
  if (/^0[xX][0-9A-Fa-f]+$/.test(digits)) return sign * Number.parseInt(digits.slice(2), 16);
  if (/^0[bB][01]+$/.test(digits)) return sign * Number.parseInt(digits.slice(2), 2);
  if (/^0[oO]?[0-7]+$/.test(digits)) return sign * Number.parseInt(digits.replace(/^0[oO]?/, ''), 8);
  if (/^(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(digits)) return sign * Number(digits);
  return undefined;
}

const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ...['.nan', '.NaN', '.NAN'].map((t) => [t, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((t) => [t, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((t) => [t, Number.NEGATIVE_INFINITY] as const),
]);
