import type { CommitRefusal, Committed } from '../model/change.ts';
import type { RefusalText } from './change-words.ts';
import { printable } from './printable.ts';
import { listText } from './words/policy.ts';

const SHORT_ID = 10;

/** @param isKnown whether it was there already */
export function committedText({ commit, branch, altered }: Committed, isKnown = false): string {
  const where = branch === '' ? '' : ` on ${printable(branch)}`;
  const hooks =
    altered.length === 0
      ? ''
      : `; hooks changed what was planned, look at it before you push: ${listText(altered.map(printable))}`;
  if (isKnown) return `${printable(branch)} is this change already: ${commit.slice(0, SHORT_ID)}`;
  return `committed ${commit.slice(0, SHORT_ID)}${where}${hooks}`;
}

/** Why nothing was committed, and what to do. */
export function commitRefusalText({ code, paths, detail }: CommitRefusal): RefusalText {
  const files = listText(paths.map(printable));
  const said = detail === '' ? [] : detail.split('\n').map(printable);
  switch (code) {
    case 'no-store':
      return {
        message: 'There is no git repository to commit to, or git cannot be run.',
        remedy: [...said, 'Run it in a clone, or without --commit and --branch to only write the files.'],
      };
    case 'no-history':
      return { message: 'The git repository has no commit yet.', remedy: ['Make a first one.'] };
    case 'dirty-file':
      return {
        message: `Changed or new, and not committed: ${files}.`,
        remedy: ['Commit or stash that first. Nothing was changed.'],
      };
    case 'file-changed':
      return { message: `Changed while this ran: ${files}.`, remedy: ['Run it again. Nothing was changed.'] };
    case 'outside':
      return {
        message: `Outside of the repository, or behind a link: ${files}.`,
        remedy: ['Git keeps no such file. Nothing was changed.'],
      };
    case 'ignored-file':
      return {
        message: `Git ignores ${files}.`,
        remedy: ['Change .gitignore, or the paths in propolis.yaml.'],
      };
    case 'branch-name':
      return {
        message: `A branch cannot be called "${printable(detail)}".`,
        remedy: ['Use letters, digits, and - _ . / between them.'],
      };
    case 'branch-exists':
      return {
        message: `There is a branch ${printable(detail)} already.`,
        remedy: ['Choose another name, or check it out and use --commit.'],
      };
    case 'no-branch':
      return {
        message: 'No branch is checked out.',
        remedy: ['Check one out, or name a new one with --branch.'],
      };
    case 'in-progress':
      return { message: `A ${printable(detail)} is not finished.`, remedy: ['Finish or abort it first.'] };
    case 'no-identity':
      return { message: 'Git does not know who commits.', remedy: said };
    case 'commit-failed':
      return {
        message: 'Git did not commit; nothing was changed. A hook or the signature may have refused.',
        remedy: said,
      };
  }
}
