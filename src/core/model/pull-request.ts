/** Programs that keep repositories and take changes for review. Gitea speaks as Forgejo does. */
export const FORGE_KINDS = ['github', 'gitlab', 'forgejo'] as const;
export type ForgeKind = (typeof FORGE_KINDS)[number];

/** What is proposed. The text of the body is in Markdown. */
export interface PullRequestDraft {
  readonly title: string;
  readonly body: string;
  /** The branch with the change, which the repository has already. */
  readonly head: string;
  /** The branch that it is to go into. Absent: the repository's default. */
  readonly base?: string;
}

export interface PullRequest {
  readonly number: number;
  /** For a browser. */
  readonly url: string;
  readonly head: string;
  readonly base: string;
}

export type PullRequestOutcome =
  /** Updated: an open one of this branch was there, and had a body of ours. Found: it had one of somebody else's. */
  | { readonly kind: 'opened' | 'updated' | 'found'; readonly pullRequest: PullRequest }
  | { readonly kind: 'refused'; readonly refusal: ForgeRefusal };

/** At the end of every body that we write: one with it may be replaced by us. */
export const PULL_REQUEST_MARK = '<!-- propolis: what is above is written anew with the branch -->';

/** Why there is no pull request. The wording is in `report/`. */
export interface ForgeRefusal {
  readonly code: ForgeRefusalCode;
  /** Host and port; empty where there is none. */
  readonly host: string;
  /** What it said, or what was missing. A stranger's text. */
  readonly detail: string;
  /** Seconds after which it may work. */
  readonly retryAfter?: number;
}

export const FORGE_REFUSAL_CODES = [
  /** The remote's address names no repository of a forge. `detail`: the address. */
  'not-a-forge',
  /** A host that is not known by name, and does not answer as any of the three. */
  'unknown-forge',
  /** A token is only sent over HTTPS, or to this machine. `detail`: the address. */
  'insecure',
  /** No token for this host. `detail`: where one was looked for. */
  'no-token',
  /** The token is wrong, or has expired. `detail`: what the host said. */
  'unauthorized',
  /** The token lacks a scope. `detail`: which, or what the host said. */
  'missing-scope',
  /** It is known who asks, and they may not. `detail`: what the host said. */
  'forbidden',
  /** There is no such repository, or the token must not see it. `detail`: its name. */
  'no-access',
  /** The branch holds nothing that the other does not. */
  'nothing-to-merge',
  /** The branch is the one that it would go into. `detail`: its name. */
  'same-branch',
  /** Understood and refused. `detail`: what the host said. */
  'invalid',
  'rate-limited',
  /** It answers from another host, which gets nothing of us. `detail`: that host. */
  'redirected',
  /** `detail`: what the connection said. */
  'unreachable',
  /** Its certificate is not trusted. `detail`: why. */
  'tls',
  /** `detail`: seconds. */
  'timed-out',
  'interrupted',
  /** The host has an error of its own. `detail`: its number. */
  'server-error',
  /** It answered something else than its API does. `detail`: what. */
  'unexpected-answer',
] as const;
export type ForgeRefusalCode = (typeof FORGE_REFUSAL_CODES)[number];
