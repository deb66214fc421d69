/** Exit codes, as documented in the help. */
export const EXIT: { readonly ok: 0; readonly findings: 1; readonly error: 2 } = {
  /** Clean, or allowed. */
  ok: 0,
  /** Findings, denied, a difference. */
  findings: 1,
  /** Wrong use, or it cannot run. */
  error: 2,
};
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A message for the person at the terminal: what is wrong, where, and what to do. Ends the command with 2. */
export class CliError extends Error {
  readonly remedy: string;

  constructor(message: string, remedy = '') {
    super(message);
    this.name = 'CliError';
    this.remedy = remedy;
  }
}
