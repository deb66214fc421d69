import type { SkippedLines } from '../core/model/flow.ts';
import type { Problem, RepositoryRead } from '../core/model/repository.ts';
import { CliError } from './exit.ts';
import { CATALOG_FILE, type InputOptions } from './inputs.ts';
import type { Io } from './io.ts';

/** @throws CliError when the files hold no policy at all, so that every answer would be "allowed" */
export function requirePolicies(
  read: RepositoryRead,
  { repo, manifests, cluster, snapshot }: Pick<InputOptions, 'repo' | 'manifests' | 'cluster' | 'snapshot'>,
): void {
  if (read.policies.length > 0 || read.refused.length > 0) return;
  if (cluster === true || snapshot !== undefined) {
    throw new CliError(
      `There is no network policy in the ${cluster === true ? 'cluster' : `snapshot ${snapshot ?? ''}`}, or none that may be read.`,
      'Everything is allowed where no policy is. Check the context, and what you may read: docs/rbac.md.',
    );
  }
  const where = manifests ?? repo ?? 'this directory';
  throw new CliError(
    `There is no network policy in ${where} (${read.counts.files} files, ${read.counts.documents} documents read).`,
    'Name the repository with --repo, or rendered YAML with --manifests.',
  );
}

/** Kinds of a cluster without which no verdict can be trusted, as `reportProblems` sees them. */
function isVerdictKind({ file }: Problem['place']): boolean {
  return /^cluster:(?:namespaces|\w*networkpolicies|ciliumcidrgroups)$/.test(file);
}

/** Problems that make an answer incomplete; in the catalog, every problem does. */
const INCOMPLETE: readonly Problem['code'][] = ['yaml-syntax', 'over-limit'];

/** Whether a problem makes an answer incomplete. */
export function isIncomplete({ code, place }: Problem): boolean {
  return (
    INCOMPLETE.includes(code) ||
    place.file === CATALOG_FILE ||
    (code === 'not-permitted' && isVerdictKind(place))
  );
}

/** Problems that make an answer incomplete, on standard error. @returns whether there were any */
export async function reportProblems(
  {
    problems,
    skipped = [],
  }: { readonly problems: readonly Problem[]; readonly skipped?: readonly SkippedLines[] },
  io: Io,
): Promise<boolean> {
  const { problemText, placeText, printable } = await import('../core/report/index.ts');
  const broken = problems.filter(isIncomplete);
  const forbidden = problems.filter(({ code }) => code === 'not-permitted');
  for (const problem of forbidden) {
    io.err(`propolis: ${placeText(problem.place)}: ${problemText(problem)}. The rest was read.\n`);
  }
  const unreadable = problems.filter(({ code }) => code === 'unreadable-file');
  for (const problem of [...broken, ...unreadable]) {
    if (problem.code === 'not-permitted') continue;
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
