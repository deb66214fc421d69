import type { PropolisError } from '../../model/errors.ts';
import { printable } from '../printable.ts';

/** What could not be done, and what to do about it. */
export function errorText({ code, value, expected }: PropolisError): {
  readonly message: string;
  readonly remedy: string;
} {
  const what = printable(value);
  const must = printable(expected);
  switch (code) {
    case 'unknown-environment':
      return {
        message: `No cluster of the repository is called "${what}".`,
        remedy: must === '' ? 'Leave --env out.' : `It has ${must}.`,
      };
    case 'not-found':
      return { message: `There is no ${what}.`, remedy: `It must be ${must}.` };
    case 'not-readable':
      return { message: `${what} cannot be read.`, remedy: `It must be ${must}, and yours to read.` };
    case 'too-many-files':
      return {
        message: `${what} holds too many files.`,
        remedy: `It must be ${must}. Name a folder with --repo.`,
      };
  }
}
