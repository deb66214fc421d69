/** Character codes, and small questions about a text, for the reader of plain documents. */
export const NEWLINE = 0x0a;
export const SPACE = 0x20;
export const DOUBLE = 0x22;
export const HASH = 0x23;
export const PERCENT = 0x25;
export const AND = 0x26;
export const SINGLE = 0x27;
export const STAR = 0x2a;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const COLON = 0x3a;
export const GREATER = 0x3e;
export const QUESTION = 0x3f;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;
export const OPEN_MAP = 0x7b;
export const PIPE = 0x7c;
export const CLOSE_MAP = 0x7d;

/** Characters with which no plain scalar begins. */
export function isIndicator(code: number): boolean {
  return INDICATORS.has(code) || Number.isNaN(code);
}

const INDICATORS: ReadonlySet<number> = new Set(
  Array.from('[]{},#&*!|>\'"%@`', (character) => character.charCodeAt(0)),
);

/** Letters, digits and `_ . / -`: what keys are made of. */
export function isKeyCode(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x2e && code <= 0x39) ||
    code === DASH ||
    code === 0x5f
  );
}

export function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

export function skipSpaces(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && text.charCodeAt(at) === SPACE) at += 1;
  return at;
}
