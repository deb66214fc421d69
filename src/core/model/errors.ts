/** Why something could not be done at all. What is wrong within an input is data (a `Problem`), not an error. */
export const ERROR_CODES = [
  /** No cluster of the repository has this name. */
  'unknown-environment',
  /** There is no such file or directory. */
  'not-found',
  /** It is neither a file nor a directory that can be read. */
  'not-readable',
  /** More files than the limit. */
  'too-many-files',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error with the place and both sides. Its message is for logs; the wording for people is in `report/`. */
export class PropolisError extends Error {
  override readonly name = 'PropolisError';
  readonly code: ErrorCode;
  /** What was found or asked for. */
  readonly value: string;
  /** What it must be; empty where there is nothing to say. */
  readonly expected: string;

  constructor(code: ErrorCode, what: { readonly value: string; readonly expected: string }) {
    super(`${code}: ${what.value}${what.expected === '' ? '' : ` (expected ${what.expected})`}`);
    this.code = code;
    this.value = what.value;
    this.expected = what.expected;
  }
}
