import { resolvePlain } from '../manifest/yaml/scalar.ts';

/** Deeper than any manifest may be, so that the reader refuses what is cut here (`manifest/yaml/nesting.ts`). */
const DEPTH_MAX = 150;

/**
 * An object as YAML in block style, as people write it, so that an edit of one field is an edit of one line.
 * What a template or an encrypted file would look like is written as escapes: an object of a cluster is neither.
 */
export function objectText(value: Readonly<Record<string, unknown>>): string {
  const lines: string[] = [];
  writeMap(value, '', lines, 0);
  return `${lines.join('\n')}\n`;
}

function writeMap(
  map: Readonly<Record<string, unknown>>,
  indent: string,
  lines: string[],
  depth: number,
): void {
  for (const [key, value] of Object.entries(map)) {
    if (value !== undefined) writeMember(`${indent}${keyText(key)}:`, value, { indent, lines, depth });
  }
}

interface Position {
  readonly indent: string;
  readonly lines: string[];
  readonly depth: number;
}

function writeMember(head: string, value: unknown, { indent, lines, depth }: Position): void {
  if (depth < DEPTH_MAX && Array.isArray(value) && value.length > 0) {
    lines.push(head);
    for (const item of value as readonly unknown[]) writeItem(item, { indent, lines, depth: depth + 1 });
  } else if (depth < DEPTH_MAX && isFilledMap(value)) {
    lines.push(head);
    writeMap(value, `${indent}  `, lines, depth + 1);
  } else {
    lines.push(`${head} ${scalarText(value)}`);
  }
}

/** Lists stand in the column of their key, their items behind a dash. */
function writeItem(item: unknown, { indent, lines, depth }: Position): void {
  if (depth < DEPTH_MAX && isFilledMap(item)) {
    const start = lines.length;
    writeMap(item, `${indent}  `, lines, depth + 1);
    const first = lines[start];
    if (first === undefined) lines.push(`${indent}- {}`);
    else lines[start] = `${indent}- ${first.slice(indent.length + 2)}`;
  } else if (depth < DEPTH_MAX && Array.isArray(item) && item.length > 0) {
    lines.push(`${indent}-`);
    for (const inner of item as readonly unknown[]) {
      writeItem(inner, { indent: `${indent}  `, lines, depth: depth + 1 });
    }
  } else {
    lines.push(`${indent}- ${scalarText(item)}`);
  }
}

function isFilledMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).some((member) => member !== undefined)
  );
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return textOf(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : 'null';
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : 'null';
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return isFilledMap(value) || value === null || typeof value !== 'object' ? 'null' : '{}';
}

function keyText(key: string): string {
  return isPlain(key) ? key : quoted(key);
}

function textOf(text: string): string {
  return isPlain(text) ? text : quoted(text);
}

function isPlain(text: string): boolean {
  return /^[A-Za-z0-9_/][A-Za-z0-9_./-]*$/.test(text) && typeof resolvePlain(text) === 'string';
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(HIDDEN, (found) =>
    found.length > 1
      ? `${found.slice(0, -1)}\\x${hex(found.slice(-1))}`
      : `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}

// `$` begins a variable, `ENC[` marks a value of SOPS, and `{{`, `{%`, `<%`, `<<` a template; the rest breaks lines.
const HIDDEN = /ENC\[|[{<][{%<]|[$\u007f-\u009f\u2028\u2029\ufeff]/g;
