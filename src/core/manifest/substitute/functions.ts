import { matchesGlob } from './glob.ts';

/**
 * What an operator makes of a value: fluxcd/pkg `envsubst/funcs.go` and `template.go`. `+`, `:+`, `?` and `:?` are
 * read as defaults there, unlike in a shell, and lengths and positions count bytes of UTF-8.
 */
export function applyOperator(operator: string, value: string, args: readonly string[]): string {
  const [first = '', second = ''] = args;
  switch (operator) {
    case ',':
      return mapFirst(value, (character) => character.toLowerCase());
    case ',,':
      return value.toLowerCase();
    case '^':
      return mapFirst(value, (character) => character.toUpperCase());
    case '^^':
      return value.toUpperCase();
    case '#':
      return args.length === 0 ? String(byteLength(value)) : trimPrefix(value, first, 'shortest');
    case '##':
      return trimPrefix(value, first, 'longest');
    case '%':
      return reverse(trimPrefix(reverse(value), reverse(first), 'shortest'));
    case '%%':
      return reverse(trimPrefix(reverse(value), reverse(first), 'longest'));
    case ':':
      return substring(value, args);
    case '/':
      return value.replace(first, () => second);
    case '//':
      return replaceAll(value, first, second);
    case '/#':
      return args.length === 2 && value.startsWith(first) ? second + value.slice(first.length) : value;
    case '/%':
      return args.length === 2 && value.endsWith(first)
        ? value.slice(0, value.length - first.length) + second
        : value;
    default:
      return value === '' ? args.join('') : value;
  }
}

/** No value of a manifest grows so much; an attack's would. */
function replaceAll(value: string, from: string, to: string): string {
  const parts = value.split(from);
  return parts.length * to.length > MAX_REPLACED ? value : parts.join(to);
}

const MAX_REPLACED = 1_000_000;

function mapFirst(value: string, change: (character: string) => string): string {
  const [first = ''] = value;
  return change(first) + value.slice(first.length);
}

/** Removes what the pattern matches at the beginning; an empty match never counts. */
function trimPrefix(value: string, pattern: string, which: 'shortest' | 'longest'): string {
  const characters = [...value];
  // Every prefix is tried, so a long value would take long; no such value is a name or an address.
  if (characters.length > MAX_TRIMMED || pattern.length > MAX_TRIMMED) return value;
  const lengths = characters.map((_, i) => i + 1);
  if (which === 'longest') lengths.reverse();
  const length = lengths.find((n) => matchesGlob(pattern, characters.slice(0, n)));
  return length === undefined ? value : characters.slice(length).join('');
}

const MAX_TRIMMED = 512;

function reverse(value: string): string {
  return [...value].reverse().join('');
}

function substring(value: string, args: readonly string[]): string {
  const [positionText = '', lengthText] = args;
  const position = readInteger(positionText);
  if (position === undefined) return value;
  const size = byteLength(value);
  const start = position < 0 ? Math.max(0, size + position) : position;
  if (lengthText === undefined) return sliceBytes(value, start, size);
  const length = readInteger(lengthText);
  if (length === undefined) return value;
  return sliceBytes(value, start, Math.min(start + length, size));
}

function readInteger(text: string): number | undefined {
  return /^[-+]?[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

function byteLength(value: string): number {
  let bytes = 0;
  for (const character of value) bytes += characterBytes(character);
  return bytes;
}

/** The characters that lie wholly between two byte offsets. */
function sliceBytes(value: string, start: number, end: number): string {
  let at = 0;
  let slice = '';
  for (const character of value) {
    const next = at + characterBytes(character);
    if (at >= start && next <= end) slice += character;
    at = next;
  }
  return slice;
}

function characterBytes(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
