import { COLON, DASH, DOUBLE, isIndicator, QUESTION, SINGLE, SPACE } from './characters.ts';
import type { Reader } from './reader.ts';

export function readQuoted(reader: Reader, at: number, end: number): number | undefined {
  const { text } = reader;
  const quote = text.charCodeAt(at);
  const close = text.indexOf(quote === DOUBLE ? '"' : "'", at + 1);
  if (close === -1 || close >= end) return undefined;
  const value = text.slice(at + 1, close);
  if (quote === DOUBLE && value.includes('\\')) return undefined;
  // A doubled quote is one quote within.
  if (quote === SINGLE && text.charCodeAt(close + 1) === SINGLE) return undefined;
  reader.value = value;
  return close + 1;
}

export function startsPlain(text: string, at: number, end: number): boolean {
  const code = text.charCodeAt(at);
  if (isIndicator(code)) return false;
  const mustGoOn = code === DASH || code === QUESTION || code === COLON;
  return !mustGoOn || (at + 1 < end && text.charCodeAt(at + 1) !== SPACE);
}
