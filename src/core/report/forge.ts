import type { ForgeRefusal, PullRequestOutcome } from '../model/pull-request.ts';
import type { RefusalText } from './change-words.ts';
import { printable, shorten } from './printable.ts';
import { duration } from './units.ts';

/** What became of a pull request, with its address. */
export function pullRequestText({
  kind,
  pullRequest: { url, base },
}: Exclude<PullRequestOutcome, { readonly kind: 'refused' }>): string {
  const where = `${printable(url)} into ${printable(base)}`;
  switch (kind) {
    case 'opened':
      return `opened ${where}`;
    case 'updated':
      return `updated ${where}`;
    case 'found':
      return `${where} is open already; its words are somebody's own and stay`;
  }
}

/** Why there is no pull request, and what to do. */
export function forgeRefusalText(refusal: ForgeRefusal): RefusalText {
  const { code, host: name, detail: text, retryAfter } = refusal;
  const host = printable(name);
  const detail = shorten(printable(text), 500);
  const said = detail === '' ? [] : [`It said: ${detail}`];
  switch (code) {
    case 'not-a-forge':
      return {
        message: `The remote is no repository of GitHub, GitLab or Forgejo: ${detail}.`,
        remedy: ['Name another one with --remote, or leave --pull-request out.'],
      };
    case 'unknown-forge':
      return {
        message: `${host} does not answer as GitHub, GitLab or Forgejo.`,
        remedy: [
          'Say which it is: --forge github, gitlab or forgejo. Where its API is on another host: --forge-url URL.',
        ],
      };
    case 'insecure':
      return {
        message: `A token is never sent to ${detail}: it must be HTTPS.`,
        remedy: ['Name the address with --forge-url https://….'],
      };
    case 'no-token':
      return {
        message: `There is no token for ${host}.`,
        remedy: [`Set ${detail}, or keep one in git's store of credentials (git credential).`],
      };
    case 'unauthorized':
      return {
        message: `${host} does not accept the token: it is wrong, expired or revoked.`,
        remedy: [...said, 'Make a new one. docs/pull-requests.md says with which rights.'],
      };
    case 'missing-scope':
      return {
        message: `The token may not open pull requests on ${host}: it lacks ${detail}.`,
        remedy: ['Give it that scope, or make a new one with it.'],
      };
    case 'forbidden':
      return {
        message: `${host} does not let this user do it.`,
        remedy: orElse(said, 'Ask for the right to write.'),
      };
    case 'no-access':
      return {
        message: `${host} has no repository ${detail} that the token may see.`,
        remedy: ["Check the remote's address, and that the token is for this repository."],
      };
    case 'nothing-to-merge':
      return {
        message: 'The branch holds nothing that is not there already.',
        remedy: ['It may be merged. Fetch, and diagnose again.'],
      };
    case 'same-branch':
      return {
        message: `${detail} cannot be merged into itself.`,
        remedy: ['Name a new branch with --branch, or another base with --base.'],
      };
    case 'invalid':
      return { message: `${host} refused the pull request.`, remedy: orElse(said, 'It did not say why.') };
    case 'rate-limited':
      return {
        message: `${host} takes no more requests for now.`,
        remedy: [
          ...said,
          retryAfter === undefined
            ? 'Run it again later.'
            : `Run it again in ${duration(Math.max(1, retryAfter) * 1000)}.`,
        ],
      };
    case 'redirected':
      return {
        message: `${host} answers that it has moved to ${detail}; nothing was sent there.`,
        remedy: ["Change the remote's address if you trust that."],
      };
    case 'unreachable':
      return {
        message: `${host} cannot be reached.`,
        remedy: [...said, 'Check the network, and run it again.'],
      };
    case 'tls':
      return {
        message: `The certificate of ${host} is not trusted.`,
        remedy: [...said, 'Name its authority in NODE_EXTRA_CA_CERTS.'],
      };
    case 'timed-out':
      return { message: `${host} did not answer within ${detail} seconds.`, remedy: ['Run it again.'] };
    case 'interrupted':
      return { message: 'It was interrupted before a pull request was open.', remedy: ['Run it again.'] };
    case 'server-error':
      return {
        message: `${host} has an error of its own (${detail}).`,
        remedy: ['Run it again later: the branch is kept.'],
      };
    case 'unexpected-answer':
      return {
        message: `${host} answered something else than its API does (${detail}).`,
        remedy: ['Check --forge and --forge-url.'],
      };
  }
}

function orElse(said: readonly string[], otherwise: string): readonly string[] {
  return said.length > 0 ? said : [otherwise];
}
