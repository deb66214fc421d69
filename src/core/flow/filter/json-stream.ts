import { isObject, type JsonObject } from '../fields.ts';
import { FilterError } from './error.ts';

/** The JSON objects of a text that stand one behind the other, as Go's decoder takes them. */
export function objectsIn(field: string, text: string): readonly JsonObject[] {
  const objects: JsonObject[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const end = endOfObject(text, at);
    const object = end === -1 ? undefined : parsed(text.slice(at, end));
    if (object === undefined) throw new FilterError(field, text.slice(at, at + SHOWN), EXPECTED);
    objects.push(object);
    at = skipSpace(text, end);
  }
  return objects;
}

const EXPECTED = `JSON of Hubble's filters, such as {"verdict":["DROPPED"]}`;
const SHOWN = 80;

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at += 1;
  return at;
}

/** @returns the index behind the brace that closes the one at `from`, or -1 */
function endOfObject(text: string, from: number): number {
  let depth = 0;
  let inString = false;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]!;
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth += 1;
    else if (char === '}') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return -1;
}
