import { resolvePlain } from '../scalar.ts';
import { COLON, DOUBLE, isKeyCode, SINGLE, SPACE, skipSpaces } from './characters.ts';
import type { Content } from './reader.ts';

export interface Key {
  readonly name: string;
  /** Where the value begins, or the end of the line. */
  readonly valueAt: number;
}

/** A key of plain letters, or in quotes without escapes, with its colon. */
export function readKey(text: string, { at, end }: Content): Key | undefined {
  const quote = text.charCodeAt(at);
  let name: string;
  let colon: number;
  if (quote === DOUBLE || quote === SINGLE) {
    const close = text.indexOf(quote === DOUBLE ? '"' : "'", at + 1);
    if (close === -1 || close >= end) return undefined;
    name = text.slice(at + 1, close);
    colon = close + 1;
    if (name.includes('\\') || text.charCodeAt(colon) !== COLON) return undefined;
  } else {
    colon = at;
    while (colon < end && isInKey(text, colon, end)) colon += 1;
    if (colon === at || text.charCodeAt(colon) !== COLON) return undefined;
    const written = text.slice(at, colon);
    // A key such as `1` or `on` gets another name.
    const value = resolvePlain(written);
    name = typeof value === 'string' ? value : value === null ? 'null' : String(value);
  }
  const next = colon + 1;
  if (next < end && text.charCodeAt(next) !== SPACE) return undefined;
  return { name, valueAt: skipSpaces(text, next, end) };
}

/** A colon ends a key only before a blank: `k8s:app: web` has one within. */
function isInKey(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  return isKeyCode(code) || (code === COLON && at + 1 < end && text.charCodeAt(at + 1) !== SPACE);
}
