import type { EditRefusalCode, EditResult } from './types.ts';

/** Carries a refusal from deep inside an edit to the function that answers with it. Never leaves this folder. */
export class Refused extends Error {
  readonly code: EditRefusalCode;
  /** An offset into the text at hand. */
  readonly offset: number;
  readonly detail: string;

  constructor(code: EditRefusalCode, offset: number, detail: string) {
    super(code);
    this.code = code;
    this.offset = offset;
    this.detail = detail;
  }
}

/** Runs an edit and answers with its refusal as data. */
export function refusing(
  file: { readonly path: string; readonly text: string },
  edit: () => EditResult,
): EditResult {
  try {
    return edit();
  } catch (reason) {
    if (reason instanceof Refused) {
      const { code, offset, detail } = reason;
      return { kind: 'refused', refusal: { code, file: file.path, line: lineAt(file.text, offset), detail } };
    }
    // A rule nested so deep that printing it ran out of stack.
    if (reason instanceof RangeError) {
      return { kind: 'refused', refusal: { code: 'unsure', file: file.path, line: 1, detail: 'too-deep' } };
    }
    throw reason;
  }
}

/** The number of the line, from 1, in which an offset stands. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
