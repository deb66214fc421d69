import type { Pushed, PushRefusal } from '../model/change.ts';
import type { RefusalText } from './change-words.ts';
import { printable } from './printable.ts';

export function pushedText({ remote, branch, isNews }: Pushed): string {
  const what = `${printable(branch)} to ${printable(remote.name)}`;
  return isNews ? `pushed ${what}` : `${what}: everything was there already`;
}

/** Why nothing was pushed, and what to do. What was committed stays. */
export function pushRefusalText({ code, remote, branch, detail }: PushRefusal): RefusalText {
  const [to, what] = [printable(remote), printable(branch)];
  const said = saidLines(detail);
  switch (code) {
    case 'no-store':
      return { message: 'There is no git repository to push from, or git cannot be run.', remedy: said };
    case 'no-remote':
      return {
        message: to === '' ? 'There is no remote to push to.' : `There is no remote "${to}".`,
        remedy: [
          detail === ''
            ? 'Add one: git remote add origin URL.'
            : `There are ${printable(detail)}: --remote NAME.`,
        ],
      };
    case 'several-remotes':
      return {
        message: `Several remotes could be meant: ${printable(detail)}.`,
        remedy: ['Name one with --remote, or set remote.pushDefault in git.'],
      };
    case 'no-branch':
      return { message: `There is no branch ${what} to push.`, remedy: ['Look at git branch.'] };
    case 'default-branch':
      return {
        message: `${what} is the default branch of ${to}, which others build on.`,
        remedy: [`Name a new branch with --branch, or this one: --branch ${what}.`],
      };
    case 'unpublished':
      return {
        message: `${detail === '1' ? 'One commit' : `${printable(detail)} commits`} that ${to} does not have would go with ${what}.`,
        remedy: [`Push the branch that is checked out first, or fetch if ${to} has it already.`],
      };
    case 'rejected':
      return {
        message: `${to} refused ${what}: it has other commits there, or a rule against it.`,
        remedy: [...said, 'Nothing is ever pushed by force. Choose another branch with --branch.'],
      };
    case 'authentication':
      return {
        message: `${to} does not know who pushes, or does not let them.`,
        remedy: [...said, `See that git push works by itself, then run it again: the commit is kept.`],
      };
    case 'unreachable':
      return {
        message: `${to} cannot be reached, or is not trusted.`,
        remedy: [...said, 'The commit is kept. Run it again when it can be.'],
      };
    case 'hook-refused':
      return { message: 'Your hook pre-push refused.', remedy: [...said, 'The commit is kept.'] };
    case 'timed-out':
      return {
        message: `The push took longer than ${printable(detail)} seconds and was ended.`,
        remedy: ['The commit is kept. Try git push by hand: a hook or a key may wait for somebody.'],
      };
    case 'interrupted':
      return { message: 'The push was interrupted.', remedy: ['The commit is kept.'] };
    case 'push-failed':
      return { message: `Git did not push ${what}.`, remedy: [...said, 'The commit is kept.'] };
  }
}

const LINES_MAX = 12;

function saidLines(detail: string): readonly string[] {
  return detail === '' ? [] : detail.split('\n').slice(-LINES_MAX).map(printable);
}
