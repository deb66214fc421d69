import type { SkippedLines } from '../core/model/flow.ts';
import type { Problem, RepositoryRead } from '../core/model/repository.ts';
import { CliError } from './exit.ts';
import { CATALOG_FILE, type InputOptions } from './inputs.ts';
import type { Io } from './io.ts';

/** @throws CliError when the files hold no policy at all, so that every answer would be "allowed" */
export function requirePolicies(
  read: RepositoryRead,
  { repo, manifests }: Pick<InputOptions, 'repo' | 'manifests'>,
): void {
  if (read.policies.length > 0 || read.refused.length > 0) return;
  const where = manifests ?? repo ?? 'this directory';
  throw new CliError(
    `There is no network policy in ${where} (${read.counts.files} files, ${read.counts.documents} documents read).`,
    'Name the repository with --repo, or rendered YAML with --manifests.',
  );
}

/** Problems that make an answer incomplete; in the catalog, every problem does. */
const INCOMPLETE: readonly Problem['code'][] = ['yaml-syntax', 'over-limit'];

/** Problems that make an answer incomplete, on standard error. @returns whether there were any */
export async function reportProblems(
  {
    problems,
    skipped = [],
  }: { readonly problems: readonly Problem[]; readonly skipped?: readonly SkippedLines[] },
  io: Io,
): Promise<boolean> {
  const { problemText, placeText, printable } = await import('../core/report/index.ts');
  const broken = problems.filter(
    ({ code, place }) => INCOMPLETE.includes(code) || place.file === CATALOG_FILE,
  );
  const unreadable = problems.filter(({ code }) => code === 'unreadable-file');
  for (const problem of [...broken, ...unreadable]) {
    const text = problemText(problem);
    const stop = text.endsWith('?') ? '' : '.';
    io.err(
      `propolis: ${placeText(problem.place)}: ${text}${stop} The rest was read; mend the file and run again.\n`,
    );
  }
  const cut = skipped.filter(({ reason }) => reason === 'cut-off');
  for (const { file, firstLine } of cut) {
    io.err(
      `propolis: ${printable(file)}:${firstLine}: the file ends in the middle. What stands before was read; record it again or copy it whole.\n`,
    );
  }
  return broken.length + cut.length > 0;
}
